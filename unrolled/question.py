"""A quiz question in a notebook: how an answer is read, and what the report on it says.

Whoever knows the key is asked through `replies`: in a notebook the sealed file, which answers for the
options that were chosen and for no others; in the grader the quiz bank itself.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.answer import LearnerError
from unrolled.exercise import Item
from unrolled.report import Report

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WHOLE = 1 - 1e-9  # shares of a third add up to almost 1


@dataclass(frozen=True)
class Reply:
    """What is said to a part of an answer, and the share of the points that it adds."""

    says: str
    share: float


@dataclass(frozen=True)
class Question:
    """A question as its report needs it.

    kind: one, several, number or order. choices: how many letters there are to choose from.
    otherwise: what is said where there is no reply.
    """

    item: Item
    kind: str
    choices: int = 0
    otherwise: str = ""


@dataclass(frozen=True)
class Marked(Report):
    """The report on a quiz answer, which may be right in part.

    share: how much of the points the answer earns, from 0 to 1; anything else earns nothing.
    """

    share: float = 0.0

    @property
    def points(self) -> float:
        """The points earned: all if right, else the share of them, to the hundredth, below all."""
        full = self.item.points
        if self.right:
            return full
        return min(round(full * self.share, 2), full) if 0 < self.share < 1 else 0.0

    @property
    def headline(self) -> str:
        """One line: the question, how the answer stands, and what it is worth."""
        worth = f"{self.item.points:g} point{'s' if self.item.points != 1 else ''}"
        if self.right:
            return f"{self.item.name}: right ({worth})"
        if self.points:
            return f"{self.item.name}: right in part ({self.points:g} of {worth})"
        return f"{self.item.name}: not yet ({worth})"

    def _repr_html_(self) -> str:
        """Return the report as HTML, mathematics included: nothing in it quotes the learner."""
        return f'<div class="tex2jax_process mathjax_process">{super()._repr_html_()}</div>'


class NotAnAnswer(ValueError):
    """A value is no answer to the question; the message says what would be."""


def mark(
    question: Question,
    lookup: Callable[[str], object],
    replies: Callable[[object], Reply | None],
) -> Marked:
    """Return the report on the learner's answer to a question.

    lookup: finds the learner's value by name, and raises KeyError or LearnerError where it cannot.
    replies: gives the reply to one part of an answer: a letter, a tuple of letters for an order, or
    a number. None stands for a wrong one that nobody foresaw.
    """
    name = question.item.name
    try:
        value = lookup(name)
    except KeyError:
        return _nothing(question, f"There is no {name} in your notebook.")
    except LearnerError as error:
        return _nothing(question, f"{name} cannot be read: {error}", "stopped")
    # What cannot travel out of a worker comes as a callable handle: among others `...` itself.
    if value is None or value is ... or callable(value):
        return _nothing(question, f"{name} is not answered yet.")
    try:
        parts = _READ[question.kind](value, question.choices)
    except NotAnAnswer as error:
        return _nothing(question, f"{name} is no answer: {error}.", "")
    if question.kind == "several":
        return _several(question, [(part, replies(part)) for part in parts])
    return _single(question, parts, replies(parts))


def _nothing(question, words, trouble="not written"):
    return Marked(question.item, (), ("the question is answered",), mistake=words, trouble=trouble)


def _single(question, answer, reply):
    share = reply.share if reply else 0.0
    says = one_line(reply.says if reply else question.otherwise)
    told = f"{answer:.6g}" if isinstance(answer, float) else ", ".join(answer)
    facts = (("answered", told),)
    if share >= _WHOLE:
        return Marked(question.item, (f"{told}: {says}",), (), facts, share=1.0)
    return Marked(question.item, (), ("the answer is right",), facts, mistake=says)


def _several(question, chosen):
    told = [(f"{letter}: {one_line(reply.says)}", reply.share) for letter, reply in chosen if reply]
    share = sum(share for _, share in told)
    passed = [words for words, each in told if each > 0]
    failed = [words for words, each in told if each <= 0]
    facts = (("answered", ", ".join(letter for letter, _ in chosen)),)
    if share >= _WHOLE:
        return Marked(question.item, tuple(passed), (), facts, share=1.0)
    mistake = "" if failed else "There are more right options than you chose."
    failed = failed or ["every right option is chosen"]
    share = max(share, 0.0)
    return Marked(question.item, tuple(passed), tuple(failed), facts, mistake, share=share)


def one_line(markdown: str) -> str:
    """Return Markdown on one line, in the marks that a report knows: `code` and *emphasis*."""
    return re.sub(r"\s+", " ", markdown).strip().replace("**", "*")


# --- reading an answer -------------------------------------------------------------------------
# What comes from a worker is plain data of any shape. Nothing of it gets into a report but letters
# that were asked for, and numbers.


def _one(value, choices):
    if isinstance(value, list | tuple) and len(value) == 1:
        (value,) = value
    return _letter(value, choices)


def _several_letters(value, choices):
    letters = _letters(value, choices)
    return tuple(sorted(set(letters)))


def _order(value, choices):
    letters = _letters(value, choices)
    if sorted(letters) != list(LETTERS[:choices]):
        raise NotAnAnswer(f"write each letter from a to {LETTERS[choices - 1]} once, in order")
    return tuple(letters)


def _letters(value, choices):
    if isinstance(value, str) and len(value) <= 4 * choices:
        value = re.findall(r"[^\s,]", value)  # "ac" and "a, c" are as good as a list
    if not isinstance(value, list | tuple | set | frozenset) or not 0 < len(value) <= choices:
        raise NotAnAnswer('write a list of letters, such as ["a", "c"]')
    return [_letter(each, choices) for each in value]


def _letter(value, choices):
    if isinstance(value, str) and len(value) < 10:
        letter = value.strip().lower()
        if len(letter) == 1 and letter in LETTERS[:choices]:
            return letter
    raise NotAnAnswer(f'write letters from "a" to "{LETTERS[choices - 1]}", in quotes')


def _number(value, choices):
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value.item()
    if not isinstance(value, numbers.Real) or isinstance(value, bool | np.bool_):
        raise NotAnAnswer("write a number, without quotes")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise NotAnAnswer("write a finite number")
    return number


_READ = {"one": _one, "several": _several_letters, "order": _order, "number": _number}
