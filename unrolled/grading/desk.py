"""What one process of a cluster needs to judge a topic, and how it gets there: by value.

A machine that judges has the package installed and nothing of the course: no disk is shared. The
course's files come in a `Parcel`, are read once, and are gone from the disk before a learner's code
runs. What crosses is pickled, between processes that trust each other; a learner's code and what
it returns stay behind the wire of the confined worker, as they do on one machine.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import pickle
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import unrolled
from unrolled.grading.course import Course
from unrolled.grading.judge import Judge, Verdict
from unrolled.grading.pool import heavy_imports
from unrolled.grading.work import Work
from unrolled.grading.zygote import Limits, Zygote

PACKAGE = Path(unrolled.__file__).parent


@dataclass(frozen=True)
class Parcel:
    """All of a course that judging one topic needs; `files` by their path below the course."""

    topic: str
    files: dict[str, bytes] = field(repr=False)
    secret: bytes = field(repr=False)
    allow_unconfined: bool
    limits: Limits | None

    @classmethod
    def of(
        cls, course: Course, topic: str, allow_unconfined: bool, limits: Limits | None
    ) -> Parcel:
        """Pack what judging `topic` needs; raises CourseError if the seed cannot be had."""
        files = {
            path.relative_to(course.root).as_posix(): path.read_bytes()
            for path in course.sources(topic)
            if path.exists()
        }
        return cls(topic, files, course.secret(), allow_unconfined, limits)


@dataclass(frozen=True)
class Found:
    """What was found for each name of a batch, and how long that took, in seconds."""

    verdicts: list[tuple[str, Verdict | Exception]]
    seconds: float


@dataclass(frozen=True)
class CannotJudge:
    """Why a process cannot judge anything, in words that name its machine."""

    reason: str


@dataclass(frozen=True)
class _Carried(Course):
    """A course far from its folder: the seed came along."""

    seed_secret: bytes = field(default=b"", repr=False)

    def secret(self):
        return self.seed_secret


class Desk:
    """A judge with its server of workers, made once for a process and used for a whole class.

    Raises what keeps a judge from being made, such as CheckFileError.
    """

    def __init__(self, parcel: Parcel):
        self._parcel = parcel
        self._warm: dict[str, None] = {"numpy": None}
        self._zygote: Zygote | None = None
        with tempfile.TemporaryDirectory(prefix="unrolled-course-") as folder:
            root = Path(folder)
            for name, content in parcel.files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            course = _Carried(root, root / "build", seed_secret=parcel.secret)
            self._judge = Judge(course, parcel.topic)

    def judge(self, work: Work) -> Verdict:
        """Judge one submission; `prepare` was called with it before."""
        return self._judge.judge(work, self._zygote)

    def prepare(self, works: list[Work]) -> None:
        """Have a server of workers that has imported what these works import and takes seconds.

        Raises ConfinementError if this machine cannot confine a learner's code.
        """
        sources = (source for work in works for _, source in work.cells)
        wanted = self._warm | dict.fromkeys(heavy_imports(sources))
        if self._zygote is None or wanted.keys() != self._warm.keys():
            before, self._zygote = (
                self._zygote,
                Zygote(
                    tuple(wanted),
                    allow_unconfined=self._parcel.allow_unconfined,
                    limits=self._parcel.limits,
                ),
            )
            self._warm = wanted
            if before is not None:
                before.close()

    def close(self) -> None:
        """End the server of workers."""
        if self._zygote is not None:
            self._zygote.close()


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of all that a mark depends on, as they are in this process."""
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.glob("*.py"), *PACKAGE.glob("grading/*.py")]):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    found = {
        "Python": "{}.{}".format(*sys.version_info),
        "the code of unrolled": digest.hexdigest()[:12],
    }
    for name in ("numpy", "pytest", "torch"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "none"
    return found


# --- in a process of the cluster -------------------------------------------------------------

# A process judges one submission at a time: pytest, which runs the checks, knows no threads.
_lock = threading.Lock()
_desks: dict[bytes, Desk] = {}  # by parcel: none or one
_left: set[bytes] = set()  # parcels that nobody waits for any more


def judge_batch(theirs: dict[str, str], parcel: bytes, batch: bytes) -> bytes:
    """Judge a batch in this process and return what was Found, or CannotJudge.

    theirs: the versions of who asks. parcel: a Parcel. batch: a list of names, each with its Work.
    They and the result are pickled here, so that a scheduler passes on bytes and opens nothing.
    """
    with _lock:
        began = time.monotonic()
        try:
            _compare(theirs, versions())
            pairs = pickle.loads(batch)
            desk = _desk(parcel)
            desk.prepare([work for _, work in pairs])
        except Exception as error:
            return pickle.dumps(CannotJudge(f"{socket.gethostname()}: {error}"))
        found = [(name, _judge(desk, work)) for name, work in pairs]
        _clear()
        return pickle.dumps(Found(found, time.monotonic() - began), protocol=5)


def leave(parcel: bytes) -> None:
    """Give back what this process keeps for a class that is judged, at once or after its batch."""
    _left.add(parcel)
    if _lock.acquire(blocking=False):  # waiting here would keep the process from its cluster
        try:
            _clear()
        finally:
            _lock.release()


def _clear():
    while _left:
        desk = _desks.pop(_left.pop(), None)
        if desk is not None:
            desk.close()


def _desk(parcel):
    if parcel not in _desks:
        _left.update(_desks)
        _clear()
        _desks[parcel] = Desk(pickle.loads(parcel))
    return _desks[parcel]


def _judge(desk, work):
    try:
        return desk.judge(work)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # it holds what cannot travel, or cannot be made again from its words
            return RuntimeError(f"{type(error).__name__}: {error}")
        return error


def _compare(theirs, ours):
    differ = [
        f"{name} is {ours.get(name)} there and {version} here"
        for name, version in theirs.items()
        if ours.get(name) != version
    ]
    if differ:
        raise ValueError(f"{'; '.join(differ)}. Install the same versions on both")
