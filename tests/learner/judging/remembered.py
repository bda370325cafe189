"""What a check draws and what the reference answers, computed once for all answers to be judged.

A seed and the name of a check fix both. Whatever is asked for in another order, or with other
arguments, than it was the first time is drawn and computed live.
"""

from __future__ import annotations

import copy

import numpy as np

from unrolled.expect import Following
from unrolled.runner import generator

# These change their argument or the generator itself: what they return is not all they do.
NOT_REMEMBERED = {"shuffle", "bit_generator", "spawn"}


class Draws:
    """A NumPy generator for a check, which gives what it gave the first time, drawn only once."""

    def __init__(self, seed, test):
        self._seed, self._test = seed, test
        self._made, self._live, self._k = [], None, 0

    def begin(self):
        """Begin again: on to the next answer."""
        if self._made is not None:
            self._live, self._k = None, 0
        else:
            self._live = generator(self._seed, self._test)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in NOT_REMEMBERED:
            self._go_live()
            self._made = None
            return getattr(self._live, name)

        def draw(*args, **kwargs):
            asked, k = (name, args, kwargs), self._k
            if self._live is None and k < len(self._made) and alike(self._made[k][0], asked):
                self._k += 1
                return copied(self._made[k][1])
            self._go_live()
            self._k += 1
            made = getattr(self._live, name)(*args, **kwargs)
            if self._made is not None and k == len(self._made):
                self._made.append((asked, copied(made)))
            return made

        return draw

    def _go_live(self):
        """Make the generator that has drawn all that was asked for so far."""
        if self._live is None:
            self._live = generator(self._seed, self._test)
            for (name, args, kwargs), _ in self._made[: self._k]:
                getattr(self._live, name)(*args, **kwargs)

    def __deepcopy__(self, memo):
        """Return a plain generator at the same place: an answer may be given one."""
        self._go_live()
        return copy.deepcopy(self._live, memo)


class Once:
    """The reference as a check sees it, each of its answers computed once.

    reference: the live one. `begin` says whose answer is judged: where all but the item itself is
    the reference's own, what follows from the earlier parts is what the reference returns.
    """

    def __init__(self, reference):
        self._reference, self._made = reference, []
        self._k, self._answer = 0, None

    def begin(self, answer):
        """Begin again: on to the next answer."""
        self._k, self._answer = 0, answer

    def using(self, answer, *parts):
        """Return the reference built on `parts` of the answer."""
        if answer is self._answer and answer.right_elsewhere:
            return _Same(self)
        return self._reference.using(answer, *parts)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args):
            k = self._k
            self._k += 1
            # A check that asks for what follows asks the same again, at the place where it fails.
            for asked, result in (*self._made[k : k + 1], *self._made[k - 1 : k]):
                if alike(asked, (name, args)):
                    return result
            result = getattr(self._reference, name)(*copied(args))
            if k == len(self._made):
                self._made.append(((name, copied(args)), result))
            return result

        return call


class _Same:
    """What follows from earlier parts that are right: what the reference returns."""

    def __init__(self, once):
        self._once = once

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)

        def carried(*args):
            return Following(getattr(self._once, name)(*args), lambda: True)

        return carried


def alike(a, b):
    """Return whether two pieces of plain data are the same to the last bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        if a.dtype.hasobject or a.shape != b.shape or a.dtype != b.dtype:
            return False
        return a.tobytes() == b.tobytes()
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    try:
        return bool(a == b)
    except Exception:
        return False


PLAIN = (int, float, complex, str, bytes, bool, type(None), np.generic)


def copied(value):
    """Return a copy by value: as it crosses the wire, so that nothing is shared, nor aliased."""
    if isinstance(value, np.ndarray):
        return copy.deepcopy(value) if value.dtype.hasobject else value.copy("K")
    if isinstance(value, PLAIN):
        return value
    if type(value) in (tuple, list):
        return type(value)(map(copied, value))
    if type(value) is dict:
        return {key: copied(inner) for key, inner in value.items()}
    return copy.deepcopy(value)
