"""One released course for all tests of the instructor's path, and one server of workers."""

import shutil
from itertools import islice
from pathlib import Path

import pytest

from unrolled.demo.students import filled_in
from unrolled.grading.course import Course
from unrolled.grading.judge import Judge, Verdict
from unrolled.grading.zygote import Limits, Zygote
from unrolled.report import Report

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "lstm_gates"


@pytest.fixture(scope="session")
def released_course(make_course):
    return make_course()


@pytest.fixture(scope="session")
def exercise(released_course):
    return released_course.exercise(TOPIC)


@pytest.fixture(scope="session")
def release(released_course):
    return released_course.released(TOPIC)


@pytest.fixture
def course(released_course, tmp_path):
    """A course of the test's own, released, with nothing handed in."""
    root = tmp_path / "course"
    shutil.copytree(released_course.root, root)
    return Course(root, root / "build")


@pytest.fixture(scope="session")
def notebook(exercise, release):
    """Make a filled-in notebook's text: `own` maps a part to its code, or to None if left alone."""

    def make(own=None, **more) -> str:
        return filled_in(exercise, release, own or {}, **more)

    return make


@pytest.fixture
def hand_in(course):
    """Put a notebook's text into the course's submitted folder and return its path."""

    def put(student: str, text: str, stamp: str = "") -> Path:
        folder = course.folder / "submitted" / student / TOPIC
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{TOPIC}.ipynb").write_text(text, encoding="utf-8")
        if stamp:
            (folder / "timestamp.txt").write_text(stamp)
        return folder / f"{TOPIC}.ipynb"

    return put


class Paper:
    """A judge that finds everything right, `ahead` submissions at once, and notes who asked."""

    ahead = 3

    def __init__(self, exercise):
        self._exercise, self.asked = exercise, []

    def judge_all(self, course, topic, work, *more):
        work = iter(work)
        while hand := list(islice(work, self.ahead)):
            for student, theirs in hand:
                self.asked.append((student, theirs))
                yield (
                    student,
                    Verdict({i.name: Report(i, ("all",), ()) for i in self._exercise.items}),
                )


@pytest.fixture
def paper(monkeypatch, exercise):
    """Let a judge of paper stand in for the real one, which takes processes and seconds."""
    made = Paper(exercise)
    monkeypatch.setattr("unrolled.grading.coordinator.judge_all", made.judge_all)
    return made


class Hasty:
    """A server of workers that gives learner code less time than a real one does."""

    def __init__(self, zygote):
        self._zygote = zygote

    def worker(self):
        return self._zygote.worker(Limits(cell_seconds=3, call_seconds=2))


@pytest.fixture(scope="session")
def zygote():
    with Zygote() as server:
        assert server.missing_layers == []
        yield Hasty(server)


@pytest.fixture(scope="session")
def judge(released_course):
    return Judge(released_course, TOPIC)


@pytest.fixture
def judged(judge, zygote, release, tmp_path):
    """Judge a notebook's text, read from a file as it would be handed in."""
    from unrolled.grading.submission import read_submission

    def run(text: str):
        path = tmp_path / f"{TOPIC}.ipynb"
        path.write_text(text, encoding="utf-8")
        submission = read_submission(path, release)
        verdict = judge.judge(submission.work, zygote)
        verdict.problems[:0] = submission.problems
        return verdict

    return run
