"""Errors carried forward: what follows correctly from a learner's own earlier parts.

Two things are held. What the learner's function gives is what the reference gives when it is built
on the learner's earlier parts; and the learner's function is right on right earlier parts. For the
second, a table of what the reference asked of its own parts stands in for the learner's: without
it, a mistake in an earlier part could hide one in a later. A learner's code can read that table, so
for marks it also holds answers to questions that nobody asks: only who asks the right ones knows which
answers count.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING

import numpy as np

from unrolled.exercise import Exercise
from unrolled.expect import Following, same

if TYPE_CHECKING:
    from unrolled.answer import Answer

MAX_CALLS = 2000  # of earlier parts that a table holds
OTHERS = 6  # questions in a table for each that the reference asks, where it works out what it asks


class Carried:
    """A reference that uses some of the learner's parts, where there is a reference."""

    def __init__(self, exercise: Exercise, namespace: dict, answer: Answer, parts: Sequence[str]):
        self._exercise, self._reference = exercise, namespace
        self._answer, self._parts = answer, parts

    def __getattr__(self, name):
        """Return the function of that name, or rather a version that tolerates broken parts."""

        def carried(*args):
            """Return what follows from the learner's parts; None where nothing can follow."""
            parts = {
                part: _in_proportion(getattr(self._answer, part), args) for part in self._parts
            }
            function, answer = self._built_on(parts)[name], self._answer
            try:
                result = function(*args)
            except Exception:
                # Whatever a wrong part returns may break the reference: then nothing follows.
                return None

            def counts():
                right, depends = answer.side_by_side(
                    [
                        lambda: self._right_on_right_parts(name, args),
                        lambda: _depends(answer, name, function, args, result),
                    ]
                )
                return right and depends

            return Following(result, counts)

        return carried

    def _right_on_right_parts(self, name, args):
        """Return whether the learner's function is right with right parts in place of their own."""
        if self._answer.with_stand_ins is None:
            return True  # there is no way to tell
        namespace, made, running = self._built_on({}), {}, []
        for item in self._exercise.items:
            if item.name != name and callable(namespace.get(item.name)):
                made[item.name] = [], []
                namespace[item.name] = _recorder(namespace[item.name], made[item.name], running)
        expected = namespace[name](*args)
        made = {part: calls for part, calls in made.items() if any(calls)}
        for tables in self._tables(made, args):
            right = _gives(self._answer, name, args, tables, expected)
            if right is not None:  # who asks for more gets none; who answers has had one guess
                return right
        return False

    def _tables(self, made, given):
        """Yield for each part what stands in for it: what most ask, then all that one may ask.

        The second tables hold all of the first, or what is in both would be what counts.
        made: by part, the calls that the later part makes of it, and those that its parts make.
        given: what the later part is given.
        """
        calls = [args for both in made.values() for each in both for args, _ in each]
        with_rows = len(calls) + sum(len(_rows(args)) for args in calls)
        # Both have the same others, so few that neither grows past the bound.
        count = with_rows if with_rows <= MAX_CALLS else len(calls)
        most = min(OTHERS, MAX_CALLS // max(count, 1) - 1)
        rng, tables = np.random.default_rng(), {part: [] for part in made}
        for inner in (False, True):
            if (with_rows if inner else len(calls)) > MAX_CALLS:
                return
            for part, both in made.items():
                others = self._others(part, both[inner], given, most, rng)
                tables[part] += [*both[inner], *others]
            if inner:  # few loop over the batch, and its rows fill most of a table
                tables = {part: self._with_rows(part, table) for part, table in tables.items()}
            yield {
                part: [table[k] for k in rng.permutation(len(table))]
                for part, table in tables.items()
            }

    def _others(self, part, calls, given, most, rng):
        """Return calls that share with each of these what is given, and have all else shuffled.

        Whoever does not work out what to ask cannot tell them apart.
        """
        known, others = list(_arrays(given)), []
        for args, _ in calls:
            shuffled = [not _is_part(arg, known) for arg in args]
            for _ in range(most if any(shuffled) else 0):
                orders = {}  # the same for arrays of one shape: what belongs together stays together
                other = tuple(
                    _shuffled(arg, orders, rng) if hidden else arg
                    for arg, hidden in zip(args, shuffled, strict=True)
                )
                try:
                    others.append((other, self._reference[part](*other)))
                except Exception:  # not every order makes sense
                    break
        return others

    def _with_rows(self, part, calls):
        """Return the calls, and what the part gives for one row alone."""
        single = []
        for args, _ in calls:
            for row in _rows(args):
                try:
                    single.append((row, self._reference[part](*row)))
                except Exception:  # the part takes no single row
                    break
        return [*calls, *single]

    def _built_on(self, parts):
        """Return the reference's names with other functions for some of its parts."""
        namespace = _own_copy(self._reference)
        if namespace is None:
            namespace = self._exercise.load()
        namespace.update(parts)
        return namespace


class CarriedHere:
    """The same on a learner's machine, without the reference: from what was recorded of it.

    expected: gives the recorded result of a call of a function. calls: for each earlier part, the
    recorded (arguments, result) of what the reference asked of it.
    """

    def __init__(
        self,
        answer: Answer,
        expected: Callable[[str, tuple], object],
        calls: dict[str, list[tuple]],
    ):
        self._answer, self._expected, self._calls = answer, expected, calls

    def __getattr__(self, name):
        """Return the function of that name: it gives what follows, None where nothing can."""

        def carried(*args):
            answer, function = self._answer, getattr(self._answer, name)
            if answer.with_stand_ins is None:
                return None
            told = len(answer.trace)
            try:
                if not _gives(answer, name, args, self._calls, self._expected(name, args)):
                    return None
                result = function(*args)
            except Exception:
                return None
            finally:
                del answer.trace[told:]  # these calls are ours, not those of the check
            return Following(result, lambda: _depends(answer, name, function, args, result))

        return carried


def _gives(answer, name, args, tables, expected):
    """Return whether the learner's function gives `expected` with stand-ins for its own parts.

    None where it raises, as it does when it asks for what was not recorded.
    """
    try:
        return same(answer.with_stand_ins(name, tables)(*copy.deepcopy(args)), expected)
    except Exception:
        return None


def _in_proportion(function, given):
    """Return `function`; it raises ValueError where it returns far more than there is to begin with.

    The reference computes with what comes back, and arrays whose axes all differ multiply.
    """
    extents = [_extent(arg) for arg in given]
    numbers, axes = sum(n for n, _ in extents), max((n for _, n in extents), default=0)

    def bounded(*args):
        result = function(*args)
        held, deep = _extent(result)
        if held > 4 * numbers + 100 or deep > axes + 2:  # one for a tuple, one for a mistake
            raise ValueError("out of all proportion")
        return result

    return bounded


def _extent(value):
    """Return how many numbers a value holds, and how many axes and containers are in each other."""
    if isinstance(value, np.ndarray):
        return value.size, value.ndim
    if isinstance(value, dict):
        value, more = list(value.values()), 0
    elif isinstance(value, list | tuple):
        more = 1
    else:
        return 1, 0
    parts = [_extent(item) for item in value]
    return sum(n for n, _ in parts), more + max((deep for _, deep in parts), default=0)


def _recorder(function, calls, running):
    """Return `function`, noting of each call the arguments, by position, and the result.

    calls: the list for calls from outside, and that for those from another such function, of which
    `running` holds those that are being called.
    """
    signature = inspect.signature(function)

    def recorded(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        noted = calls[bool(running)]
        running.append(function)
        try:
            result = function(*args, **kwargs)
        finally:
            running.pop()
        noted.append((bound.args, result))
        return result

    return recorded


def _own_copy(namespace):
    """Return a copy of a module's names whose functions find each other in it; None if it has more.

    Running the module again would do the same, and take twenty times as long.
    """
    made = dict(namespace)
    for name, value in namespace.items():
        if type(value) is FunctionType and value.__globals__ is namespace:
            made[name] = FunctionType(
                value.__code__, made, value.__name__, value.__defaults__, value.__closure__
            )
            made[name].__kwdefaults__ = value.__kwdefaults__
        elif getattr(value, "__module__", None) == namespace["__name__"]:
            return None  # a class, or a function in a wrapping: these keep what they were made in
    return made


def _arrays(value):
    """Yield the bytes of every array in a value."""
    if isinstance(value, np.ndarray):
        yield value.tobytes()
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _arrays(item)


def _rows(args):
    """Return the arguments of a call for each row of a batch alone; nothing where there is none."""
    batched = [isinstance(arg, np.ndarray) and arg.ndim > 1 for arg in args]
    sizes = {arg.shape[0] for arg, batch in zip(args, batched, strict=True) if batch}
    return [
        tuple(a[k : k + 1] if batch else a for a, batch in zip(args, batched, strict=True))
        for k in (range(sizes.pop()) if len(sizes) == 1 else ())
    ]


def _is_part(value, known):
    """Return whether every array in a value is a piece of one of those with the `known` bytes."""
    return all(any(data in whole for whole in known) for data in _arrays(value))


def _shuffled(value, orders, rng):
    """Return a value with the entries of every array in another order; `orders` has it by shape."""
    if isinstance(value, np.ndarray):
        if value.shape not in orders:
            orders[value.shape] = rng.permutation(value.size)
        return value.ravel()[orders[value.shape]].reshape(value.shape)
    if isinstance(value, dict):
        return {key: _shuffled(item, orders, rng) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_shuffled(item, orders, rng) for item in value)
    return value


def _depends(answer, name, function, args, result):
    """Return whether the result of function(*args) depends on most of the arguments.

    A part that ignores most of its input would make almost any answer right. One that loses a
    single state is an honest mistake, and must not cost later parts.
    Once that was so for a function of this name, it need not be found out again.
    """
    if name in answer.depending:
        return True

    def matters(moved):
        try:
            return not same(result, function(*moved))
        except Exception:
            return None

    jobs = [lambda moved=moved: matters(moved) for moved in _moved(args)]
    most, told, counts = len(jobs) // 2 + 1, len(answer.trace), {True: 0, False: 0}
    try:
        for start in (0, most):  # the second half is hardly ever needed
            for found in answer.side_by_side(jobs[start:][:most]):
                if found is None:
                    return False
                counts[found] += 1
                if counts[found] == most:
                    answer.depending.update([name] if found else [])
                    return found
        return False
    finally:
        del answer.trace[told:]  # these calls are ours, not those of the check


def _moved(args):
    """Yield the arguments with one of them changed, all arrays of a dictionary together.

    A part that leaves out one weight is an honest mistake; one that needs no weights is a constant.
    """
    rng = np.random.default_rng(0)

    def move(value):
        return value + rng.uniform(0.5, 1, value.shape)

    for k, arg in enumerate(args):
        if isinstance(arg, dict):
            moved = {key: move(value) for key, value in arg.items()}
        elif isinstance(arg, np.ndarray):
            moved = move(arg)
        else:
            continue
        yield (*args[:k], moved, *args[k + 1 :])
