"""GIFT: https://docs.moodle.org/en/GIFT_format.

Texts are HTML. `one` and `reading` become multiple choice, `several` multiple choice with weights,
`number` numerical, and `order` matching: each step with its place. The characters that mean something
to GIFT are escaped; a line end inside code is written as a character reference, because GIFT ends
a question at an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from unrolled.quiz.credit import shares
from unrolled.quiz.export import Notes, text
from unrolled.quiz.export.moodle import percent
from unrolled.quiz.items import Item


def write(topic: str, items: Sequence[Item], notes: Notes) -> bytes:
    """Return the items of a topic as a GIFT file, in a category of the topic's name."""
    parts = [f"$CATEGORY: $course$/top/Unrolled/{topic}"]
    parts += [_question(item, notes) for item in items]
    return ("\n\n".join(parts) + "\n").encode()


def _question(item, notes):
    write_answers = {"number": _number, "order": _order}.get(item.kind, _choice)
    stem = text.stem_html(item) + (text.unit_html(item) if item.kind == "number" else "")
    # Moodle reads tags and an id from a comment in front of a question.
    head = f"// [id:{item.id}] [tag:{item.outcome}] [tag:{item.difficulty}]\n"
    opening = "{#" if item.kind == "number" else "{"
    lines = "\n".join(f"\t{line}" for line in write_answers(item, notes))
    return f"{head}::{escape(item.id)}::[html]{escape(stem)}{opening}\n{lines}\n}}"


def _choice(item, notes):
    for k, (option, share) in enumerate(zip(item.options, shares(item), strict=True)):
        weight = f"~%{percent(share)}%" if item.kind == "several" else "=" if share else "~"
        says = escape(text.html(option.says))
        yield f"{weight}{escape(text.option_html(item, k))}#{says}"


def _number(item, notes):
    yield f"={_interval(item.answer.interval)}#{escape(text.html(item.says))}"
    for wrong in item.wrong:
        yield f"=%0%{_interval(wrong.interval)}#{escape(text.html(wrong.says))}"
    yield f"~#{escape(text.html(item.otherwise))}"


def _interval(interval):
    return f"{text.digits(interval.low)}..{text.digits(interval.high)}"


def _order(item, notes):
    for place, step in enumerate(item.steps, start=1):
        yield f"={escape(text.html(step.text))} -> {place}"
    yield "####" + escape(text.reasons_html(item) + text.html(item.otherwise))
    notes(
        item,
        "GIFT has no ordering; it becomes a matching of steps and places, with a part of the marks "
        "for each, and one feedback for all answers",
    )


def escape(shown: str) -> str:
    """Return HTML as GIFT text on one line: control characters escaped, line ends kept in code."""
    shown = re.sub(
        r"<pre>.*?</pre>", lambda code: code[0].replace("\n", "&#10;"), shown, flags=re.S
    )
    return re.sub(r"([\\~=#{}:])", r"\\\1", shown.replace("\n", " "))
