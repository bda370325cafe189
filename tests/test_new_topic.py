"""`unrolled new` writes a topic that already passes what holds for every topic."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unrolled.exercise import ExerciseError
from unrolled.new_topic import FILES, write_topic

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SOURCES = ("_config.yml", "pyproject.toml", "chapters", "solutions", "tests", "unrolled")


@pytest.fixture
def course(tmp_path):
    for name in SOURCES:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, tmp_path / name)
    shutil.copyfile(ROOT / "_toc.yml", tmp_path / "_toc.yml")
    return tmp_path


@pytest.mark.parametrize("name", ["Peephole", "peephole-cells", "2nd_try", "", "class", "../etc"])
def test_a_name_that_is_not_snake_case_is_refused_before_anything_is_written(course, name):
    with pytest.raises(ExerciseError, match="snake_case"):
        list(write_topic(name, course))


def test_a_topic_that_exists_is_not_overwritten(course):
    before = (course / "solutions" / "lstm_gates.py").read_text()
    with pytest.raises(ExerciseError, match="is there already"):
        list(write_topic("lstm_gates", course))
    assert (course / "solutions" / "lstm_gates.py").read_text() == before


def test_every_template_is_written_and_nothing_is_left_to_fill_in(course):
    list(write_topic("peephole_cells", course))
    for place in FILES.values():
        text = (course / place.format(topic="peephole_cells")).read_text()
        assert "__topic__" not in text
        assert "__label__" not in text
        assert "__title__" not in text
    assert (course / "_toc.yml").read_text().endswith("- file: chapters/peephole_cells\n")


@pytest.mark.slow
def test_a_new_topic_passes_the_structural_tests_and_builds(course):
    def run(*command):
        environment = os.environ | {"PYTHONPATH": str(course)}
        done = subprocess.run(
            [BIN / command[0], *command[1:]],
            cwd=course,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    for other in (course / "solutions").glob("*.py"):  # one stays, the others would take time
        if other.stem != "lstm_gates":
            other.unlink()
            for tests in (
                f"tests/checks/test_{other.stem}.py",
                f"tests/learner/test_{other.stem}_oracle.py",
            ):
                (course / tests).unlink(missing_ok=True)
    run("unrolled", "new", "peephole_cells")
    run("unrolled", "release", "peephole_cells")
    shutil.copytree(ROOT / "exercises", course / "exercises", dirs_exist_ok=True)
    tests = ("tests/learner", "tests/checks", "tests/book/test_outcomes.py")
    told = run(
        "pytest",
        "-q",
        *tests,
        "tests/book/test_quiz_items.py",
        "-k",
        "peephole_cells and not judged",
    )
    assert " failed" not in told
    assert int(told.split(" passed")[0].split()[-1]) > 30
    (course / "_toc.yml").write_text("format: jb-book\nroot: chapters/peephole_cells\n")
    run("jupyter-book", "build", "-W", "-q", ".")
    assert (course / "_build" / "html" / "chapters" / "peephole_cells.html").is_file()
