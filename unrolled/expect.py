"""What checks say about an answer: assertions whose failure is a sentence a learner can use.

A check calls `agree(got, expected, ...)`. It raises `Mismatch` with the finding in words and, where
numbers differ, the first place where they do. Values are compared, never dtypes or containers: a
list of rows is as good as an array, float32 as good as float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

# Wide enough for float32 over some tens of steps, far below what any real mistake changes.
RTOL, ATOL = 1e-4, 1e-5

# Sentences that a passing check wants to add to its report; the runner sets a fresh list per test.
notes: ContextVar[list[str]] = ContextVar("notes")


class Mismatch(AssertionError):
    """An answer that is not what was asked for; `where`, `got` and `expected` may be empty."""

    def __init__(self, words: str, where: str = "", got: str = "", expected: str = ""):
        super().__init__(words)
        self.words, self.where, self.got, self.expected = words, where, got, expected


@dataclass(frozen=True)
class Following:
    """What follows from a learner's earlier part, and a test of whether that means anything."""

    result: object
    counts: Callable[[], bool]


def require(condition: object, words: str) -> None:
    """Raise Mismatch(words) unless the condition holds."""
    if not condition:
        raise Mismatch(words)


def agree(
    got: object,
    expected: object,
    names: str,
    axes: Sequence[str] = (),
    carried: Callable[[], Following | None] | None = None,
) -> None:
    """Check that `got` equals `expected` up to rounding.

    got: what the learner's function returned. expected: an array, a number or a tuple of them.
    names: what the parts are called, e.g. "h, c". axes: what the axes mean, e.g. ("row", "unit").
    carried: gives what follows correctly from the learner's own earlier part, None if nothing
    does. An answer that equals this is accepted too, and a note says so (error carried forward).
    Raises Mismatch that names the part, the place and both values.
    """
    try:
        _compare(got, expected, names, axes)
    except Mismatch:
        if carried is None or not _follows(got, carried, names, axes):
            raise


def have_shape(got: object, shapes: dict[str, tuple[int, ...]]) -> None:
    """Check that `got` holds one array for each name, with that shape."""
    for part, (name, shape) in zip(_parts(got, list(shapes)), shapes.items(), strict=True):
        _array(part, name, shape)


def same(a: object, b: object) -> bool:
    """Return whether two answers are equal up to rounding, whatever holds them."""
    if any(x is None or isinstance(x, str | bytes) for x in (a, b)):
        return type(a) is type(b) and a == b
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    try:
        a, b = _floats(a), _floats(b)
    except TypeError:
        return False
    return a.shape == b.shape and bool((_close(a, b) | (np.isnan(a) & np.isnan(b))).all())


def _close(have, want):
    """Return where two arrays of floats are equal up to rounding, as `numpy.isclose` does."""
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(have - want) <= ATOL + RTOL * np.abs(want)
    return near & np.isfinite(want) | (have == want)


def _follows(got, carried, names, axes):
    following = carried()
    if following is None:
        return False
    try:
        _compare(got, following.result, names, axes)
    except Mismatch:
        return False
    if not following.counts():
        return False
    _note(
        "This follows correctly from your own earlier part, which is not right yet. "
        "It earns its points; mend the earlier part."
    )
    return True


def _note(sentence):
    collected = notes.get(None)
    if collected is not None:
        collected.append(sentence)


def _compare(got, expected, names, axes):
    names = [name.strip() for name in names.split(",")]
    wanted = expected if isinstance(expected, tuple) else (expected,)
    pairs = [
        (_array(part, name, np.shape(want)), np.asarray(want))
        for name, part, want in zip(names, _parts(got, names), wanted, strict=True)
    ]
    wrong = [~_close(have, want) for have, want in pairs]
    if not any(differ.any() for differ in wrong):
        return
    right = [name for name, differ in zip(names, wrong, strict=True) if not differ.any()]
    found = [_finding(*t) for t in zip(names, pairs, wrong, strict=True) if t[0] not in right]
    if right:
        listed = " and ".join(filter(None, [", ".join(right[:-1]), right[-1]]))
        found.append(f"{listed} {'is' if len(right) == 1 else 'are'} right")
    k = next(k for k, differ in enumerate(wrong) if differ.any())
    have, want = pairs[k]
    index = tuple(int(axis[0]) for axis in np.nonzero(wrong[k])) if want.ndim else ()
    where = _where(names[k], index, axes) if index or len(names) > 1 else ""
    raise Mismatch("; ".join(found) + ".", where, _number(have[index]), _number(want[index]))


def _finding(name, pair, wrong):
    have, want = pair
    if np.isnan(have[wrong] if want.ndim else have).any() and not np.isnan(want).any():
        return f"{name} contains nan (not a number)"
    if want.size == 1:
        return f"{name} has the wrong value"
    return f"{name} differs in {wrong.sum()} of {want.size} numbers"


def _parts(got, names):
    if got is None:
        raise Mismatch("Nothing came back. Does every path of the function end in `return`?")
    if len(names) == 1:
        return (got,)
    asked = f"{len(names)} values were asked for, in this order: {', '.join(names)}"
    if isinstance(got, np.ndarray) and got.shape[:1] == (len(names),):
        return list(got)  # one array of all parts unpacks as a tuple of them does
    if not isinstance(got, tuple | list):
        raise Mismatch(f"One {_kind(got)} came back; {asked}.")
    if len(got) != len(names):
        raise Mismatch(f"{len(got)} values came back; {asked}.")
    return got


def _array(part, name, shape):
    wanted = f"shape {tuple(shape)}" if shape else "a single number"
    if part is None:
        raise Mismatch(
            f"{name} is None; {wanted.replace('shape', 'an array of shape')} was wanted."
        )
    try:
        have = _floats(part)
    except TypeError:
        kind = _kind(part)
        article = "an" if kind[0] in "aeio" else "a"
        raise Mismatch(f"{name} is {article} {kind} that does not hold plain numbers.") from None
    if have.shape != tuple(shape):
        held = f"shape {have.shape}" if have.ndim else "a single number"
        words = f"{name} has the wrong shape."
        if sorted(have.shape) == sorted(shape):
            words = f"{name} has its axes in another order."
        raise Mismatch(words, "", held, wanted)
    return have


def _floats(value):
    """Return `value` as an array of floats; raise TypeError for anything that is not numbers."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"{array.dtype} is not a kind of number that can be compared")
        return array.astype(float)
    except Exception as error:  # an object of any class may come back, with an __array__ of its own
        raise TypeError("not numbers") from error


def _where(name, index, axes):
    if not index:
        return name
    words = [f"{axis} {k}" for axis, k in zip(axes, index, strict=False)]
    place = f"{name}[{', '.join(map(str, index))}]"
    return f"{place} ({', '.join(words)})" if words else place


def _number(value):
    return f"{float(value):.6g}"


def _kind(value):
    if isinstance(value, np.ndarray):
        return "array"
    # What stands for an object of the learner's in a worker knows what its class is called there.
    return str(getattr(value, "type_name", type(value).__name__))
