"""Judge submissions on a Dask cluster. A machine that goes takes no submission with it.

The scheduler passes tasks on; which worker gets what, and what happens when one is gone, is decided
here. Each task is for one worker: Dask, left to itself, would give a task that ends its worker to
the next one and the next, and at last give up a whole batch.
"""

from __future__ import annotations

import itertools
import pickle
import queue
import sys
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from unrolled.grading.course import Course
from unrolled.grading.desk import CannotJudge, Parcel, judge_batch, leave, versions
from unrolled.grading.judge import Verdict
from unrolled.grading.pool import JudgeEnded
from unrolled.grading.work import Work
from unrolled.grading.zygote import Limits

CONNECT_SECONDS = 10
LOOK_SECONDS = 0.5  # how often it is looked who is there
FETCH_SECONDS = 10  # how long a result may be on its way before it is looked who is there
WAIT_SECONDS = 10  # how long nobody may be there before that is told
BATCH_SECONDS = 1.0  # what a batch should take, so that results come steadily
BATCH_MOST = 50
BATCH_CHARACTERS = 500_000
IN_HAND = 2  # batches that a worker is given, so that it never waits for the next
TRIES = 2  # a submission may end so many workers that have nothing else in hand


class ClusterError(Exception):
    """The cluster cannot judge; the message says why and what to do."""


def judge_on_cluster(
    course: Course,
    topic: str,
    work: Iterable[tuple[str, Work]],
    address: str,
    allow_unconfined: bool = False,
    limits: Limits | None = None,
    idle: Callable[[], None] = lambda: None,
    tell: Callable[[str], None] = lambda words: print(f"unrolled: {words}", file=sys.stderr),
) -> Iterator[tuple[str, Verdict | Exception]]:
    """Yield the verdict on each submission in `work`, or what kept it from being judged.

    work: pairs of a name and the work, taken as they are needed. address: of the scheduler, such as
    "tcp://host:8786". limits: what each confined worker may use. idle: called now and then while
    nothing is ready. tell: what to do with a sentence for who waits. When a worker is gone, what it
    had in hand is judged again, each by itself.
    Raises ClusterError if there is no such cluster, or a machine of it cannot judge.
    """
    stream = iter(work)
    first = next(stream, None)
    if first is None:
        return
    parcel = pickle.dumps(Parcel.of(course, topic, allow_unconfined, limits), protocol=5)
    with _connected(address) as client:
        dealer = _Dealer(client, address, parcel, itertools.chain([first], stream), idle, tell)
        try:
            yield from dealer.verdicts()
        finally:
            dealer.end()


@contextmanager
def _connected(address):
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"{error.name} is missing: run `pip install '.[cluster]'` in the course's folder"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="unrolled")
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(f"no scheduler answers at {address}: {error}") from None
    try:
        yield client
    finally:
        client.close(timeout=CONNECT_SECONDS)


@dataclass(eq=False)
class _Batch:
    """Submissions that one worker was given. tries: how often it was given alone, if it was."""

    pairs: list[tuple[str, Work]]
    tries: int = 0
    future: object = None


@dataclass(eq=False)
class _Worker:
    """A process of the cluster: what it has in hand, and how much it is given at a time."""

    hand: list[_Batch]
    size: int = 1

    def has_room(self, count):
        return len(self.hand) < count and not any(batch.tries for batch in self.hand)


class _Dealer:
    """Deals batches to the workers that are there, and takes in what they find."""

    def __init__(self, client, address, parcel, stream, idle, tell):
        self._client, self._address, self._parcel = client, address, parcel
        self._stream, self._versions, self._idle, self._tell = stream, versions(), idle, tell
        self._ahead: deque[tuple[str, Work]] = deque()  # one, if there is one
        self._doubtful: deque[_Batch] = deque()  # of one submission each
        self._workers: dict[str, _Worker] = {}
        self._done: queue.SimpleQueue[tuple[str, _Batch]] = queue.SimpleQueue()
        self._keys = (f"unrolled-{uuid.uuid4().hex}-{n}" for n in itertools.count())
        self._looked = float("-inf")
        self._nobody_since, self._told = time.monotonic(), set()
        self._given_up: list[tuple[str, JudgeEnded]] = []

    def verdicts(self) -> Iterator[tuple[str, Verdict | Exception]]:
        """Yield what is found for each submission, until all are judged."""
        while self._left():
            self._look()
            self._deal()
            try:
                address, batch = self._done.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                self._idle()
            else:
                yield from self._take(address, batch)
            while self._given_up:
                yield self._given_up.pop()

    def end(self) -> None:
        """Leave the cluster as it was."""
        with suppress(Exception):  # it may be gone
            self._client.cancel([b.future for w in self._workers.values() for b in w.hand])
            self._client.run(leave, self._parcel, on_error="ignore")

    def _left(self):
        return self._waits() or self._doubtful or any(w.hand for w in self._workers.values())

    # --- who is there

    def _look(self):
        """Look who is there; what was in the hand of one that is gone is in doubt."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        try:
            threads = self._client.nthreads()
        except Exception as error:  # Dask has many for this
            raise ClusterError(
                f"the scheduler at {self._address} is gone ({error or type(error).__name__}); "
                "run the command again to go on where it was"
            ) from None
        for address in self._workers.keys() - threads.keys():
            for batch in self._workers.pop(address).hand:
                batch.future.release()
                self._doubt(batch)
        for address, count in threads.items():
            if address not in self._workers:
                self._workers[address] = _Worker([])
                if count > 1:
                    self._tell_once(
                        f"the worker at {address} has {count} threads and judges one submission at "
                        "a time: start workers with `--nthreads 1`, one for each core"
                    )
        if threads:
            self._nobody_since = now
        elif now - self._nobody_since > WAIT_SECONDS:
            self._tell_once(
                f"no worker is connected to {self._address}; waiting for one: "
                f"`dask worker {self._address} --nthreads 1`"
            )

    def _doubt(self, batch):
        """A worker ended with this in hand: each submission is judged again, with no other beside."""
        if not batch.tries:
            self._doubtful.extend(_Batch([pair], tries=1) for pair in batch.pairs)
        elif batch.tries < TRIES:
            self._doubtful.append(_Batch(batch.pairs, batch.tries + 1))
        else:
            ((name, _),) = batch.pairs
            self._given_up.append((name, JudgeEnded("each worker that judged it ended")))

    def _tell_once(self, words):
        if words not in self._told:
            self._told.add(words)
            self._tell(words)

    # --- who gets what

    def _deal(self):
        """Give every worker as much as it may have in hand; those with least come first."""
        for count in range(1, IN_HAND + 1):
            for address, worker in self._workers.items():
                if worker.has_room(count):
                    batch = self._next(worker)
                    if batch is not None:
                        self._give(address, worker, batch)

    def _next(self, worker):
        if self._doubtful and not worker.hand:
            return self._doubtful.popleft()
        pairs, characters = [], 0
        while len(pairs) < worker.size and characters < BATCH_CHARACTERS and self._waits():
            name, work = self._ahead.popleft()
            pairs.append((name, work))
            characters += sum(len(source) for _, source in work.cells)
        return _Batch(pairs) if pairs else None

    def _waits(self):
        if not self._ahead:
            self._ahead.extend(itertools.islice(self._stream, 1))
        return bool(self._ahead)

    def _give(self, address, worker, batch):
        batch.future = self._client.submit(
            judge_batch,
            self._versions,
            self._parcel,
            pickle.dumps(batch.pairs, protocol=5),
            key=next(self._keys),
            workers=[address],
            allow_other_workers=False,
            pure=False,
        )
        worker.hand.append(batch)
        batch.future.add_done_callback(lambda _: self._done.put((address, batch)))

    def _take(self, address, batch):
        """Yield what was found in a batch; if it was lost, it is in doubt."""
        worker = self._workers.get(address)
        if worker is None or batch not in worker.hand:
            return  # it was given up already, and is judged elsewhere
        answer = self._fetch(address, worker, batch)
        if isinstance(answer, CannotJudge):
            raise ClusterError(f"the worker at {address} cannot judge: {answer.reason}")
        if answer is not None:
            worker.hand.remove(batch)
            batch.future.release()
            most = BATCH_SECONDS * len(batch.pairs) / max(answer.seconds, 1e-6)
            worker.size = int(max(1, min(most, 2 * worker.size, BATCH_MOST)))
            yield from answer.verdicts

    def _fetch(self, address, worker, batch):
        """Return what a worker answered, or None if that is lost, or still on its way."""
        from distributed import CancelledError, KilledWorker
        from distributed.scheduler import NoValidWorkerError

        try:
            return pickle.loads(batch.future.result(timeout=FETCH_SECONDS))
        except (CancelledError, KilledWorker, NoValidWorkerError, OSError) as error:
            self._looked = float("-inf")
            self._look()
            if batch in worker.hand and self._workers.get(address) is worker:
                if isinstance(error, TimeoutError):
                    self._done.put((address, batch))
                else:
                    worker.hand.remove(batch)
                    self._doubt(batch)
            return None
        except Exception as error:
            raise ClusterError(
                f"the worker at {address} cannot judge: {type(error).__name__}: {error}; every "
                "machine of the cluster needs this course's package, with `[cluster]` and `[grading]`"
            ) from error
