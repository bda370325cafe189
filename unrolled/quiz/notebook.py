"""Quiz items in notebooks: the cells they become, the key in the grader, the sealed replies.

A line in `solutions/<topic>.py` puts a question of the bank into an assignment::

    # %% quiz="half_life" points=1

The notebook gets the question, a cell to answer in, and a check cell. What learners get holds no key.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass

from unrolled.exercise import Cell, Exercise, ExerciseError
from unrolled.exercise import Item as Part
from unrolled.question import LETTERS, Marked, Question, Reply, mark
from unrolled.quiz.credit import shares
from unrolled.quiz.fields import FieldError
from unrolled.quiz.items import Item, read_items
from unrolled.sealed import Sealed, cell_name, cell_of, seal

_POINT = -20  # the level of a number that is asked for without any tolerance
_HOW = {
    "one": '# one letter, such as "a"',
    "reading": '# one letter, such as "a"',
    "several": '# the letters of all that are right, such as ["a", "c"]',
    "number": "# a number",
    "order": '# all letters in the right order, such as "{all}"',
}


@dataclass(frozen=True)
class Key:
    """The key of one question, which stays with the instructor."""

    question: Question
    bank: Item

    def mark(self, lookup: Callable[[str], object]) -> Marked:
        """Return the report on a learner's answer, found with `lookup(name)`."""
        return mark(self.question, lookup, self.reply)

    def reply(self, part: object) -> Reply | None:
        """Return what is said to a letter, a tuple of letters or a number; None if unforeseen."""
        if self.bank.kind == "number":
            return next((Reply(s, w) for i, s, w in _intervals(self.bank) if part in i), None)
        return _replies(self.bank).get("".join(part))

    @property
    def right(self) -> object:
        """The right answer, as a learner would write it."""
        item = self.bank
        if item.kind == "number":
            return item.answer.value
        if item.kind == "order":
            return list(_right_order(item))
        letters = [LETTERS[k] for k in item.rights]
        return letters if item.kind == "several" else letters[0]

    def sealed(self) -> Sealed:
        """Return the question with its replies sealed, for the folder that learners get."""
        item = self.bank
        # Steps as they are shown: in the right order they would make the salt a test of the order.
        steps = [item.steps[k].text for k in _shown(item)]
        texts = [item.stem, item.code, *(option.text for option in item.options), *steps]
        told = json.dumps([self.question.item.name, item.kind, *texts])
        salt = _hash(f"unrolled quiz {told}")[:32]
        if item.kind == "number":
            contents, levels = _cell_contents(item)
            return Sealed(self.question, salt, seal(salt, contents), levels)
        contents = {a: {"says": r.says, "share": r.share} for a, r in _replies(item).items()}
        return Sealed(self.question, salt, seal(salt, contents))


def quiz_keys(exercise: Exercise) -> dict[str, Key]:
    """Return the keys of an exercise's quiz items by name.

    Raises ExerciseError, with file and line, where the bank has no such item.
    """
    banks, keys = {}, {}
    for cell in exercise.quizzes:
        path = exercise.bank_path(cell)
        if path not in banks:
            banks[path] = {item.id: item for item in _read(exercise, cell, path)}
        if cell.name not in banks[path]:
            raise _error(exercise, cell, f"{path.name} holds no question {cell.name!r}")
        item = banks[path][cell.name]
        kind = "one" if item.kind == "reading" else item.kind
        part = Part(cell.name, cell.points, item.outcome)
        choices = len(item.options) or len(item.steps)
        keys[cell.name] = Key(Question(part, kind, choices, item.otherwise), item)
    return keys


def quiz_cells(exercise: Exercise, cell: Cell) -> tuple[Cell, Cell, Cell]:
    """Return the cells that stand for a quiz cell: the question, the answer and the check."""
    key = quiz_keys(exercise)[cell.name]
    how = _HOW[key.bank.kind].format(all=LETTERS[: len(key.bank.steps)])
    if key.bank.kind == "number" and key.bank.answer.unit:
        how = f"{how}, in {key.bank.answer.unit}"
    return (
        Cell("question", cell.name, _markdown(key.bank), cell.line),
        Cell("answer", cell.name, f"{cell.name} = ...  {how}", cell.line),
        Cell("check", cell.name, f'check("{cell.name}")', cell.line, cell.points, key.bank.outcome),
    )


def _markdown(item):
    """Return a question in Markdown, its options or steps with letters."""
    lines = [item.stem]
    if item.code:
        lines += ["", _fenced(item.code, "python")]
    shown = [item.options[k].text for k in range(len(item.options))]
    if item.kind == "order":
        shown = [item.steps[k].text for k in _shown(item)]
    if item.kind == "reading":
        blocks = ["\n\n" + _fenced(printed) for printed in shown]
    else:
        blocks = [f" {words}" for words in shown]
    lines += [""] if shown else []
    for letter, block in zip(LETTERS, blocks, strict=False):
        lines.append(f"- **{letter}.**{block}".replace("\n", "\n  "))
    return "\n".join(lines)


def _fenced(code, language=""):
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"


def _replies(item):
    """Return the replies to letters, or to all of them in the right order."""
    if item.kind == "order":
        return {"".join(_right_order(item)): Reply(item.says, 1.0)}
    return {
        LETTERS[k]: Reply(option.says, share)
        for k, (option, share) in enumerate(zip(item.options, shares(item), strict=True))
    }


def _shown(item):
    """Return the order in which steps are shown: by their text alone, which tells nothing of theirs.

    The book's `shuffled_order` would not do: it starts from the right order, so it leads back to it.
    """
    return sorted(range(len(item.steps)), key=lambda k: _hash(f"{item.id} {item.steps[k].text}"))


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _right_order(item):
    shown = _shown(item)
    return tuple(LETTERS[shown.index(k)] for k in range(len(item.steps)))


def _intervals(item):
    yield item.answer.interval, item.says, 1.0
    for wrong in item.wrong:
        yield wrong.interval, wrong.says, 0.0


def _cell_contents(item):
    """Return what opens with each cell of numbers that an interval touches, and the levels in use.

    The bounds lie inside, sealed: from outside one sees how wide an interval is, to a factor of 2,
    and not where it lies.
    """
    levels, contents = set(), {}
    for interval, says, share in _intervals(item):
        span = interval.high - interval.low
        level = math.ceil(math.log2(span)) if span > 0 else _POINT
        levels.add(level)
        # As `Interval` does, allow a little for how decimals are stored.
        room = 1e-9 * max(abs(interval.low), abs(interval.high), 1e-300)
        low, high = interval.low - room, interval.high + room
        for cell in range(cell_of(low, level), cell_of(high, level) + 1):
            told = contents.setdefault(cell_name(level, cell), {"replies": []})
            told["replies"].append([says, share, low, high])
    return contents, tuple(sorted(levels))


def _read(exercise, cell, path):
    try:
        return read_items(path)
    except FileNotFoundError:
        raise _error(exercise, cell, f"there is no quiz file {path}") from None
    except FieldError as error:
        raise _error(exercise, cell, str(error)) from error


def _error(exercise, cell, words):
    return ExerciseError(f"{exercise.path}:{cell.line}: quiz {cell.name!r}: {words}")
