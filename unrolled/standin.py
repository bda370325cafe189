"""A stand-in for an earlier part: a table of what it gives, in place of the learner's function.

It knows results and no way to them, so it may stand where a learner's code can look at it.
Tables are given by the name of the part: the (arguments, result) of each call that is known.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Callable, Iterable

import numpy as np

from unrolled.expect import same

Tables = dict[str, list[tuple]]

_PLAIN = (bool, bytes, complex, float, int, str)


class NotRecorded(LookupError):
    """The stand-in was asked for something that is not in its table."""


class StandIn:
    """Gives recorded results for recorded arguments, up to rounding, and for no others.

    own: the function it stands in for, whose signature says what arguments by name, and arguments
    left out, mean. calls: the recorded (arguments, result), by position. Calling it raises
    NotRecorded where the table holds no such call.
    """

    def __init__(self, own: object, calls: Iterable[tuple]):
        self._bind = _binder(own)
        self._table = [(self._bind(tuple(args), {}), result) for args, result in calls]
        # Whoever asks for the very bytes, as nearly all do, need not be compared with all of them.
        self._exact, known = {}, {}
        for asked, result in reversed(self._table):
            with contextlib.suppress(TypeError):
                for arg in asked:  # many rows have the same weights
                    if id(arg) not in known:
                        known[id(arg)] = _bytes_of(arg)
                self._exact[tuple(known[id(arg)] for arg in asked)] = result

    def __call__(self, *args, **kwargs):
        """Return the recorded result of this call."""
        asked = self._bind(args, kwargs)
        with contextlib.suppress(KeyError, TypeError):
            return copy.deepcopy(self._exact[tuple(map(_bytes_of, asked))])
        for recorded, result in self._table:
            if same(asked, recorded):
                return copy.deepcopy(result)
        raise NotRecorded("no such call was recorded")


def with_stand_ins(function: Callable, names: dict, tables: Tables) -> Callable:
    """Return `function`, which finds stand-ins in place of some of the functions in `names`."""

    def call(*args, **kwargs):
        own = {name: names[name] for name in tables if name in names}
        names.update({name: StandIn(own.get(name), table) for name, table in tables.items()})
        try:
            return function(*args, **kwargs)
        finally:
            for name in tables:
                names.pop(name, None)
            names.update(own)

    return call


def folded(tables: Tables) -> list:
    """Return tables as [values, rows]: an object that stands in many rows is there only once.

    rows: by part, of each call the places of its arguments and of its result among the values.
    """
    values, places = [], {}

    def place(value):
        if id(value) not in places:
            places[id(value)] = len(values)
            values.append(value)
        return places[id(value)]

    rows = {
        part: [[*map(place, args), place(result)] for args, result in table]
        for part, table in tables.items()
    }
    return [values, rows]


def unfolded(values: list, rows: dict[str, list[list[int]]]) -> Tables:
    """Return the tables that were folded; equal objects may be one and the same."""
    return {
        part: [(tuple(values[k] for k in row[:-1]), values[row[-1]]) for row in table]
        for part, table in rows.items()
    }


def _bytes_of(value: object) -> object:
    """Return something to look up, which is equal for values of the same bytes alone.

    Raises TypeError for a value that may hold more than that, such as a learner's own object.
    """
    if type(value) is np.ndarray and value.dtype.kind in "biufc":
        return value.dtype.str, value.shape, value.tobytes()
    if type(value) in (list, tuple):
        return type(value), *map(_bytes_of, value)
    if type(value) is dict:
        return dict, *((key, _bytes_of(item)) for key, item in value.items())
    if type(value) in _PLAIN or value is None:
        return type(value), value
    raise TypeError(type(value))


def _binder(own: object) -> Callable[[tuple, dict], list]:
    """Return a function that lists the arguments of a call as `own` takes them."""
    try:
        signature = inspect.signature(own)
    except (TypeError, ValueError):
        signature = None

    def bind(args, kwargs):
        if signature is None:
            return [*args, *kwargs.values()]
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            raise NotRecorded("it was called in another way") from None
        bound.apply_defaults()
        return list(bound.arguments.values())

    return bind
