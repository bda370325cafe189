"""Stand-ins for the learner's names and for the reference: every call is traced, by value."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from unrolled.carrying import Carried, CarriedHere
from unrolled.exercise import Exercise
from unrolled.expect import same
from unrolled.standin import Tables


class LearnerError(Exception):
    """An exception that the learner's code raised, told without any framework line.

    type_name and message are the exception's; line_number, line and function say where in the
    learner's own code it was raised, as far as that is known.
    """

    def __init__(
        self,
        type_name: str,
        message: str,
        line_number: int | None = None,
        line: str = "",
        function: str = "",
    ):
        super().__init__(f"{type_name}: {message}" if message else type_name)
        self.type_name, self.message = type_name, message
        self.line_number, self.line, self.function = line_number, line, function


class Missing(Exception):
    """The learner's notebook defines no such name."""


@dataclass
class Call:
    """One call of a learner's function: what went in (a copy) and what came of it."""

    function: str
    args: tuple
    kwargs: dict
    result: object = None
    error: LearnerError | None = None
    wrote_into_arguments: bool = False
    sent: bytes | None = field(default=None, repr=False)  # args and kwargs as they travelled


@dataclass
class Answer:
    """The learner's names, looked up with `lookup(name)`, which raises KeyError if absent.

    Each call gets fresh copies of its arguments, so that nothing the learner's code keeps or
    changes reaches a later comparison. `trace` holds the calls since it was last emptied.
    `with_stand_ins(name, tables)` returns the function of that name, not traced, whose calls find
    stand-ins for some of the learner's other functions, where that can be had.
    `side_by_side(jobs)` runs functions that call the learner's, and returns what each returns.
    `depending` names what was found to depend on its arguments, with the learner's earlier parts.
    """

    lookup: Callable[[str], object]
    trace: list[Call] = field(default_factory=list)
    with_stand_ins: Callable[[str, Tables], Callable] | None = None
    side_by_side: Callable[[list[Callable]], list] = lambda jobs: [job() for job in jobs]
    depending: set[str] = field(default_factory=set)

    def __getattr__(self, name):
        """Return the learner's `name`; a function comes back traced."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            value = self.lookup(name)
        except KeyError:
            raise Missing(name) from None
        return _Traced(name, value, self.trace) if callable(value) else value


def copied(value: object) -> object:
    """Return a deep copy; of what checks draw, arrays and containers of them, a quick one."""
    kind = type(value)
    if kind is np.ndarray and value.dtype != object:
        return value.copy()
    if kind in (float, int, str, bool) or value is None:
        return value
    if kind is tuple or kind is list:
        return kind([copied(item) for item in value])
    if kind is dict:
        return {key: copied(item) for key, item in value.items()}
    return copy.deepcopy(value)


class _Traced:
    def __init__(self, name, function, trace):
        self._name, self._function, self._trace = name, function, trace

    def __call__(self, *args, **kwargs):
        call = Call(self._name, copied(args), copied(kwargs))
        self._trace.append(call)
        sent, sent_kwargs = args, kwargs
        if not getattr(self._function, "by_value", False):  # a remote one gets copies in any case
            sent, sent_kwargs = copied(args), copied(kwargs)
        try:
            call.result = self._function(*sent, **sent_kwargs)
        except LearnerError as error:
            call.error = error
            raise
        finally:
            call.sent = getattr(self._function, "sent", None)
        mutated = getattr(self._function, "mutated", None)  # a remote function knows by itself
        if mutated is None:
            mutated = not same([sent, sent_kwargs], [call.args, call.kwargs])
        call.wrote_into_arguments = mutated
        return call.result


class Reference:
    """The reference solution of an exercise, computed live."""

    def __init__(self, exercise: Exercise):
        self._exercise, self._namespace = exercise, exercise.load()

    def __getattr__(self, name):
        """Return the reference's function of that name."""
        return self._namespace[name]

    def using(self, answer: Answer, *parts: str) -> Carried:
        """Return this reference built on the learner's own `parts` instead of its own."""
        return Carried(self._exercise, self._namespace, answer, parts)


class Replay:
    """The reference as a learner's machine has it: results recorded for the public seed.

    calls: for the running test, the recorded (function, args, result) in order. inner: the calls
    that the reference made of its own parts meanwhile, in the same form.
    """

    def __init__(self, calls: Sequence[tuple] = (), inner: Sequence[tuple] = ()):
        self._calls, self._waiting, self._inner = list(calls), list(calls), list(inner)

    def __getattr__(self, name):
        """Return a function that plays back the next recorded call, which must be this one."""

        def replay(*args):
            if not self._waiting:
                raise RecordingError(name)
            function, recorded, result = self._waiting.pop(0)
            if function != name or not same(list(args), list(recorded)):
                raise RecordingError(name)
            return result

        return replay

    def using(self, answer: Answer, *parts: str) -> CarriedHere:
        """Return what stands in for the reference built on the learner's own `parts`."""
        calls = {part: [made[1:] for made in self._inner if made[0] == part] for part in parts}
        return CarriedHere(answer, lambda name, args: find(self._calls, name, args), calls)


def find(calls, name, args):
    """Return the recorded result of this call; raise RecordingError if there is none."""
    for function, recorded, result in calls:
        if function == name and same(list(args), list(recorded)):
            return result
    raise RecordingError(name)


class RecordingError(Exception):
    """The check file and the recording beside it do not belong together."""

    def __init__(self, name):
        super().__init__(
            f"the recording holds no such call of {name}: the files of this exercise do not "
            "belong together. Get the exercise folder again; your notebook can stay."
        )
