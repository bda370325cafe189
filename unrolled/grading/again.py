"""Ask an answer the same questions again: later, in another order, of a notebook run afresh.

An answer is a function of its arguments. One that counts its calls, reads the clock or the stack, or
changes what it has returned may please a check once; it does not say the same twice.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from unrolled.answer import Call, LearnerError, copied
from unrolled.expect import same
from unrolled.grading.remote import RemoteValue
from unrolled.report import Report, describe

MAX_QUESTIONS = 200
AT_ONCE = 16  # questions to a message, where a worker can be asked several


def changed_answers(
    asked: dict[str, list[Call]],
    lookup: Callable[[str], Callable],
    rng: np.random.Generator,
    between: Callable[[], None] = lambda: None,
    together: Callable[[list[Call]], list | None] = lambda calls: None,
) -> dict[str, Call]:
    """Repeat calls in another order and return, by item, one that came out differently.

    Args:
        asked: by item, the calls that its points rest on, with their results.
        lookup: finds the learner's function by name, in a notebook that was run afresh.
        rng: draws the order; after MAX_QUESTIONS calls it is enough.
        between: called after each call, to start again what it may have broken.
        together: repeats several calls with one message and returns the result of each, or what it
            raised: the `outcome` itself of a call that came out as it did the first time. None where
            that did not work, and each is then asked by itself.

    Returns:
        For each item whose answer changed by more than rounding, the call.
    """
    questions = [(item, call) for item, calls in asked.items() for call in calls if _travels(call)]
    ordered = list(itertools.islice(_reordered(questions, rng), MAX_QUESTIONS))
    changed: dict[str, Call] = {}
    for start in range(0, len(ordered), AT_ONCE):
        batch = ordered[start : start + AT_ONCE]
        results = together([call for _, call in batch])
        for k, (item, call) in enumerate(batch):
            if item in changed:
                continue
            result = results[k] if results else _ask(call, lookup)
            if not _agrees(call, result):
                changed[item] = call
            if not results:
                between()
    return changed


def withdrawn(report: Report, call: Call) -> Report:
    """Return the report on an item whose answer changed when `call` was repeated: no points."""
    return replace(
        report,
        failed=("the same question gets the same answer when it is asked again",),
        facts=(
            ("called", describe(call, report.item)),
            (
                "found",
                "The notebook was run afresh and asked again, in another order: "
                "this call then gave another answer.",
            ),
        ),
        mistake="",
        notes=(),
    )


def outcome(call: Call) -> object:
    """Return the result of a call, or what it raised in its place."""
    return call.result if call.error is None else call.error


def _reordered(questions, rng):
    """Yield the questions in an order in which none keeps its place among those of its function."""
    waiting: dict[str, list] = {}
    for question in questions:
        waiting.setdefault(question[1].function, []).append(question)
    for theirs in waiting.values():
        turn = int(rng.integers(1, len(theirs))) if len(theirs) > 1 else 0
        theirs[:] = theirs[turn:] + theirs[:turn]
    for k in rng.permutation(len(questions)):
        yield waiting[questions[k][1].function].pop(0)


def _travels(call):
    """Tell whether a call can be repeated in another worker: objects stay in the one they are in."""
    if call.error is not None and call.error.type_name == "Stopped":
        return False  # what stopped a worker once need not stop one again
    return not _holds_handle([call.args, call.kwargs, call.result])


def _holds_handle(value):
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_holds_handle, value))
    return isinstance(value, RemoteValue)


def _ask(call, lookup):
    """Return the result of a call when it is repeated, or the exception."""
    try:
        return lookup(call.function)(*copied(call.args), **copied(call.kwargs))
    except (LearnerError, KeyError, TypeError) as error:
        return error


def _agrees(call, result):
    if result is outcome(call):
        return True
    if isinstance(result, LearnerError):
        return call.error is not None and call.error.type_name == result.type_name
    if isinstance(result, Exception):  # the name is gone, or is no function any more
        return False
    return call.error is None and same(result, call.result)
