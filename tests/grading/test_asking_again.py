"""A right answer is asked again, and one that is not a function of its arguments is found."""

import numpy as np
import pytest

from unrolled.answer import Call, LearnerError
from unrolled.grading.again import _reordered, changed_answers


def calls_of(function, arguments):
    """Return the calls that a first pass made of a function, with their results."""
    return [Call("f", (argument,), {}, function(argument)) for argument in arguments]


def test_a_function_of_its_arguments_says_the_same():
    asked = {"f": calls_of(np.exp, [np.arange(3.0), 1.0, np.nan])}
    assert changed_answers(asked, lambda name: np.exp, np.random.default_rng(0)) == {}


def test_rounding_is_no_change():
    asked = {"f": calls_of(np.exp, [np.arange(3.0), 1.0])}
    again = changed_answers(
        asked, lambda name: lambda x: np.exp(x) * (1 + 1e-7), np.random.default_rng(0)
    )
    assert again == {}


@pytest.mark.parametrize("seed", range(20))
def test_one_that_counts_its_calls_is_found_whatever_the_order(seed):
    def counting():
        asked = []

        def function(x):
            asked.append(x)
            return x if len(asked) > 1 else 0.0

        return function

    asked = {"item": calls_of(counting(), [1.0, 2.0, 3.0])}
    fresh = counting()
    changed = changed_answers(asked, lambda name: fresh, np.random.default_rng(seed))
    assert list(changed) == ["item"]


@pytest.mark.parametrize("seed", range(20))
def test_no_call_keeps_its_place_among_those_of_its_function(seed):
    questions = [("i", Call(name, (k,), {})) for name in "fgh" for k in range(4)]
    ordered = list(_reordered(questions, np.random.default_rng(seed)))
    assert sorted(map(id, ordered)) == sorted(map(id, questions))
    for name in "fgh":
        ranks = [call.args[0] for _, call in ordered if call.function == name]
        assert all(rank != k for k, rank in enumerate(ranks))


def test_an_error_in_place_of_an_answer_is_a_change_and_the_same_error_is_none():
    def raises(_):
        raise LearnerError("ValueError", "")

    told = Call("f", (1,), {}, None, LearnerError("ValueError", ""))
    rng = np.random.default_rng(0)
    assert changed_answers({"f": [told]}, lambda name: raises, rng) == {}
    assert list(changed_answers({"f": [Call("f", (1,), {}, 1)]}, lambda name: raises, rng)) == ["f"]


def test_a_name_that_is_gone_is_a_change():
    def lookup(name):
        raise KeyError(name)

    asked = {"f": [Call("f", (1,), {}, 1)]}
    assert list(changed_answers(asked, lookup, np.random.default_rng(0))) == ["f"]
