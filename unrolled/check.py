"""`check("lstm_step")` in a learner's notebook.

It needs the base install and the exercise folder: the check file and the recording that stand
beside the notebook. Nothing here knows the reference.
"""

from __future__ import annotations

import linecache
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import unrolled
from unrolled.answer import Answer, LearnerError, RecordingError
from unrolled.standin import with_stand_ins

_SENTENCES = (RecordingError,)


def checks(topic: str, namespace: dict, folder: Path | str = ".") -> Callable:
    """Return the function `check(name)` for a notebook on `topic`.

    namespace: the notebook's `globals()`. folder: where the exercise's files are, by default the
    notebook's own folder. Where the exercise is imported as a module, or runs in a grading worker,
    the function that comes back does nothing: marks come from elsewhere.
    """
    if namespace.get("__name__") != "__main__" or unrolled.GRADING:
        return lambda name=None: None
    return _Checker(topic, namespace, Path(folder).resolve())


class _Checker:
    def __init__(self, topic, namespace, folder):
        self._topic, self._namespace, self._folder = topic, namespace, folder
        self._opened = None

    def __repr__(self):
        return f'check("…") runs the checks of one part of {self._topic}'

    def __call__(self, name: str = ""):
        """Check the part called `name` and return the report, which shows itself."""
        from unrolled import recording, runner
        from unrolled.question import mark
        from unrolled.report import make_report
        from unrolled.sealed import NoScrypt

        try:
            recorded, check_file = self._open()
            if name in recorded.quizzes:
                sealed = recorded.quizzes[name]
                return mark(sealed.question, self._namespace.__getitem__, sealed.reply)
            if name not in recorded.items:
                words = f"There is no part {name!r}." if name else 'Say which part: check("…").'
                parts = [*recorded.items, *recorded.quizzes]
                return Trouble(f"{words} The parts: {', '.join(parts)}.")
            answer = Answer(self._lookup, with_stand_ins=self._with_stand_ins)
            context = runner.Context(answer, recorded.reference)
            outcomes = check_file.run(name, context)
        except (recording.RecordingFileError, runner.CheckFileError, NoScrypt) as error:
            return Trouble(str(error))
        except KeyboardInterrupt:
            return Trouble(f"Stopped. {name} was still running: is there a loop that never ends?")
        for outcome in outcomes:
            if isinstance(outcome.failure, _SENTENCES):
                return Trouble(str(outcome.failure))
        return make_report(recorded.items[name], outcomes, recorded.mistakes)

    def _open(self):
        from unrolled import recording, runner

        if self._opened is None:
            check_file = self._folder / f"test_{self._topic}.py"
            if not check_file.is_file():
                raise recording.RecordingFileError(
                    f"{check_file.name} is not in {self._folder}. Keep the notebook in the exercise "
                    "folder it came in and start it there."
                )
            recorded = recording.read(self._folder / f"{self._topic}.json")
            self._opened = recorded, runner.CheckFile(check_file, recorded.items)
        return self._opened

    def _with_stand_ins(self, name, tables):
        return with_stand_ins(self._lookup(name), self._namespace, tables)

    def _lookup(self, name):
        value = self._namespace[name]
        return local(value, self._namespace) if callable(value) else value


class Trouble:
    """A sentence in place of a report, where no check could be run."""

    def __init__(self, words: str):
        self.words = words

    def __repr__(self):
        return self.words


def local(function: Callable, namespace: dict) -> Callable:
    """Wrap a function of this process so that what it raises arrives as a LearnerError.

    Warnings neither show nor raise: what a check finds must not depend on who filters them how.
    """

    def call(*args, **kwargs):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return function(*args, **kwargs)
        except Exception as error:
            raise _told(error, namespace) from None

    return call


def _told(error, namespace):
    """Return `error` with the last line of the learner's own code that it came through."""
    number, line, function = None, "", ""
    for frame, lineno in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is namespace:
            number, function = lineno, frame.f_code.co_name
            line = linecache.getline(frame.f_code.co_filename, lineno)
    return LearnerError(type(error).__name__, str(error), number, line, function)
