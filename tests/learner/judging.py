"""Judge thousands of answers on hundreds of seeds: the checks themselves, without the runner.

`Judge.passes` gives the verdict of the checks and stops at the first that fails. `Judge.margin`
lets every comparison happen and measures how far an answer is from the reference, in tolerances.
What the reference returns is computed once for each seed.
"""

from __future__ import annotations

import importlib.util
import inspect
import signal
from contextlib import contextmanager

import numpy as np

from unrolled import expect
from unrolled.answer import Answer
from unrolled.check import local
from unrolled.runner import Outcome, generator

SECONDS = 1.0  # of processor time, for one check, which takes a millisecond or two


class TimeUp(BaseException):
    """The answer is in a loop that does not end; no `except Exception` holds this back."""


class Judge:
    """The checks of one item of a topic."""

    def __init__(self, topic, item):
        self.item, self.topic = item, topic
        module = _load(topic.check_path)
        checks = [getattr(module, name) for name in topic.check_file.tests(item)]
        self._checks = [(check, list(inspect.signature(check).parameters)) for check in checks]
        self._known = {}

    def answer(self, **cells):
        """Return an answer with these cells and the reference's for the rest, quick to call."""
        namespace = self.topic.exercise.load(**cells)

        def lookup(name):
            function = local(namespace[name], namespace)
            function.mutated = False  # nobody asks here what it wrote into its arguments
            return function

        return Answer(lookup)

    def passes(self, answer, seed):
        """Return whether every check passes; the one that failed last is asked first.

        Raises TimeUp where a check does not come to its end.
        """
        for k in range(len(self._checks)):
            failure = self._failure(k, answer, seed)
            if failure is not None:
                self._checks.insert(0, self._checks.pop(k))
                if isinstance(failure, TimeUp):
                    raise failure
                return False
        return True

    def margin(self, answer, seed):
        """Return how far the answer is from the reference: 1 is where the checks begin to fail.

        The largest |got - expected| / (ATOL + RTOL |expected|) of any comparison in any check;
        infinite where a call raises or gives something of another form.
        """
        found = [0.0]
        with _measuring(found):
            failures = [self._failure(k, answer, seed) for k in range(len(self._checks))]
        return np.inf if any(failures) else max(found)

    def outcomes(self, answer, seed):
        """Return what every check found, as the runner does: each up to where it fails."""
        found = []
        for k, (check, _) in enumerate(self._checks):
            failure = self._failure(k, answer, seed)
            passed, calls = failure is None, list(answer.trace)
            found.append(Outcome(check.__name__, "", passed, failure, calls))
        return found

    def forget(self):
        """Forget what the reference returned: on to other seeds."""
        self._known.clear()

    def _failure(self, k, answer, seed):
        check, arguments = self._checks[k]
        given = {
            "answer": answer,
            "reference": _Once(self.topic.reference, self._known, (seed, check.__name__)),
            "rng": generator(seed, check.__name__),
        }
        answer.trace.clear()
        token = expect.notes.set([])
        try:
            with _bounded():
                check(**{name: given[name] for name in arguments})
        except (Exception, TimeUp) as error:
            return error
        finally:
            expect.notes.reset(token)
        return None


class _Once:
    """The reference; the k-th call of a check is computed once, for seed and check fix what it is."""

    def __init__(self, reference, known, key):
        self._reference, self._known, self._key, self._k = reference, known, key, 0

    def __getattr__(self, name):
        if name == "using":
            return self._reference.using

        def call(*args):
            key, self._k = (*self._key, self._k), self._k + 1
            if key not in self._known:
                self._known[key] = getattr(self._reference, name)(*args)
            return self._known[key]

        return call


@contextmanager
def _measuring(found):
    """Let `expect` note in `found` how far apart two values are, instead of raising."""
    compare = expect._compare

    def measure(got, expected, names, axes):
        names = [name.strip() for name in names.split(",")]
        wanted = expected if isinstance(expected, tuple) else (expected,)
        for name, part, want in zip(names, expect._parts(got, names), wanted, strict=True):
            have = expect._array(part, name, np.shape(want))
            found.append(apart(have, np.asarray(want, dtype=float)))

    expect._compare = measure
    try:
        yield
    finally:
        expect._compare = compare


def apart(have, want):
    """Return the largest difference of two arrays in units of the tolerance of the checks."""
    with np.errstate(invalid="ignore"):
        distance = np.abs(have - want) / (expect.ATOL + expect.RTOL * np.abs(want))
    distance = np.where(have == want, 0.0, distance)  # infinity is infinity
    return float(np.max(np.where(np.isnan(distance), np.inf, distance), initial=0.0))


@contextmanager
def _bounded():
    def stop(*_):
        raise TimeUp

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
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
