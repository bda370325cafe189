"""`pytest tests/checks --submission X.ipynb`: a notebook's checks with plain pytest, confined."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/checks"]
    return subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True)


def test_a_right_notebook_passes_and_a_wrong_one_fails_where_it_is_wrong(notebook, tmp_path):
    path = tmp_path / "lstm_gates.ipynb"
    path.write_text(notebook())
    done = run("--submission", path)
    assert done.returncode == 0, done.stdout
    path.write_text(notebook({"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"}))
    done = run("--submission", path)
    assert done.returncode == 1
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert failed
    assert all("::test_forget_half_life_" in line for line in failed)


def test_a_file_that_is_none_or_of_no_topic_is_a_usage_error(notebook, tmp_path):
    done = run("--submission", tmp_path / "lstm_gates.ipynb")
    assert done.returncode == 4
    assert "there is no notebook" in done.stderr
    (tmp_path / "mine.ipynb").write_text(notebook())
    done = run("--submission", tmp_path / "mine.ipynb")
    assert done.returncode == 4
    assert "a notebook keeps its topic's name" in done.stderr
