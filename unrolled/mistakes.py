"""The known mistakes of a topic: `solutions/mistakes/<topic>.yml`, each a patch to the reference.

::

    - exercise: lstm_step
      replace: "f * c + i * g"
      by: "i * c + f * g"
      says: "Your gates look swapped: the forget gate must scale the *old* cell state."
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from unrolled.answer import Answer, LearnerError, Reference, copied
from unrolled.check import local
from unrolled.diagnose import calls_of
from unrolled.exercise import Exercise
from unrolled.recording import RecordedMistake, Recording
from unrolled.runner import CheckFile, Context

_FIELDS = {"exercise", "replace", "by", "says"}
# The parser in C, where PyYAML was built with it, takes a tenth of the time.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class MistakeError(ValueError):
    """An entry of a mistakes file is not usable; the message names file and line."""


@dataclass(frozen=True)
class Mistake:
    """One known mistake, live: the reference of `source` with one passage replaced."""

    source: Exercise
    exercise: str
    replace: str
    by: str
    says: str
    where: str

    @cached_property
    def code(self) -> str:
        """The cell of the exercise with the mistake in it."""
        cell = self.source.cell("exercise", self.exercise).source
        found = cell.count(self.replace)
        if found != 1:
            raise MistakeError(
                f"{self.where}: 'replace' must stand exactly once in {self.exercise}, "
                f"and stands there {found} times: {self.replace!r}"
            )
        return cell.replace(self.replace, self.by)

    @cached_property
    def namespace(self) -> dict:
        """The solution module with the mistake in it."""
        return self.source.load(**{self.exercise: self.code})

    def answer(self) -> Answer:
        """Return an answer that makes this mistake and has everything else right."""
        return Answer(lambda name: local(self.namespace[name], self.namespace))

    @cached_property
    def function(self) -> Callable:
        """The exercise's function with the mistake in it; it raises LearnerError alone."""
        return local(self.namespace[self.exercise], self.namespace)

    def predict(self, test, k, call):
        """Return what this mistake answers to `call`; a LearnerError if it raises."""
        try:
            return self.function(*copied(call.args), **copied(call.kwargs))
        except LearnerError as error:
            return error


def read_mistakes(exercise: Exercise) -> list[Mistake]:
    """Read the known mistakes of an exercise; raise MistakeError, with file and line, if malformed."""
    path = exercise.path.parent / "mistakes" / f"{exercise.topic}.yml"
    if not path.is_file():
        return []
    loader = _Loader(path.read_text(encoding="utf-8"))
    document = loader.get_single_node()
    entries = loader.construct_document(document) if document else []
    mistakes = []
    for node, entry in zip(document.value if document else [], entries, strict=True):
        where = f"{path}:{node.start_mark.line + 1}"
        if not isinstance(entry, dict) or entry.keys() != _FIELDS:
            raise MistakeError(f"{where}: an entry has exactly the fields {sorted(_FIELDS)}")
        mistake = Mistake(source=exercise, where=where, **entry)
        if mistake.exercise not in {item.name for item in exercise.items}:
            raise MistakeError(f"{where}: there is no exercise {mistake.exercise!r}")
        assert mistake.code  # a patch that does not fit is reported here, with its line
        mistakes.append(mistake)
    return mistakes


def record(exercise: Exercise, check_path: Path) -> Recording:
    """Run every check on the reference and on every known mistake; return what they answered."""
    items = {item.name: item for item in exercise.items}
    check_file = CheckFile(check_path, items)
    reference = Reference(exercise)
    recorders = {}

    def recorder(test):
        recorders[test] = _Recorder(exercise)
        return recorders[test]

    for name in items:
        for outcome in check_file.run(name, Context(Answer(reference.__getattr__), recorder)):
            if not outcome.passed:
                raise AssertionError(f"the reference fails {outcome.test}: {outcome.failure}")
    mistakes = []
    for mistake in read_mistakes(exercise):
        context = Context(mistake.answer(), lambda test: reference)
        answers = {
            outcome.test: [
                call.error or call.result for call in calls_of(outcome, mistake.exercise)
            ]
            for outcome in check_file.run(mistake.exercise, context)
        }
        mistakes.append(RecordedMistake(mistake.exercise, mistake.says, answers))
    calls = {test: made.calls for test, made in recorders.items() if made.calls}
    inner = {test: made.inner for test, made in recorders.items() if made.inner}
    return Recording(exercise.topic, items, calls, inner, mistakes)


class _Recorder:
    """The reference, keeping the calls made of it and those that it makes of its own parts."""

    def __init__(self, exercise):
        self._exercise, self._namespace = exercise, exercise.load()
        self.calls, self.inner, self._depth = [], [], 0
        for item in exercise.items:
            self._namespace[item.name] = self._watched(item.name, self._namespace[item.name])

    def __getattr__(self, name):
        return self._namespace[name]

    def _watched(self, name, function):
        def recorded(*args):
            self._depth += 1
            try:
                result = function(*args)
            finally:
                self._depth -= 1
            if self._depth < 2:  # a part's own parts are not asked for
                (self.inner if self._depth else self.calls).append((name, args, result))
            return result

        return recorded

    def using(self, answer, *parts):
        return Reference(self._exercise).using(answer, *parts)
