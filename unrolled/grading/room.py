"""A worker that holds one learner's notebook, kept going whatever the learner's code does to it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

from unrolled.answer import Call, LearnerError
from unrolled.grading.again import outcome
from unrolled.grading.outputs import Allowance
from unrolled.grading.together import Together
from unrolled.grading.wire import WireError
from unrolled.grading.work import Work
from unrolled.grading.zygote import LearnerError as RemoteError
from unrolled.grading.zygote import WorkerDied, WorkerTimeout, Zygote
from unrolled.standin import Tables

# One submission may use this much time in all, however often its worker has to be started again,
# and the same once more when it is asked again.
SUBMISSION_SECONDS = 60.0
LATE = "the notebook used up its time"
# What is asked together is quick, or is asked again one by one: then it is known what takes so long.
TOGETHER_SECONDS = 1.0


class Apart(Exception):
    """Something that was asked together with other things went wrong, and it is not known what."""


class Room:
    """A worker that holds the learner's namespace; made anew where the learner's code killed it.

    after: an earlier room for the same work. What had to be left out there is left out here, and
    everything may take twice as long, so that what was in time there is in time here.
    names: functions that will be asked for, and are looked up together.
    """

    def __init__(
        self, work: Work, zygote: Zygote, after: Room | None = None, names: Sequence[str] = ()
    ):
        self._cells, self._names = work.cells, names
        self._zygote, self._worker, self._broken = zygote, None, ""
        self._deadly = set(after._deadly) if after else set()
        self._raised: dict[str, RemoteError] = {}  # by cell, what kept it from its end
        # By name and arguments, as they travelled, what came back: None where it was not always so.
        # A call that was made by itself left no such trace, and nothing may be mistaken for it.
        self._answers: dict[tuple[str, bytes], bytes | None] = {}
        self._made_alone = False
        if after and not after._made_alone:
            self._answers = after._answers
        self._functions, self._remote, self._found = {}, {}, {}
        self._patience = 2 if after else 1
        self._deadline = time.monotonic() + SUBMISSION_SECONDS
        self._together: Together | None = None
        self.outputs, self.problems = {}, []
        self.taken = ""  # how a worker ended by no fault in it, as far as we know

    def open(self):
        """Start a worker and run every cell; a cell that kills or hangs it is left out next time."""
        while not self._late():
            self.close()
            self._worker, self._broken = self._zygote.worker(), ""
            self._functions, self._remote, self._found = {}, {}, {}
            self._allowance = Allowance()
            if self._run_cells():
                self._find()
                return
        self._broken = LATE
        self.problems.append(f"The notebook ran longer than {SUBMISSION_SECONDS:g} s in all.")

    def _run_cells(self):
        cells = [(name, source) for name, source in self._cells if name not in self._deadly]
        seconds = self._worker.limits.cell_seconds * self._patience
        results = self._worker.run_all(list(enumerate((source for _, source in cells), 1)), seconds)
        for name, _ in cells:
            if self._late():
                return False
            try:
                result = next(results)
            except (WorkerDied, WorkerTimeout, WireError) as error:
                self.taken = self._worker.taken or self.taken
                self._deadly.add(name)
                self._raised[name] = RemoteError("Stopped", _how(error))
                words = f"The cell {name!r} was stopped and left out: {error}"
                self.problems.append(words)
                self.outputs[name] = [
                    {"output_type": "stream", "name": "stdout", "text": words + "\n"}
                ]
                return False
            self.outputs[name] = self._allowance.spend(result.outputs)
            if result.error is not None:
                self._raised[name] = result.error
        return True

    def _find(self):
        """Look up all functions with one message; where that fails, `lookup` says why."""
        with contextlib.suppress(WorkerDied, WorkerTimeout, WireError):
            self._found = self._worker.functions(self._names)

    def recover(self):
        """Start again if the last item broke the worker, so that it costs that item alone."""
        if self._broken and not self._late():
            self.open()

    def _late(self):
        return time.monotonic() >= self._deadline

    def lookup(self, name: str):
        """Return the learner's `name`; calls of it raise LearnerError for all that goes wrong.

        Raises KeyError where there is none; where the cell that is to define it did not come to its
        end, LearnerError with the reason for that.
        """
        if self._broken:
            raise LearnerError("Stopped", self._broken)
        if name in self._functions:  # a check calls the same one again and again
            return self._functions[name]
        try:
            value = self._found.get(name) or self._guard(self._worker.lookup, name)
        except KeyError:
            if (error := self._raised.get(f"exercise-{name}")) is None:
                raise
            raise self._as_checks_know_it(error) from None
        if not callable(value):
            return value
        value.timeout = self._worker.limits.call_seconds * self._patience

        def call(*args, **kwargs):
            call.sent = None
            self._be_in_time()
            if self._together is None:
                self._made_alone = True
                result = self._guard(value, *args, **kwargs)
                call.mutated = value.mutated
                return result
            call.sent, found = self._together.ask((name, args, kwargs))
            if isinstance(found, Exception):
                raise found
            result, call.mutated = found
            return result

        call.mutated, call.by_value = False, True
        self._functions[name] = call
        self._remote[name] = value
        return call

    def _be_in_time(self):
        """Raise LearnerError where the worker is of no more use, or the time is up."""
        if self._late():
            self._broken = LATE
        if self._broken:
            raise LearnerError("Stopped", self._broken)

    def with_stand_ins(self, name: str, tables: Tables) -> Callable:
        """Return the learner's function `name`, which finds tables in place of some of the others.

        Raises what `lookup` does, and LearnerError where the tables cannot travel.
        """
        self.lookup(name)
        packed = self._guard(self._worker.packed_tables, tables)

        def call(*args):
            self._be_in_time()
            if self._together is not None:
                _, found = self._together.ask((name, args, {}, packed))
            else:
                self._made_alone = True
                sent = (self._remote[name], self._guard(self._worker.packed, args, {}), packed)
                seconds = self._worker.limits.call_seconds * self._patience
                received = self._guard(self._worker.call_all, [sent], seconds)
                found = self._as_checks_know_it(self._guard(self._worker.unpacked, *received))
            if isinstance(found, Exception):
                raise found
            return found[0]

        return call

    def side_by_side(self, jobs: list[Callable[[], object]]) -> list:
        """Run functions that call the learner's, and return what each returns."""
        if self._together is not None:
            return self._together.side_by_side(jobs)
        return [job() for job in jobs]

    def run_together(self, checks: list[Callable[[], object]]) -> list:
        """Run checks side by side, and return what each returns; raises Apart, and is made anew."""
        self._together = Together(self._ask_together)
        began = time.monotonic()
        try:
            return self._together.run(checks)
        except Apart:
            self._deadline += time.monotonic() - began
            self.open()
            raise
        finally:
            self._together = None

    def _ask_together(self, calls):
        """Make calls of (name, args, kwargs) with one message, some with tables packed already.

        Returns of each its arguments as they travelled, and (result, whether it wrote) or what was
        raised.
        """
        try:
            sent = [
                (name, self._worker.packed(args, kwargs), *tables)
                for name, args, kwargs, *tables in calls
            ]
            received = self._travel(sent, note=True)
            found = [self._as_checks_know_it(self._worker.unpacked(frame)) for frame in received]
        except (WorkerDied, WorkerTimeout, WireError) as error:
            raise Apart(str(error)) from None
        for one, frame in zip(sent, received, strict=True):
            # What came out in two ways is not to be taken for either of them.
            self._answers[one] = frame if self._answers.get(one, frame) == frame else None
        return [(frame, one) for (_, frame, *_), one in zip(sent, found, strict=True)]

    def _travel(self, sent, note=False):
        """Make calls of (name, what travels) with one message; return what came back."""
        wanted = [(self._remote[name], *frames) for name, *frames in sent]
        return self._worker.call_all(wanted, TOGETHER_SECONDS * self._patience, note)

    def ask_together(self, calls: list[Call]) -> list | None:
        """Repeat calls with one message: the result of each or what it raised, None if that failed.

        Where the very bytes come that came to the same bytes in the earlier room, they are not taken
        apart again: the result is then the `outcome` of the call itself.
        """
        try:
            for call in calls:
                self.lookup(call.function)
            sent = [(c.function, c.sent or self._worker.packed(c.args, c.kwargs)) for c in calls]
            received = self._travel(sent)
            return [self._repeated(*one) for one in zip(calls, sent, received, strict=True)]
        except (LearnerError, KeyError):
            self.recover()
        except (WorkerDied, WorkerTimeout, WireError):
            self.open()
        return None

    def _repeated(self, call, sent, frame):
        """Return the result of a call that was repeated, or what it raised."""
        if self._answers.get(sent) == frame:
            return outcome(call)
        found = self._as_checks_know_it(self._worker.unpacked(frame))
        return found if isinstance(found, Exception) else found[0]

    def _guard(self, function: Callable, *args, **kwargs):
        try:
            return function(*args, **kwargs)
        except (WorkerDied, WorkerTimeout) as error:
            self.taken = self._worker.taken or self.taken
            self._broken = _how(error)
            raise LearnerError("Stopped", self._broken) from None
        except (WireError, RemoteError) as error:
            raise self._as_checks_know_it(error) from None

    @staticmethod
    def _as_checks_know_it(found):
        """Return what came of a call; where it was raised, as checks know it."""
        if isinstance(found, WireError):
            return LearnerError("Unusable result", str(found))
        if isinstance(found, RemoteError):
            return LearnerError(found.type_name, found.message, found.line_number, found.line)
        return found

    def close(self):
        """Kill the worker."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _how(error):
    """Return how a worker ended, as it follows the word "Stopped"."""
    return str(error).removeprefix("stopped: ")
