"""What a learner installs stays small: their rooms know nothing of the others."""

import shutil
import subprocess
import sys

import pytest

FORBIDDEN = """
import sys
others = [name for name in sys.modules
          if name.split(".")[0] in {"torch", "nbgrader", "yaml", "nbformat", "jupytext", "pandas"}
          or name.startswith(("unrolled.release", "unrolled.mistakes", "unrolled.grading",
                              "unrolled.quiz", "unrolled.book", "unrolled.demo", "unrolled.cli"))]
assert not others, others
"""


def python(code, folder):
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("room", ["check", "diagnose", "plots", "data", "speech"])
def test_a_learners_room_imports_no_other(room, tmp_path):
    python(f"import unrolled.{room}\n{FORBIDDEN}", tmp_path)


def test_checking_imports_no_other_room_and_needs_the_exercise_folder_alone(topic, tmp_path):
    folder = tmp_path / topic.name
    shutil.copytree(topic.folder, folder)
    item = next(iter(topic.items))
    code = topic.exercise.source().replace("\ncheck(", "\nprint(check)\ncheck(")
    forbidden = FORBIDDEN
    if "import torch" in code:  # the exercise is about PyTorch: it asks for it by itself
        forbidden = FORBIDDEN.replace('"torch", ', "")
    out = python(f"{code}\nprint(check({item!r}))\n{forbidden}", folder)
    assert f"{item}: right" in out


def test_the_base_install_is_enough(root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {line.split(">")[0].split("=")[0] for line in project["dependencies"]}
    assert names <= {"matplotlib", "numpy", "pytest"}


def test_importing_the_package_alone_imports_next_to_nothing(tmp_path):
    code = "import sys, unrolled; assert not {'numpy', 'pytest', 'matplotlib'} & set(sys.modules)"
    python(code, tmp_path)


@pytest.mark.parametrize("missing", ["json", "py"])
def test_a_missing_file_is_told_with_what_to_do(topic, missing, tmp_path):
    folder = tmp_path / topic.name
    shutil.copytree(topic.folder, folder)
    name = f"test_{topic.name}.py" if missing == "py" else f"{topic.name}.json"
    (folder / name).unlink()
    item = next(iter(topic.items))
    out = python(f"{topic.exercise.source()}\nprint(check({item!r}))", folder)
    assert name in out
    assert "exercise folder" in out


def test_an_unknown_part_lists_the_known_ones(topic):
    code = topic.exercise.source() + '\nprint(check("lstm_stepp"))\nprint(check())'
    out = python(code, topic.folder)
    assert f"There is no part 'lstm_stepp'. The parts: {', '.join(topic.items)}." in out
    assert f'Say which part: check("…"). The parts: {", ".join(topic.items)}.' in out
