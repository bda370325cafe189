"""What the tests of grading share: a course of their own to grade in."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOPIC = "lstm_gates"


@pytest.fixture(scope="session")
def make_course(tmp_path_factory):
    """Return a function that copies the sources and releases the assignment in a build/ there."""
    from unrolled.grading.course import Course
    from unrolled.release import release

    def make():
        root = tmp_path_factory.mktemp("course")
        for name in ("solutions", "tests/checks", "exercises"):
            ignored = shutil.ignore_patterns("__pycache__", "conftest.py")
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        (root / "chapters").mkdir()
        shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
        release(TOPIC, root, root / "build", root / "exercises")
        return Course(root, root / "build")

    return make
