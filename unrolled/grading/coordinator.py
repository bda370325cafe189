"""`unrolled grade`: judge every submission of an assignment, on all cores, and write the marks.

Processes of ours judge, each with its own zygote; this process reads files and writes marks. A
verdict is written whole before its marks are, and its key says what it judged, so that a run that
was stopped at any moment goes on where it was, and a run with nothing new does nothing.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from unrolled.grading.course import Course
from unrolled.grading.judge import Judge, Verdict
from unrolled.grading.submission import Submission, read_submission
from unrolled.grading.writeback import Writer, write_whole
from unrolled.grading.zygote import Zygote


@dataclass(frozen=True)
class Result:
    """One line of the table: a student, the points of each item, and what to know about it."""

    student: str
    points: dict[str, float]
    remark: str
    state: str  # graded, unchanged, unreadable or failed

    @property
    def total(self) -> float:
        """The points of all items that are graded automatically."""
        return sum(self.points.values())


def grade(
    course: Course,
    topic: str,
    *,
    jobs: int | None = None,
    force: bool = False,
    allow_unconfined: bool = False,
    on_result: Callable[[Result, int, int], None] = lambda result, done, total: None,
) -> list[Result]:
    """Grade all submissions of `topic` and return a result for each, in the order of the students.

    jobs: how many submissions to judge at once, by default one for each core. force: judge
    also what has not changed. on_result is called as each is finished, with how many are done.
    Raises CourseError if the assignment was not released.
    """
    release = course.released(topic)
    paths = course.submissions(topic)
    version = _version(course, topic)
    results: dict[str, Result] = {}

    def done(result):
        results[result.student] = result
        on_result(result, len(results), len(paths))

    with Writer(course, topic) as writer:
        todo: dict[str, tuple[Submission, str]] = {}
        for student, path in paths.items():
            submission = read_submission(path, release)
            key = _key(version, path, submission)
            kept = _read_kept(course, topic, student)
            if kept and kept["key"] == key and not force:
                done(Result(student, kept["points"], kept["remark"], "unchanged"))
            else:
                todo[student] = submission, key
        for student, verdict in _judge_all(course, topic, todo, jobs, allow_unconfined):
            if isinstance(verdict, Exception):
                done(Result(student, {}, f"not graded, try again: {verdict}", "failed"))
                continue
            submission, key = todo[student]
            result = _result(student, submission, verdict)
            writer.write(student, submission.notebook, verdict)
            _keep(course, topic, result, key)
            done(result)
    return [results[student] for student in sorted(results)]


def _result(student: str, submission: Submission, verdict: Verdict) -> Result:
    points = {name: report.points for name, report in verdict.reports.items()}
    reasons = (f"{name}: {r.reason}" for name, r in verdict.reports.items() if not r.right)
    remark = verdict.problems[0] if verdict.problems else next(reasons, "")
    state = "graded" if submission.readable else "unreadable"
    return Result(student, points, remark, state)


# --- judging in parallel ---------------------------------------------------------------------


_local: tuple[Judge, Zygote] | None = None


def _start(course, topic, allow_unconfined):
    """Make this process's judge and zygote; they serve every submission it gets."""
    global _local
    zygote = Zygote(allow_unconfined=allow_unconfined)
    _local = Judge(course, topic), zygote


def _judge_one(submission):
    judge, zygote = _local
    return judge.judge(submission, zygote)


def _judge_all(
    course: Course, topic: str, todo: dict, jobs: int | None, allow_unconfined: bool
) -> Iterator[tuple[str, Verdict | Exception]]:
    if not todo:
        return
    # Refuse before any work is handed out, and in words, if this host cannot confine.
    with Zygote(allow_unconfined=allow_unconfined):
        pass
    jobs = min(jobs or os.cpu_count() or 1, len(todo))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        jobs, context, initializer=_start, initargs=(course, topic, allow_unconfined)
    ) as pool:
        waiting: dict[Future, str] = {
            pool.submit(_judge_one, submission): student
            for student, (submission, _) in todo.items()
        }
        while waiting:
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                student = waiting.pop(future)
                yield student, future.exception() or future.result()


# --- what was judged already -----------------------------------------------------------------


def _version(course, topic):
    """A fingerprint of everything of ours that a mark depends on."""
    sources = [
        course.root / "solutions" / f"{topic}.py",
        course.root / "solutions" / "mistakes" / f"{topic}.yml",
        course.check_file(topic),
    ]
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    return digest.hexdigest()


def _key(version, path, submission):
    stamp = path.parent / "timestamp.txt"
    handed_in = stamp.read_bytes()[:100] if stamp.is_file() else b""
    cells = json.dumps([cell.source for cell in submission.notebook.cells])
    told = json.dumps([version, cells, handed_in.hex(), submission.problems])
    return hashlib.sha256(told.encode()).hexdigest()


def _kept_path(course, topic, student) -> Path:
    return course.folder / "verdicts" / topic / f"{student}.json"


def _keep(course, topic, result, key):
    path = _kept_path(course, topic, result.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {"key": key, "points": result.points, "remark": result.remark}
    write_whole(path, json.dumps(kept))


def _read_kept(course, topic, student):
    autograded = course.folder / "autograded" / student / topic / f"{topic}.ipynb"
    try:
        if autograded.is_file():
            return json.loads(_kept_path(course, topic, student).read_text())
    except (OSError, ValueError):
        pass
    return None
