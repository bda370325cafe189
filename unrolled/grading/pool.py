"""Judge submissions on several processes. One that ends takes no other submission with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import connection

from traitlets.config import Config

from unrolled.grading.course import Course
from unrolled.grading.judge import Judge, Verdict
from unrolled.grading.work import Work
from unrolled.grading.zygote import Limits, Zygote

HEAVY = ("torch", "pandas", "matplotlib.pyplot")


class JudgeEnded(Exception):
    """The process that judged a submission ended, also when it had nothing else to do."""


def judge_all(
    course: Course,
    topic: str,
    work: dict[str, Work],
    jobs: int,
    allow_unconfined: bool,
    limits: Limits | None = None,
) -> Iterator[tuple[str, Verdict | Exception]]:
    """Yield the verdict on each submission in `work`, or what kept it from being judged.

    limits: what each worker may use. jobs: how many processes. Each has no more than one submission
    in hand, so that when one ends, as few as that are in doubt: these are judged again, each in a
    process of its own.
    Raises what keeps a process from starting at all, such as ConfinementError.
    """
    course = replace(course, settings=Config())  # may hold functions, which cannot travel
    # Imports that take seconds are paid once for the class instead of once for each worker.
    warm = tuple(name for name in HEAVY if any(one.imports(name) for one in work.values()))
    pool_of = partial(
        ProcessPoolExecutor,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(course, topic, ("numpy", *warm), allow_unconfined, limits),
    )
    waiting, doubtful = deque(work), []
    while waiting:
        with pool_of(jobs) as pool:
            yield from _until_broken(pool, work, waiting, doubtful, jobs)
    for student in doubtful:
        ended = []
        with pool_of(1) as pool:
            yield from _until_broken(pool, work, deque([student]), ended, 1)
        if ended:
            yield student, JudgeEnded("the process that judged it ended")


def _until_broken(pool, work, waiting, doubtful, jobs):
    """Judge what is waiting; when a process ends, move what was in hand to the doubtful."""
    hand: dict[Future, str] = {}
    try:
        while waiting or hand:
            while waiting and len(hand) < jobs:
                future = pool.submit(_judge, work[waiting[0]])
                hand[future] = waiting.popleft()
            finished, _ = wait(hand, return_when=FIRST_COMPLETED)
            for future in finished:
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    raise error
                result = error or future.result()
                if isinstance(result, _CannotStart):
                    raise result.reason
                yield hand.pop(future), result
    except BrokenProcessPool:
        doubtful += hand.values()
        if not hand:  # it broke before it took anything
            doubtful.append(waiting.popleft())
    except BaseException:
        for process in multiprocessing.active_children():  # nobody waits for them any more
            process.terminate()
        raise


# --- in each process -------------------------------------------------------------------------


@dataclass
class _CannotStart:
    reason: Exception


_tools: tuple[Judge, Zygote] | _CannotStart | None = None


def _start(course, topic, warm, allow_unconfined, limits):
    """Make this process's judge and zygote; they serve every submission it gets."""
    global _tools
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        zygote = Zygote(warm, allow_unconfined=allow_unconfined, limits=limits)
        _tools = Judge(course, topic), zygote
    except Exception as error:  # raised here, it would only be told as a pool that broke
        _tools = _CannotStart(error)


def _end_with_parent():
    """End when the coordinator was killed: there is nobody left to judge for."""
    connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _judge(work):
    if isinstance(_tools, _CannotStart):
        return _tools
    judge, zygote = _tools
    return judge.judge(work, zygote)
