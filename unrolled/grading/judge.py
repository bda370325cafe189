"""Judge one submission: its code runs in a confined worker, the checks run here and call it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from unrolled.answer import Answer, Call, LearnerError, Reference
from unrolled.grading.again import changed_answers, withdrawn
from unrolled.grading.course import Course
from unrolled.grading.outputs import Allowance
from unrolled.grading.wire import WireError
from unrolled.grading.work import Work
from unrolled.grading.zygote import LearnerError as RemoteError
from unrolled.grading.zygote import WorkerDied, WorkerTimeout, Zygote, ZygoteDied
from unrolled.mistakes import read_mistakes
from unrolled.quiz.notebook import quiz_keys
from unrolled.report import Report, make_report
from unrolled.runner import CheckFile, Context, generator

# One submission may use this much time in all, however often its worker has to be started again,
# and the same once more when it is asked again.
SUBMISSION_SECONDS = 60.0
LATE = "the notebook used up its time"
TRIES = 3


@dataclass
class Verdict:
    """What judging found: `reports` by item, `outputs` by cell id, and problems in words."""

    reports: dict[str, Report]
    outputs: dict[str, list[dict]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """The points earned in all parts that are graded automatically."""
        return sum(report.points for report in self.reports.values())


class Judge:
    """The checks, the reference and the known mistakes of one topic, ready for many submissions."""

    def __init__(self, course: Course, topic: str):
        self._course, self._topic = course, topic
        self.exercise = course.exercise(topic)
        self._items = {item.name: item for item in self.exercise.items}
        self._check_file = CheckFile(course.check_file(topic), self._items)
        self._reference = Reference(self.exercise)
        self._mistakes = read_mistakes(self.exercise)
        self._keys = quiz_keys(self.exercise)

    def judge(self, work: Work, zygote: Zygote) -> Verdict:
        """Run a submission's code in workers of `zygote` and check every item against it.

        Where a worker was killed it is all done again: a notebook that kills its worker does so
        each time, and whatever else did it must cost no mark.
        Raises ZygoteDied where the server of workers ends each time: that is no notebook's doing.
        """
        for _ in range(TRIES):
            verdict, taken = self._judge(work, zygote)
            if not taken:
                break
        if taken == "lost":
            raise ZygoteDied("the server of workers ended again and again")
        return verdict

    def _judge(self, work, zygote):
        """Return the verdict, and how a worker was taken away meanwhile, if one was."""
        seed = self._course.seed(self._topic, work.digest)
        with contextlib.closing(Room(work, zygote)) as room:
            room.open()
            reports, asked = {}, {}
            for name, item in self._items.items():
                answer = Answer(room.lookup, replacing=room.replacing)
                context = Context(answer, lambda test: self._reference, seed)
                outcomes = self._check_file.run(name, context)
                reports[name] = make_report(item, outcomes, self._mistakes)
                if reports[name].right:
                    asked[name] = [call for outcome in outcomes for call in outcome.calls]
                room.recover()
            for name, key in self._keys.items():
                reports[name] = key.mark(room.lookup)
                room.recover()
        taken = room.taken
        if asked:
            with contextlib.closing(Room(work, zygote, after=room)) as afresh:
                afresh.open()
                order = generator(seed, "the order in which all is asked again")
                changed = changed_answers(
                    asked, afresh.lookup, order, afresh.recover, afresh.ask_together
                )
            reports |= {name: withdrawn(reports[name], call) for name, call in changed.items()}
            taken = afresh.taken or taken
        return Verdict(reports, room.outputs, room.problems), taken


class Room:
    """A worker that holds the learner's namespace; made anew where the learner's code killed it.

    after: an earlier room for the same work. What had to be left out there is left out here, and
    everything may take twice as long, so that what was in time there is in time here.
    """

    def __init__(self, work: Work, zygote: Zygote, after: Room | None = None):
        self._cells = work.cells
        self._zygote, self._worker, self._broken = zygote, None, ""
        self._deadly = set(after._deadly) if after else set()
        self._functions, self._remote = {}, {}
        self._patience = 2 if after else 1
        self._deadline = time.monotonic() + SUBMISSION_SECONDS
        self.outputs, self.problems = {}, []
        self.taken = ""  # how a worker ended by no fault in it, as far as we know

    def open(self):
        """Start a worker and run every cell; a cell that kills or hangs it is left out next time."""
        while not self._late():
            self.close()
            self._worker, self._broken = self._zygote.worker(), ""
            self._functions, self._remote = {}, {}
            self._allowance = Allowance()
            if self._run_cells():
                return
        self._broken = LATE
        self.problems.append(f"The notebook ran longer than {SUBMISSION_SECONDS:g} s in all.")

    def _run_cells(self):
        for name, source in self._cells:
            if name in self._deadly:
                continue
            try:
                seconds = self._worker.limits.cell_seconds * self._patience
                result = self._worker.run(source, seconds)
            except (WorkerDied, WorkerTimeout, WireError) as error:
                self.taken = self._worker.taken or self.taken
                self._deadly.add(name)
                words = f"The cell {name!r} was stopped and left out: {error}"
                self.problems.append(words)
                self.outputs[name] = [
                    {"output_type": "stream", "name": "stdout", "text": words + "\n"}
                ]
                return False
            self.outputs[name] = self._allowance.spend(result.outputs)
        return True

    def recover(self):
        """Start again if the last item broke the worker, so that it costs that item alone."""
        if self._broken and not self._late():
            self.open()

    def _late(self):
        return time.monotonic() >= self._deadline

    def lookup(self, name: str):
        """Return the learner's `name`; calls of it raise LearnerError for all that goes wrong."""
        if self._broken:
            raise LearnerError("Stopped", self._broken)
        if name in self._functions:  # a check calls the same one again and again
            return self._functions[name]
        value = self._guard(self._worker.lookup, name)
        if not callable(value):
            return value
        value.timeout = self._worker.limits.call_seconds * self._patience

        def call(*args, **kwargs):
            if self._late():
                self._broken = LATE
            if self._broken:
                raise LearnerError("Stopped", self._broken)
            result = self._guard(value, *args, **kwargs)
            call.mutated = value.mutated
            return result

        call.mutated, call.by_value = False, True
        self._functions[name] = call
        self._remote[name] = value
        return call

    @contextlib.contextmanager
    def replacing(self, calls: dict[str, list[tuple]]):
        """Let the learner's code find recorded results in place of some of its own functions."""
        self._guard(self._worker.stand_in, calls)
        try:
            yield
        finally:
            if not self._broken:
                self._guard(self._worker.stand_in, {})

    def ask_together(self, calls: list[Call]) -> list | None:
        """Repeat calls with one message: the result of each or what it raised, None if that failed."""
        try:
            for call in calls:
                self.lookup(call.function)
            wanted = [(self._remote[call.function], call.args, call.kwargs) for call in calls]
            seconds = self._worker.limits.call_seconds * self._patience
            found = self._guard(self._worker.call_many, wanted, seconds)
            return [_told(one) if isinstance(one, RemoteError) else one for one in found]
        except (LearnerError, KeyError):
            self.recover()
            return None

    def _guard(self, function: Callable, *args, **kwargs):
        try:
            return function(*args, **kwargs)
        except (WorkerDied, WorkerTimeout) as error:
            self.taken = self._worker.taken or self.taken
            self._broken = str(error).removeprefix("stopped: ")
            raise LearnerError("Stopped", self._broken) from None
        except WireError as error:
            raise LearnerError("Unusable result", str(error)) from None
        except RemoteError as error:
            raise _told(error) from None

    def close(self):
        """Kill the worker."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _told(error: RemoteError) -> LearnerError:
    """Return what the worker said was raised, as checks know it."""
    return LearnerError(error.type_name, error.message, error.line_number, error.line)
