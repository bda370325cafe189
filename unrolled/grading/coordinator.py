"""`unrolled grade`: judge every submission of an assignment, on all cores, and write the marks.

Processes of ours judge, each with its own zygote; this process reads files and writes marks. What
was judged is noted only after its marks are written, under a key of all that they depend on: so a
run that was stopped at any moment goes on where it was, and a run with nothing new does nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from unrolled.grading.course import Course
from unrolled.grading.judge import Verdict
from unrolled.grading.pool import judge_all
from unrolled.grading.submission import Submission, read_submission
from unrolled.grading.work import Work
from unrolled.grading.writeback import Writer, read_stamp, write_whole
from unrolled.grading.zygote import Limits

_KEPT = 2  # counts up when more is kept of a verdict: what was kept before is then judged again


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
    limits: Limits | None = None,
    on_result: Callable[[Result, int, int], None] = lambda result, done, total: None,
) -> list[Result]:
    """Grade all submissions of `topic` and return a result for each, in the order of the students.

    jobs: how many submissions to judge at once, by default one for each core. force: judge
    also what has not changed. limits: what learner code may use of this machine. on_result is
    called as each is finished, with how many are done.
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
            stamp = read_stamp(course, topic, student)
            if not stamp and (path.parent / "timestamp.txt").exists():
                submission.problems.append("timestamp.txt holds no time: lateness is not counted.")
            key = _key(version, submission, stamp)
            kept = None if force else _read_kept(course, topic, student, key)
            if kept and writer.has(student, kept["points"]):
                done(Result(student, kept["points"], kept["remark"], "unchanged"))
            else:
                todo[student] = submission, key
        work = {student: submission.work for student, (submission, _) in todo.items()}
        for student, verdict in _judge_all(course, topic, work, jobs, allow_unconfined, limits):
            submission, key = todo[student]
            try:
                if isinstance(verdict, Exception):
                    raise verdict
                result = _result(student, submission, verdict)
                writer.write(student, submission, verdict)
                _keep(course, topic, result, key, _findings(verdict))
            except Exception as error:  # whatever befell this one, the others get their marks
                told = f"{type(error).__name__}: {error}"
                result = Result(student, {}, f"not graded, try again: {told}", "failed")
            done(result)
    return [results[student] for student in sorted(results)]


def _result(student: str, submission: Submission, verdict: Verdict) -> Result:
    points = {name: report.points for name, report in verdict.reports.items()}
    reasons = (f"{name}: {r.reason}" for name, r in verdict.reports.items() if not r.right)
    problems = [*submission.problems, *verdict.problems]
    remark = problems[0] if problems else next(reasons, "")
    state = "graded" if submission.readable else "unreadable"
    return Result(student, points, remark, state)


def _judge_all(
    course: Course,
    topic: str,
    work: dict[str, Work],
    jobs: int | None,
    unconfined: bool,
    limits: Limits | None,
) -> Iterator[tuple[str, Verdict | Exception]]:
    """Yield each student's verdict as it is found; work that several handed in is judged once."""
    alike: dict[Work, list[str]] = {}
    for student, theirs in work.items():
        alike.setdefault(theirs, []).append(student)
    firsts = {students[0]: theirs for theirs, students in alike.items()}
    jobs = min(jobs or os.cpu_count() or 1, len(firsts))
    for first, verdict in judge_all(course, topic, firsts, jobs, unconfined, limits):
        for student in alike[work[first]]:
            yield student, verdict


def _findings(verdict):
    """What is kept of each item, so that a class can be analysed without judging it again."""
    return {
        name: {
            "points": report.points,
            "passed": len(report.passed),
            "checks": len(report.passed) + len(report.failed),
            "state": report.state,
            "says": "" if report.state == "not written" else report.mistake,
        }
        for name, report in verdict.reports.items()
    }


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


def _key(version, submission, handed_in):
    cells = [cell.source for cell in submission.notebook.cells]
    told = json.dumps([_KEPT, version, cells, handed_in, submission.problems])
    return hashlib.sha256(told.encode()).hexdigest()


def kept_path(course: Course, topic: str, student: str) -> Path:
    """Return where it is noted what was found in a student's submission, once it is graded."""
    return course.folder / "verdicts" / topic / student / "verdict.json"


def _keep(course, topic, result, key, findings):
    path = kept_path(course, topic, result.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "key": key,
        "points": result.points,
        "remark": result.remark,
        "readable": result.state != "unreadable",
        "items": findings,
    }
    write_whole(path, json.dumps(kept))


def _read_kept(course, topic, student, key):
    try:
        kept = json.loads(kept_path(course, topic, student).read_text())
        wanted = {"points", "remark", "readable", "items"}
        return kept if kept["key"] == key and kept.keys() >= wanted else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
