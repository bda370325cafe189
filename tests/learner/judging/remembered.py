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
    """A NumPy generator for a check, which gives what it gave the first time, drawn only once.

    frozen: arrays come read-only and without a copy, for checks that write into none they draw.
    """

    def __init__(self, seed, test, frozen):
        self._seed, self._test, self._frozen = seed, test, frozen
        self._made, self._live, self._k = [], None, 0

    def begin(self):
        """Begin again: on to the next answer."""
        self._live, self._k = None, 0
        if self._made is None:
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
            self._k += 1
            if self._live is None and k < len(self._made) and equal(self._made[k][0], asked):
                return self._given(self._made[k][1])
            self._k -= 1
            self._go_live()
            self._k += 1
            made = getattr(self._live, name)(*args, **kwargs)
            if self._made is None:
                return made
            if isinstance(made, np.ndarray) and self._frozen:
                made.setflags(write=False)
            if k == len(self._made):
                self._made.append((asked, made))
            return self._given(made)

        return draw

    def _given(self, made):
        return made if self._frozen else copied(made)

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
                self._made.append(((name, kept(args)), result))
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


def equal(a, b):
    """Return whether two questions to a generator are the same."""
    try:
        return bool(a == b)
    except ValueError:  # arrays among the arguments
        return alike(a, b)


def alike(a, b):
    """Return whether two pieces of plain data are the same to the last bit."""
    if a is b:
        return True
    kind = type(a)
    if kind is not type(b):
        return False
    if kind is np.ndarray:
        if a.dtype.hasobject or a.shape != b.shape or a.dtype != b.dtype:
            return False
        return a.tobytes() == b.tobytes()
    if kind is tuple or kind is list:
        return len(a) == len(b) and all(map(alike, a, b))
    if kind is dict:
        return a.keys() == b.keys() and all(map(alike, a.values(), map(b.get, a)))
    try:
        return bool(a == b)
    except Exception:
        return False


PLAIN = {int, float, complex, str, bytes, bool, type(None), np.float64, np.int64, np.bool_}


def copied(value):
    """Return a copy by value: as it crosses the wire, so that nothing is shared, nor aliased."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is np.ndarray:
        return copy.deepcopy(value) if value.dtype.hasobject else value.copy("K")
    if kind is tuple or kind is list:
        return kind(map(copied, value))
    if kind is dict:
        return {key: copied(inner) for key, inner in value.items()}
    return copy.deepcopy(value)


def kept(value):
    """Return what stays as it is, whatever becomes of `value`: frozen arrays are not copied."""
    if isinstance(value, np.ndarray) and value.base is None and not value.flags.writeable:
        return value
    if type(value) in (tuple, list):
        return type(value)(map(kept, value))
    if type(value) is dict:
        return {key: kept(inner) for key, inner in value.items()}
    return copied(value)
