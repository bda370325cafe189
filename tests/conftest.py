"""What all tests share: which of them run in one process, and a course of their own to grade in."""

import re
import shutil
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOPIC = "lstm_gates"

TOPICS = sorted((path.stem for path in (ROOT / "chapters").glob("*.md")), key=len, reverse=True)
USES_THE_BOOK = re.compile(r"^def \w+\((?:[^)]*\W)?(?:book|site|visit)\b", re.M)


@cache
def scope(nodeid):
    """Return what a test shares with others: they are run in one process, where that is made once.

    `make test` runs two processes. The class of attackers and the built book take minutes to make;
    a file of tests is kept whole too, but for those that ask the same of every topic.
    """
    path = nodeid.partition("::")[0]
    _, folder, *more = path.split("/")
    if folder == "security" and len(more) == 2 and more[0] != "layers":
        return "the attackers"
    if folder == "book":
        if USES_THE_BOOK.search((ROOT / path).read_text(encoding="utf-8")):
            return "the built book"
        of_topic = (n for n in TOPICS if more[-1].startswith(f"test_{n}") or f"[{n}]" in nodeid)
        return next(of_topic, path)
    return nodeid if folder == "learner" or not more else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep together what is made together (pytest-xdist's own groups are lost on pytest 9)."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False
    scheduling = LoadScopeScheduling(config, log)
    scheduling._split_scope = scope
    return scheduling


def pytest_collection_modifyitems(config, items):
    """Where there are several processes, begin with what takes long."""
    if hasattr(config, "workerinput"):
        scopes = {item: scope(item.nodeid) for item in items}
        slow = {scopes[item] for item in items if item.get_closest_marker("slow")}
        # The tests of chapters come last: by then the book is built, and its names are kept.
        order = {"the attackers": 0, "the built book": 1, **dict.fromkeys(TOPICS, 3)}
        items.sort(key=lambda item: (order.get(scopes[item], 2), scopes[item] not in slow))


@pytest.fixture(scope="session")
def make_course(tmp_path_factory):
    """Return a function that copies the sources and releases the assignment in a build/ there."""
    from unrolled.grading.course import Course
    from unrolled.release import release
    from unrolled.sources import refresh_sources

    def make():
        root = tmp_path_factory.mktemp("course")
        for name in ("solutions", "tests/checks", "exercises"):
            ignored = shutil.ignore_patterns("__pycache__", "conftest.py")
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        (root / "chapters").mkdir()
        shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
        release(TOPIC, root, root / "build", root / "exercises")
        refresh_sources(root, root / "build")  # else each copy's first command does it, in 6 s
        return Course(root, root / "build")

    return make
