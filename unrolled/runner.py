"""Run a check file with pytest, once collected and then as often as wanted.

Starting pytest costs tenths of a second, running one check a millisecond. A learner checks again
and again, and a grader checks a whole class, so the session stays open: `CheckFile` collects the
file once and `run` runs the checks of one exercise against one answer.
"""

from __future__ import annotations

import hmac
import inspect
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol

from unrolled import expect
from unrolled.answer import Answer, Call

PUBLIC_SEED = b"unrolled: the seed on every learner's machine"

# No configuration, plugin or cache of the place we run in may change what a check does.
_ARGUMENTS = (
    "-s --disable-plugin-autoload --assert=plain --noconftest --import-mode=importlib -c /dev/null "
    "-p no:terminal -p no:cacheprovider -p no:logging -p no:junitxml -p no:doctest "
    "-p no:faulthandler -p no:unraisableexception -p no:threadexception -p no:warnings "
    "-p no:unittest -p no:pastebin -p no:stepwise -p no:setuponly -p no:setupplan"
).split()


class CheckFileError(Exception):
    """The check file itself is broken; the message says how."""


@dataclass
class Context:
    """What the fixtures of a check give it: `answer`, `reference`, and the seed of `rng`."""

    answer: Answer
    reference: Callable[[str], object]  # from the name of a test to what it compares with
    seed: bytes = PUBLIC_SEED


@dataclass
class Outcome:
    """What one check found: `behaviour` is its sentence, `failure` what was raised, if anything."""

    test: str
    behaviour: str
    passed: bool
    failure: BaseException | None = None
    calls: list[Call] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def generator(seed: bytes, test: str) -> np.random.Generator:
    """Return the generator that a check draws from, the same for the same seed and test name."""
    digest = hmac.digest(seed, test.encode(), "sha256")
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def belongs_to(test: str, exercises: Iterable[str]) -> str | None:
    """Return the exercise a test judges: the longest name that `test_<name>_` begins with."""
    names = [name for name in exercises if f"{test}_".startswith(f"test_{name}_")]
    return max(names, key=len, default=None)


@contextmanager
def _undisturbed(module):
    """Hide what would reach into the collection: pytest's own variables, a module of that name."""
    variables = {
        k: os.environ.pop(k) for k in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if k in os.environ
    }
    other = sys.modules.pop(module, None)
    try:
        yield
    finally:
        os.environ.update(variables)
        sys.modules.pop(module, None)
        if other is not None:
            sys.modules[module] = other


class CheckFile:
    """The checks in one file, collected by pytest and kept ready."""

    def __init__(self, path: Path | str, exercises: Iterable[str]):
        """Collect `path`; raise CheckFileError if it cannot be, or a test fits no exercise."""
        self.path, self.exercises = Path(path), tuple(exercises)
        self._plugin = _Fixtures()
        arguments = [*_ARGUMENTS, f"--rootdir={self.path.parent}", str(self.path)]
        with _undisturbed(self.path.stem), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._config = _prepareconfig(arguments, [self._plugin])
            self._config._do_configure()
            self._session = pytest.Session.from_config(self._config)
            self._config.hook.pytest_sessionstart(session=self._session)
            self._session.perform_collect()
        if self._plugin.collect_error:
            raise CheckFileError(f"{self.path} cannot be read:\n{self._plugin.collect_error}")
        self._items = {name: [] for name in self.exercises}
        for item in self._session.items:
            name = belongs_to(item.name, self.exercises)
            if name is None:
                raise CheckFileError(f"{self.path}: {item.name} belongs to no exercise")
            self._items[name].append(item)
        self._plain = {item for item in self._session.items if _is_plain(item)}
        for name, items in self._items.items():
            if not items:
                raise CheckFileError(f"{self.path}: there is no test for {name!r}")

    def tests(self, exercise: str) -> list[str]:
        """Return the names of the tests that judge `exercise`."""
        return [item.name for item in self._items[exercise]]

    def run(self, exercise: str, context: Context) -> list[Outcome]:
        """Run every check of `exercise` and return what each found, in the order of the file."""
        return [self._run(item, context) for item in self._items[exercise]]

    def run_together(
        self,
        side_by_side: Callable[[list[Callable[[], Outcome]]], list[Outcome]],
        context: Callable[[], Context],
    ) -> list[tuple[str, list[Outcome]]]:
        """Run the checks of all exercises, in turns where pytest has no part in it.

        side_by_side: runs functions and returns what each returns. context: makes a context; each
        check gets one of its own. Returns the name of each exercise with what its checks found.
        """
        items = [item for items in self._items.values() for item in items]
        plain = [item for item in items if item in self._plain]
        jobs = [lambda item=item: self._run(item, context()) for item in plain]
        found = dict(zip(plain, side_by_side(jobs), strict=True))
        found |= {item: self._run(item, context()) for item in items if item not in found}
        return [(name, [found[item] for item in items]) for name, items in self._items.items()]

    def _run(self, item, context):
        trace = context.answer.trace
        trace.clear()
        token = expect.notes.set([])
        try:
            # Points need a positive verdict: the check ran and passed, and nothing else failed.
            judge = _call if item in self._plain else self._run_protocol
            passed, failure = judge(item, context)
            notes = expect.notes.get()
        finally:
            expect.notes.reset(token)
        if isinstance(failure, KeyboardInterrupt):
            raise failure
        behaviour = re.sub(r"\s+", " ", item.function.__doc__ or item.name).strip()
        return Outcome(item.name, behaviour, passed, failure, list(trace), notes)

    def _run_protocol(self, item, context):
        """Run a check through pytest's whole protocol: whether it passed, and what it raised."""
        plugin = self._plugin
        plugin.context, plugin.failure = context, None
        try:
            item._initrequest()  # fixtures are made anew for every run
            reports = runtestprotocol(item, log=False, nextitem=None)
        except BaseException:
            # A learner who stops a check runs the next one: nothing of this one may be left set up.
            self._session._setupstate.teardown_exact(None)
            raise
        finally:
            plugin.context = None
        ran = [report for report in reports if report.when == "call"]
        return len(ran) == 1 and all(report.passed for report in reports), plugin.failure


def _is_plain(item):
    """Return whether a check is a function of our fixtures alone: pytest's protocol adds nothing."""
    function = item.function
    return (
        type(item) is pytest.Function
        and set(item.fixturenames) <= {"answer", "reference", "rng", "request"}
        and "request" not in inspect.signature(function).parameters
        and not list(item.iter_markers())
        and item.cls is None
        and not hasattr(item, "callspec")
        and not inspect.isgeneratorfunction(function)
        and not inspect.iscoroutinefunction(function)
        and not inspect.isasyncgenfunction(function)
    )


def _call(item, context):
    """Call a plain check with its fixtures: whether it passed, and what it raised."""
    make = {
        "answer": lambda: context.answer,
        "reference": lambda: context.reference(item.name),
        "rng": lambda: generator(context.seed, item.name),
    }
    try:
        item.obj(**{name: make[name]() for name in item.fixturenames if name in make})
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as failure:  # also what a learner raises to leave a program
        return False, failure
    return True, None


class _Fixtures:
    """The three fixtures of a check, and a note of what failed."""

    def __init__(self):
        self.context = self.failure = self.collect_error = None

    @pytest.fixture
    def answer(self):
        return self.context.answer

    @pytest.fixture
    def reference(self, request):
        return self.context.reference(request.node.name)

    @pytest.fixture
    def rng(self, request):
        return generator(self.context.seed, request.node.name)

    def pytest_runtest_makereport(self, item, call):
        """Keep the exception itself, and spare pytest the work of formatting a traceback."""
        outcome = "passed" if call.excinfo is None else "failed"
        if call.excinfo is not None and self.failure is None:
            self.failure = call.excinfo.value
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def pytest_collectreport(self, report):
        """Keep what made the check file unreadable."""
        if report.failed:
            self.collect_error = report.longreprtext

    def pytest_keyboard_interrupt(self, excinfo):
        """Keep the interrupt so that `run` can pass it on."""
        self.failure = excinfo.value
