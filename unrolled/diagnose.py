"""Find out which known mistake a failing answer makes.

A known mistake is a wrong solution whose results can be told: computed live where the reference
is, or recorded for the public seed. An answer makes that mistake if it gives the same results in
every call that a check made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from unrolled.answer import Call, LearnerError, Missing
from unrolled.expect import same
from unrolled.runner import Outcome


class Suspect(Protocol):
    """A known mistake: what to tell the learner, and what it would have answered."""

    exercise: str
    says: str

    def predict(self, test: str, k: int, call: Call) -> object:
        """Return this mistake's result for the k-th call in `test`; a LearnerError if it raises.

        Raises LookupError where it cannot be told.
        """


def calls_of(outcome: Outcome, exercise: str) -> list[Call]:
    """Return the calls in a check that went to the exercise's own function."""
    return [call for call in outcome.calls if call.function == exercise]


def name_mistake(
    exercise: str, outcomes: Iterable[Outcome], suspects: Iterable[Suspect]
) -> Suspect | None:
    """Return the first suspect that agrees with every call made, or None if none does."""
    outcomes = list(outcomes)
    return next((who for who in suspects if _fits(exercise, outcomes, who)), None)


def explain_absence(failure: BaseException | None, exercise: str) -> str | None:
    """Return a sentence about an answer that is not there yet; None if there is one."""
    if isinstance(failure, Missing):
        return f"There is no {failure} yet. Run the cell that defines it, then this one again."
    if isinstance(failure, LearnerError) and failure.type_name == "NotImplementedError":
        return f"{failure.function or exercise} is not written yet."
    return None


def _fits(exercise, outcomes, suspect):
    explains_a_failure = False
    for outcome in outcomes:
        for k, call in enumerate(calls_of(outcome, exercise)):
            try:
                predicted = suspect.predict(outcome.test, k, call)
            except LookupError:
                continue
            if not _equal(call, predicted):
                return False
            explains_a_failure |= not outcome.passed
    return explains_a_failure


def _equal(call, predicted):
    if isinstance(predicted, LearnerError) or call.error:
        return (
            call.error is not None
            and isinstance(predicted, LearnerError)
            and call.error.type_name == predicted.type_name
            and call.error.message == predicted.message
        )
    return same(call.result, predicted)
