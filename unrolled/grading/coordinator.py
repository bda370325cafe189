"""`unrolled grade`: judge every submission of an assignment, on all cores, and write the marks.

Processes of ours judge, each with its own zygote; this process reads files and writes marks. What
was judged is noted only after its marks are written, under a key of all that they depend on: so a
run that was stopped at any moment goes on where it was, and a run with nothing new does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pickle
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from unrolled.grading.course import Course
from unrolled.grading.files import kept_path, read_stamp, write_whole
from unrolled.grading.judge import Verdict
from unrolled.grading.pool import Judges, judge_all, start_early
from unrolled.grading.submission import Submission, read_submission
from unrolled.grading.work import Work
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
    scheduler: str | None = None,
    force: bool = False,
    allow_unconfined: bool = False,
    limits: Limits | None = None,
    judges: Judges | None = None,
    on_result: Callable[[Result, int, int], None] = lambda result, done, total: None,
) -> list[Result]:
    """Grade all submissions of `topic` and return a result for each, in the order of the students.

    jobs: how many submissions to judge at once, by default one for each core. scheduler: the
    address of a Dask scheduler whose workers judge instead of this machine. force: judge
    also what has not changed. limits: what learner code may use of a machine. judges: what
    `start_early` returned with the same settings. on_result is called as each is finished, with how
    many are done.
    Raises CourseError if the assignment was not released.
    """
    judges = judges or start_early(course, topic, jobs, scheduler, allow_unconfined, limits)
    with judges or nullcontext():
        return _grade(
            course, topic, jobs, scheduler, force, allow_unconfined, limits, judges, on_result
        )


def _grade(course, topic, jobs, scheduler, force, allow_unconfined, limits, judges, on_result):
    release = course.released(topic)
    paths = course.submissions(topic)
    results: dict[str, Result] = {}

    def done(result):
        results[result.student] = result
        on_result(result, len(results), len(paths))

    with ExitStack() as opened:
        opened.enter_context(_alone(course, topic))
        # A second, in which the judges get ready.
        from unrolled.grading.writeback import Writer

        writer = opened.enter_context(Writer(course, topic))
        known = opened.enter_context(Judged(course.folder))
        grading = _Class(course, topic, release, paths, writer, known, force, done)
        while grading.waiting:
            work, idle = grading.unjudged(), grading.write_if_due
            if scheduler:
                from unrolled.grading.cluster import judge_on_cluster

                verdicts = judge_on_cluster(
                    course, topic, work, scheduler, allow_unconfined, limits, idle
                )
            else:
                count = jobs or os.cpu_count() or 1
                verdicts = judge_all(
                    course, topic, work, count, allow_unconfined, limits, idle, judges
                )
                judges = None
            for student, verdict in verdicts:
                grading.take(student, verdict)
        grading.write()
    return [results[student] for student in sorted(results)]


TOGETHER = 16  # submissions whose marks are written in one transaction
WAIT_SECONDS = 0.2  # for which a mark waits for others


@contextmanager
def _alone(course, topic):
    """Wait until no other process grades this assignment in this folder; one that ends lets go."""
    with (course.folder / f".{topic}.grading").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            words = f"{topic} is being graded in {course.folder} already; waiting for that to end"
            print(f"unrolled: {words}", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class _Handed:
    """A submission as it was read, with the key under which its verdict is kept."""

    student: str
    submission: Submission
    key: str
    digest: str  # of its work


class _Class:
    """A class on its way through the grader.

    Files are read only as fast as they are judged, so that memory does not grow with the class:
    in `_held` are those submissions alone that somebody is judging.
    """

    def __init__(self, course, topic, release, paths, writer, known, force, done):
        self._course, self._topic, self._release, self._paths = course, topic, release, paths
        self._writer, self._known, self._force, self._done = writer, known, force, done
        self._version = _version(course, topic)
        self.waiting = deque(paths)  # names of those that are still to be read
        self._held: dict[str, _Handed] = {}
        self._alike: dict[str, list[str]] = {}  # by work in hand: who else handed it in
        self._judged: list[tuple[_Handed, Verdict | Exception]] = []  # to be written
        self._due = 0.0  # the first is shown at once

    def unjudged(self) -> Iterator[tuple[str, Work]]:
        """Read on as far as is asked for, and give the work that is still to be judged.

        What has not changed, or was judged for another student, is finished on the way. Who handed
        in what somebody is just judging comes back when that is judged.
        """
        while self.waiting:
            student = self.waiting.popleft()
            handed, kept, work = self._read(student)
            if kept:
                self._done(Result(student, kept["points"], kept["remark"], "unchanged"))
            elif handed.digest in self._known:
                self._finish(handed, self._known[handed.digest])
            elif handed.digest in self._alike:
                self._alike[handed.digest].append(student)
            else:
                self._alike[handed.digest] = []
                self._held[student] = handed
                yield student, work

    def take(self, student: str, verdict: Verdict | Exception) -> None:
        """Finish a submission that was judged, and put those in line who handed in the same."""
        handed = self._held.pop(student)
        self._known[handed.digest] = verdict
        self.waiting.extendleft(reversed(self._alike.pop(handed.digest)))
        self._finish(handed, verdict)

    def _read(self, student):
        path = self._paths[student]
        submission = read_submission(path, self._release)
        stamp = read_stamp(self._course, self._topic, student)
        if not stamp and (path.parent / "timestamp.txt").exists():
            submission.problems.append("timestamp.txt holds no time: lateness is not counted.")
        key = _key(self._version, submission, stamp)
        kept = None if self._force else _read_kept(self._course, self._topic, student, key)
        if kept and not self._writer.has(student, kept["points"]):
            kept = None
        work = submission.work
        return _Handed(student, submission, key, work.digest), kept, work

    def _finish(self, handed, verdict):
        self._judged.append((handed, verdict))
        self.write_if_due()

    def write_if_due(self) -> None:
        """Write what was judged, unless it can wait for more: one transaction serves many."""
        if len(self._judged) >= TOGETHER or time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        """Write the marks of all that was judged; whatever befalls one, the others get theirs."""
        judged, self._judged = self._judged, []
        errors = {h.student: found for h, found in judged if isinstance(found, Exception)}
        batch = [(h.student, h.submission, v) for h, v in judged if h.student not in errors]
        if batch:
            errors |= self._writer.write(batch)
        for handed, verdict in judged:
            result = None
            try:
                if handed.student not in errors:
                    result = _result(handed.student, handed.submission, verdict)
                    _keep(self._course, self._topic, result, handed.key, _findings(verdict))
            except Exception as error:
                errors[handed.student] = error
            if handed.student in errors:
                error = errors[handed.student]
                told = f"not graded, try again: {type(error).__name__}: {error}"
                result = Result(handed.student, {}, told, "failed")
            self._done(result)
        if judged:
            self._due = time.monotonic() + WAIT_SECONDS


class Judged:
    """What was judged in this run, by the digest of the work.

    It lies in a file without a name that goes with the process: a class has too much of it for
    memory, and what several handed in is judged once. folder: where there is room for it.
    """

    def __init__(self, folder: Path):
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._places: dict[bytes, int] = {}
        self._failed: dict[str, Exception] = {}

    def __enter__(self) -> Judged:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, digest: str) -> bool:
        return digest in self._failed or bytes.fromhex(digest) in self._places

    def __setitem__(self, digest: str, verdict: Verdict | Exception) -> None:
        if isinstance(verdict, Exception):  # few, and not each can be written
            self._failed[digest] = verdict.with_traceback(None)
        else:
            self._places[bytes.fromhex(digest)] = self._file.seek(0, os.SEEK_END)
            pickle.dump(verdict, self._file, protocol=5)

    def __getitem__(self, digest: str) -> Verdict | Exception:
        if digest in self._failed:
            return self._failed[digest]
        self._file.seek(self._places[bytes.fromhex(digest)])
        return pickle.load(self._file)  # our own bytes: nobody else can open the file


def _result(student: str, submission: Submission, verdict: Verdict) -> Result:
    # A class has as many copies of a name as students, unless they share it.
    points = {sys.intern(name): report.points for name, report in verdict.reports.items()}
    reasons = (f"{name}: {r.reason}" for name, r in verdict.reports.items() if not r.right)
    problems = [*submission.problems, *verdict.problems]
    remark = problems[0] if problems else next(reasons, "")
    state = "graded" if submission.readable else "unreadable"
    return Result(student, points, remark, state)


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
    digest = hashlib.sha256()
    for path in course.sources(topic):
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    return digest.hexdigest()


def _key(version, submission, handed_in):
    cells = [cell.source for cell in submission.notebook.cells]
    told = json.dumps([_KEPT, version, cells, handed_in, submission.problems])
    return hashlib.sha256(told.encode()).hexdigest()


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
