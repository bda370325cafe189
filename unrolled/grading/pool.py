"""Judge submissions on several processes. One that ends takes no other submission with it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import multiprocessing
import os
import pickle
import queue
import re
import resource
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import connection, reduction
from typing import TYPE_CHECKING

from traitlets.config import Config

from unrolled.grading.course import Course
from unrolled.grading.files import MAX_NOTEBOOK_BYTES
from unrolled.grading.spawn import ServerProcess, spawn_early
from unrolled.grading.work import Work
from unrolled.grading.zygote import Limits, Zygote

if TYPE_CHECKING:
    from unrolled.grading.judge import Judge, Verdict

# Imports that take seconds are paid once for the class instead of once for each worker.
HEAVY = ("torch", "torch.optim", "pandas", "matplotlib.pyplot")
_IMPORT = re.compile(r"\b(?:import|from)\b")
_WORDS = {name: re.compile(rf"\b{re.escape(name)}\b") for name in HEAVY}
LOOKED_AT = 16  # submissions that are looked at for what the class imports
IN_HAND = 2  # submissions that a process is given, so that it never waits for the next
AHEAD = 64  # submissions that are read while the server of workers gets ready
IDLE_SECONDS = 0.1
MEMORY_BYTES = 1 << 30  # that a judging process may take beside what it begins with


class JudgeEnded(Exception):
    """The process that judged a submission ended, also when it had nothing else to do."""


def judge_all(
    course: Course,
    topic: str,
    work: Iterable[tuple[str, Work]],
    jobs: int,
    allow_unconfined: bool,
    limits: Limits | None = None,
    idle: Callable[[], None] = lambda: None,
    judges: Judges | None = None,
) -> Iterator[tuple[str, Verdict | Exception]]:
    """Yield the verdict on each submission in `work`, or what kept it from being judged.

    When a process ends, what it was judging is judged again by itself.

    work: pairs of a name and the work, taken as they are needed. jobs: how many processes. limits:
    what each worker may use. idle: called now and then while nothing is ready. judges: processes
    that were started before, for the same course and topic; they are closed here.
    Raises what keeps a process from starting at all, such as ConfinementError.
    """
    work = iter(work)
    first = list(itertools.islice(work, LOOKED_AT))
    if not first:
        return
    warm = heavy_imports(source for _, one in first for _, source in one.cells)

    def started(count):
        return Judges(course, topic, warm, count, allow_unconfined, limits)

    waiting = itertools.chain(first, work)
    doubtful: list[tuple[str, Work]] = []
    yield from _judge(judges or started(min(jobs, len(first))), waiting, doubtful, idle)
    for one in doubtful:
        ended: list[tuple[str, Work]] = []
        yield from _judge(started(1), iter([one]), ended, idle)
        if ended:
            yield one[0], JudgeEnded("the process that judged it ended")


def start_early(
    course: Course,
    topic: str,
    jobs: int | None = None,
    scheduler: str | None = None,
    allow_unconfined: bool = False,
    limits: Limits | None = None,
    server: ServerProcess | None = None,
) -> Judges | None:
    """Start judging processes before anything is read properly: what they import takes longest.

    The settings are those of `coordinator.grade`; server: what `spawn_early` returned, if it was
    asked. Returns None where nothing is to be judged here for sure; what cannot be found out is left
    for the grader to say.
    """
    server = server or spawn_early(course, topic, scheduler)
    if server is None:
        return None
    paths = course.submissions(topic)
    texts = []
    for path in itertools.islice(paths.values(), LOOKED_AT):
        with contextlib.suppress(OSError):
            plain = path.is_file() and not path.is_symlink()
            if plain and path.stat().st_size <= MAX_NOTEBOOK_BYTES:
                texts.append(path.read_text(encoding="utf-8", errors="replace"))
    count = min(jobs or os.cpu_count() or 1, len(paths))
    return Judges(course, topic, heavy_imports(texts), count, allow_unconfined, limits, server)


def heavy_imports(sources: Iterable[str]) -> tuple[str, ...]:
    """Return those of the HEAVY modules that any of the sources imports, or looks as if it did.

    Each line is looked through once: a learner wrote it, and could make a cleverer search endless.
    """
    found = set()
    for source in sources:
        for line in source.splitlines():
            if _IMPORT.search(line):
                found.update(name for name, word in _WORDS.items() if word.search(line))
        if "torch" in found and "optim" in source:
            found.add("torch.optim")
    return tuple(name for name in HEAVY if name in found)


def _judge(judges, waiting, doubtful, idle):
    """Judge what is waiting; where a process ends, add what it was judging to the doubtful."""
    with judges:
        again: deque[tuple[str, Work]] = deque()
        while judges.warming() and len(again) < AHEAD:
            one = next(waiting, None)
            if one is None:
                break
            again.append(one)
        while True:
            judges.feed(again, waiting)
            if not judges.busy():
                return
            for process in judges.ready(idle):
                try:
                    verdict = process.receive()
                except (EOFError, OSError):
                    # What it had not begun is not in doubt.
                    suspect, *innocent = process.hand
                    doubtful.append(suspect)
                    again.extend(innocent)
                    judges.replace(process)
                else:
                    if isinstance(verdict, _CannotStart):
                        raise verdict.reason
                    name, _ = process.hand.popleft()
                    yield name, verdict


class Judges:
    """Judging processes and the server of workers that they share.

    All of them get ready in the background. warm: modules that learner code will import. server: one
    that was started already, and is ended here.
    """

    def __init__(
        self,
        course: Course,
        topic: str,
        warm: Sequence[str],
        jobs: int,
        allow_unconfined: bool = False,
        limits: Limits | None = None,
        server: ServerProcess | None = None,
    ):
        course = replace(course, settings=Config())  # may hold functions, which cannot travel
        warm = ("numpy", *warm)
        self._start = (course, topic, warm, allow_unconfined, limits)
        self._judge: Judge | None = None  # made once, for all processes that are forked
        self._trouble: Exception | None = None
        self._all: list[_Process] = []
        self._warming: threading.Thread | None = None
        self._server = Zygote(warm, allow_unconfined, limits=limits, process=server, later=True)
        try:
            for _ in range(jobs):
                self._all.append(self._forked() if threading.active_count() == 1 else self._new())
        except BaseException:
            self.__exit__()
            raise
        self._warming = threading.Thread(target=self._warm_up)
        self._warming.start()

    def _new(self):
        """Return a process that imports everything by itself."""
        return _Process(self._start)

    def _forked(self):
        """Return a process that has what this one made, which must have no other thread."""
        if self._judge is None:
            module = importlib.import_module("unrolled.grading.judge")
            with contextlib.suppress(Exception):  # the process says what is wrong
                self._judge = module.Judge(*self._start[:2])
        strangers = [process.connection.close for process in self._all]
        return _Process(self._start, [*strangers, self._server.disown], self._judge)

    def _warm_up(self):
        try:
            self._server.wait()
        except Exception as error:
            self._trouble = error

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._all:
            process.end()
        self._all = []
        if self._warming is not None:
            self._warming.join()
        self._server.close()

    def feed(self, again: deque, waiting: Iterator) -> None:
        """Give every process as much as it may have in hand; those with least come first."""
        for count in range(1, IN_HAND + 1):
            for process in self._all:
                if len(process.hand) < count:
                    one = again.popleft() if again else next(waiting, None)
                    if one is None:
                        return
                    self._connect()
                    process.give(one)

    def _connect(self):
        """Wait until the server is warm, and connect every process with it."""
        if self._warming is not None:
            self._warming.join()
            self._warming = None
            if self._trouble is not None:
                raise self._trouble
            for process in self._all:
                process.serve_with(self._server)

    def warming(self) -> bool:
        """Return whether the server of workers is still getting ready."""
        return self._warming is not None and self._warming.is_alive()

    def busy(self) -> bool:
        """Return whether any process has something in hand."""
        return any(process.hand for process in self._all)

    def ready(self, idle: Callable[[], None]) -> list[_Process]:
        """Wait until a process has a verdict, or has ended, and return all of which that is so."""
        waited = {process.connection: process for process in self._all if process.hand}
        while not (found := connection.wait(list(waited), IDLE_SECONDS)):
            idle()
        return [waited[one] for one in found]

    def replace(self, process: _Process) -> None:
        """Start another process in place of one that ended."""
        process.end()
        fresh = self._new()
        self._all[self._all.index(process)] = fresh
        fresh.serve_with(self._server)


class _Process:
    """One judging process: its end of the line, and what it has in hand, in order."""

    def __init__(self, start, strangers=None, judge=None):
        """Start it: forked from this process if `strangers` are given, else spawned.

        start: the arguments of `_serve`. strangers: what closes, in a forked process, what it has
        of this one and of the processes before it. judge: one that a forked process need not make.
        """
        forked = strangers is not None
        context = multiprocessing.get_context("fork" if forked else "spawn")
        self.connection, theirs = context.Pipe()
        self.hand: deque[tuple[str, Work]] = deque()
        closed = [*strangers, self.connection.close] if forked else []
        self._process = context.Process(
            target=_serve, args=(theirs, closed, judge, *start), daemon=True
        )
        self._process.start()
        theirs.close()

    def serve_with(self, server):
        """Give it a server of workers, forked from the one that is warm."""
        with server.another() as shared, contextlib.suppress(OSError):  # it may have ended
            reduction.send_handle(self.connection, shared.fileno(), self._process.pid)

    def give(self, one):
        self.hand.append(one)
        with contextlib.suppress(OSError):  # if it has ended, `receive` says so
            self.connection.send(one[1])

    def receive(self):
        return self.connection.recv()

    def end(self):
        self.connection.close()
        self._process.terminate()
        self._process.join()


# --- in each process -------------------------------------------------------------------------


@dataclass
class _CannotStart:
    reason: Exception


def _serve(line, strangers, judge, course, topic, warm, allow_unconfined, limits):
    """Judge what comes down the line, until it is closed."""
    for close in strangers:
        close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and decides
    trouble = None
    gc.disable()  # a tenth of what imports take
    try:
        from unrolled.grading.judge import Judge

        judge = judge or Judge(course, topic)  # while the server warms up
    except Exception as error:
        trouble = _CannotStart(error)
    try:
        shared = socket.socket(fileno=reduction.recv_handle(line))
    except (EOFError, OSError, RuntimeError):  # the parent is gone
        os._exit(1)
    waiting: queue.SimpleQueue[Work] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(line, waiting), daemon=True).start()
    try:
        zygote = Zygote(warm, allow_unconfined=allow_unconfined, limits=limits, shared=shared)
    except Exception as error:
        trouble = trouble or _CannotStart(error)
    gc.freeze()  # what is there by now stays: it need not be looked through again and again
    gc.enable()
    bound_memory()
    while True:
        work = waiting.get()
        try:
            found = trouble or judge.judge(work, zygote)
        except Exception as error:
            found = error
        try:
            line.send(found)
        except (TypeError, AttributeError, pickle.PicklingError):  # it holds what cannot travel
            line.send(RuntimeError(f"{type(found).__name__}: {found}"))


def bound_memory() -> None:
    """Have this process run out of memory long before the machine does.

    It computes with what a learner's code returned. What takes too much raises MemoryError, and is
    a wrong answer like others.
    """
    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[5]) * resource.getpagesize()
    stacks = (os.cpu_count() or 1) << 24  # of threads that libraries start when they like
    most, hard = taken + MEMORY_BYTES + stacks, resource.getrlimit(resource.RLIMIT_DATA)[1]
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _listen(line, waiting):
    """Take in what is sent while the last is still being judged; end when nobody is there."""
    while True:
        try:
            waiting.put(line.recv())
        except (EOFError, OSError):
            os._exit(0)
