"""Judge thousands of answers on hundreds of seeds: the checks themselves, without the runner.

`Judge.passes_on` gives the seeds on which an answer passes, each check stopping at its first failure
and the check that failed last asked first: marks are for a part as a whole. `Judge.findings` lets
every comparison happen and measures how far an answer is from the reference, in tolerances.
What checks draw and what the reference answers is computed once for each seed.
"""

from __future__ import annotations

import gc
import importlib.util
import inspect
import signal
import time
import warnings
from contextlib import contextmanager

import numpy as np

from tests.learner.judging.remembered import Draws, Once, copied
from unrolled import expect
from unrolled.answer import Call, LearnerError, Missing
from unrolled.expect import ATOL, RTOL, Mismatch
from unrolled.runner import Outcome
from unrolled.standin import with_stand_ins

# Of processor time, for the first seed. On all seeds together an answer may take PATIENCE times as
# long as the reference: one that needs longer fails there, and is judged on fewer.
SECONDS, PATIENCE = 2.0, 5


class TimeUp(BaseException):
    """The answer is in a loop that does not end; no `except Exception` holds this back."""


class OwnAnswer:
    """The learner's names in this process, quick to call: arguments cross by value.

    right_elsewhere: whether all but the judged item itself is the reference's.
    """

    def __init__(self, namespace, right_elsewhere):
        self._namespace, self.right_elsewhere = namespace, right_elsewhere
        self.trace, self.depending = [], set()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._namespace:
            raise Missing(name)
        function, trace = self._namespace[name], self.trace
        if not callable(function):
            return function

        def call(*args, **kwargs):
            made = Call(name, args, kwargs)
            trace.append(made)
            try:
                made.result = function(*map(copied, args), **copied(kwargs))
            except Exception as error:
                made.error = LearnerError(type(error).__name__, str(error))
                raise made.error from None
            return made.result

        self.__dict__[name] = call
        return call

    def with_stand_ins(self, name, tables):
        """Return a function of the answer's, which finds recorded results in place of others."""
        return with_stand_ins(self._namespace[name], self._namespace, tables)

    @staticmethod
    def side_by_side(jobs):
        """Run jobs and return what each returns."""
        return [job() for job in jobs]


class Judge:
    """The checks of one item of a topic."""

    def __init__(self, topic, item):
        self.item, self.topic = item, topic
        module = _load(topic.check_path)
        checks = [getattr(module, name) for name in topic.check_file.tests(item)]
        self._checks = [(check, tuple(inspect.signature(check).parameters)) for check in checks]
        self._order = list(range(len(checks)))
        self._cells = [
            (cell.name if cell.kind == "exercise" else "", compile(cell.source, cell.name, "exec"))
            for cell in topic.exercise.cells
            if not cell.is_markdown
        ]
        self._known, self._seconds = {}, {}
        self._reference = self.answer()

    def answer(self, **cells):
        """Return an answer with these cells and the reference's for the rest.

        Raises whatever running a cell raises.
        """
        with _quiet():
            own = {name: compile(cell, name, "exec") for name, cell in cells.items()}
        namespace = {"__name__": f"solutions.{self.topic.name}"}
        for name, code in self._cells:
            exec(own.get(name, code), namespace)
        return OwnAnswer(namespace, cells.keys() <= {self.item})

    def passes_on(self, answer, seeds):
        """Return those of `seeds` on which every check passes, and on how many it was judged.

        An answer that does not come to an end, or takes very long, is judged up to there.
        """
        passed, judged = [], 0
        patience = max(SECONDS, PATIENCE * self._prepare(seeds))
        try:
            with _quiet(), _comparing(_agrees):
                for some, seconds in ((seeds[:1], SECONDS), (seeds[1:], patience)):
                    with _bounded(seconds):
                        for seed in some:
                            judged += 1  # also where its time is up: that is a failure
                            if self._passes(answer, seed):
                                passed.append(seed)
        except TimeUp:
            pass
        return passed, judged

    def passes(self, answer, seed):
        """Return whether every check passes."""
        return bool(self.passes_on(answer, [seed])[0])

    def findings(self, answer, seed):
        """Return what every check found, each up to where it fails, and how far the answer is off.

        1 is where the checks begin to fail: the largest |got - expected| / (ATOL + RTOL |expected|)
        of any comparison in any check; infinite where a call raises or gives another form.
        """
        self._prepare([seed])
        outcomes, margin, distances, cut = [], 0.0, [], []
        answer.depending.clear()

        def measure(got, expected, names, axes):
            distances.append(distance(got, expected, names))
            if distances[-1] > 1 and not cut:
                cut.append(len(answer.trace))

        with _quiet(), _comparing(measure), _bounded(10 * SECONDS):
            for k, (check, _) in enumerate(self._checks):
                distances.clear()
                cut.clear()
                failure = self._failure(k, answer, seed)
                calls = answer.trace[: cut[0]] if cut else list(answer.trace)
                outcomes.append(
                    Outcome(check.__name__, "", not failure and not cut, failure, calls)
                )
                margin = max([margin, *distances]) if failure is None else np.inf
        return outcomes, margin

    def _passes(self, answer, seed):
        answer.depending.clear()
        for place, k in enumerate(self._order):
            if self._failure(k, answer, seed) is not None:
                self._order.insert(0, self._order.pop(place))
                return False
        return True

    def _prepare(self, seeds):
        """Let the reference pass first; return the seconds that this took, now or before."""
        with _quiet(), _comparing(_agrees):
            for seed in seeds:
                if seed not in self._seconds:
                    before = time.process_time()
                    for k in range(len(self._checks)):
                        self._ask_the_reference(k, seed)
                    self._seconds[seed] = time.process_time() - before
        return sum(self._seconds[seed] for seed in seeds)

    def _ask_the_reference(self, k, seed):
        test = self._checks[k][0].__name__
        for frozen in (True, False):
            self._known[k, seed] = Draws(seed, test, frozen), Once(self.topic.reference)
            failure = self._failure(k, self._reference, seed)
            if not (isinstance(failure, ValueError) and "read-only" in str(failure)):
                break
        assert failure is None, (test, seed, failure)

    def _failure(self, k, answer, seed):
        """Return what a check raises; TimeUp is raised here too."""
        check, arguments = self._checks[k]
        rng, reference = self._known[k, seed]
        rng.begin()
        reference.begin(answer)
        given = {"answer": answer, "reference": reference, "rng": rng}
        answer.trace.clear()
        token = expect.notes.set([])
        try:
            check(**{name: given[name] for name in arguments})
        except Exception as error:
            return error
        finally:
            expect.notes.reset(token)
        return None


def _agrees(got, expected, names, axes):
    """Do what `expect._compare` does, in no words."""
    wanted = expected if isinstance(expected, tuple) else (expected,)
    for have, want in _pairs(got, wanted, names):
        if np.isfinite(want).all():
            right = np.abs(have - want) <= ATOL + RTOL * np.abs(want)
        else:
            right = np.isclose(have, want, RTOL, ATOL)
        if not right.all():
            raise Mismatch("it differs")


def distance(got, expected, names):
    """Return the largest difference in units of the tolerance of the checks."""
    largest = 0.0
    wanted = expected if isinstance(expected, tuple) else (expected,)
    for have, want in _pairs(got, wanted, names):
        off = np.abs(have - want) / (ATOL + RTOL * np.abs(want))
        off = np.where(have == want, 0.0, off)  # infinity is infinity
        off = np.where(np.isnan(off), np.inf, off)
        largest = max(largest, float(np.max(off, initial=0.0)))
    return largest


def _pairs(got, wanted, names):
    """Return pairs of arrays of floats; raise Mismatch where the form is another."""
    if type(got) is tuple and len(got) == len(wanted) > 1:
        parts = got
    else:
        parts = expect._parts(got, names.split(","))
    pairs = []
    for part, want in zip(parts, wanted, strict=True):
        want = np.asarray(want, dtype=float)
        usual = type(part) is np.ndarray and part.dtype == float and part.shape == want.shape
        pairs.append((part if usual else expect._array(part, "", want.shape), want))
    return pairs


@contextmanager
def _comparing(compare):
    """Let checks compare with `compare(got, expected, names, axes)`."""
    before, expect._compare = expect._compare, compare
    try:
        yield
    finally:
        expect._compare = before


@contextmanager
def _quiet():
    """Let nothing warn, and collect no garbage: a collection may take longer than an answer."""
    gc.disable()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        gc.enable()


@contextmanager
def _bounded(seconds):
    def stop(*_):
        raise TimeUp

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
