"""What all tests share: which of them run in one process, and a course of their own to grade in."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOPIC = "lstm_gates"

# `make test` runs two processes. What takes long to make is made in one of them, and first: the tests
# that use it stay together. Elsewhere each test may go where there is room.
MADE_ONCE = {"whole_class": "the attackers", "book": "the built book"}
BY_FILE = {"book", "browser", "quiz"}  # folders whose files make something for all their tests


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Keep together what shares something costly, and begin with what takes long."""
    if not getattr(config.option, "loadgroup", False):  # not with `--dist loadgroup`
        return
    rank = {}
    for item in items:
        place = item.path.relative_to(ROOT / "tests") if item.path.is_relative_to(ROOT) else None
        shared = [group for name, group in MADE_ONCE.items() if name in item.fixturenames]
        by_file = place is not None and place.parts[0] in BY_FILE
        if shared or by_file:
            item.add_marker(pytest.mark.xdist_group(shared[0] if shared else place.as_posix()))
        slow = item.get_closest_marker("slow") is not None
        rank[item] = 0 if shared else 1 if by_file else 2 if slow else 3
    items.sort(key=rank.get)


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
