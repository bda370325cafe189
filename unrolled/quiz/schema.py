"""The schema of a quiz item: every complaint names the file, the line and the field."""

from __future__ import annotations

import re

from unrolled.quiz.items import (
    DIFFICULTIES,
    KINDS,
    Answer,
    Interval,
    Item,
    Option,
    Step,
    Wrong,
    plain,
)
from unrolled.quiz.reading import CannotRun, what_it_prints

_NAMES = {
    "id": (re.compile(r"[a-z][a-z0-9_]*"), "additive_memory"),
    "outcome": (re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"), "lstm_gates.problem"),
}
_COMMON = ("id", "outcome", "difficulty", "stem")
# What each kind has beside the common fields: what it must have, and what it may have.
_FIELDS = {
    "one": (("options",), ()),
    "several": (("options",), ()),
    "number": (("answer", "says", "otherwise"), ("wrong",)),
    "order": (("steps", "says", "otherwise"), ()),
    "reading": (("code", "options"), ()),
}


def read_item(field):
    """Read one item.

    Arguments:
        field: the `Field` of the item's mapping.

    Returns:
        An `Item`.

    Raises:
        FieldError: if the item breaks the schema.
    """
    kind = _kind(field)
    required, optional = _FIELDS[kind]
    parts = field.mapping(required=(*_COMMON, *required), optional=("kind", *optional))
    for name, (pattern, example) in _NAMES.items():
        if not pattern.fullmatch(parts[name].text()):
            raise parts[name].error(f"{parts[name].text()!r} is not a name like {example}")
    read = {
        "one": _read_choice,
        "several": _read_choice,
        "number": _read_number,
        "order": _read_order,
        "reading": _read_reading,
    }
    return Item(
        id=parts["id"].text(),
        outcome=parts["outcome"].text(),
        difficulty=parts["difficulty"].one_of(DIFFICULTIES),
        kind=kind,
        stem=parts["stem"].text(),
        line=field.line,
        **{"options": (), **read[kind](kind, parts)},
    )


def _kind(field):
    """Return the item's kind, which decides what other fields it has."""
    found = field.peek("kind")
    return found.one_of(KINDS) if found else "one"


def _paragraph(field):
    text = field.text()
    if "\n\n" in text:
        raise field.error("an option or a step is one paragraph")
    return text


def _differ(field, texts, what):
    if len(set(texts)) < len(texts):
        raise field.error(f"two {what} have the same text")


def _read_choice(kind, parts):
    options = []
    for field in parts["options"].items():
        entry = field.mapping(required=("text", "says"), optional=("right",))
        right = entry["right"].flag() if "right" in entry else False
        options.append(Option(_paragraph(entry["text"]), right, entry["says"].text()))
    if len(options) < 2:
        raise parts["options"].error("a choice needs at least two options")
    rights = sum(option.right for option in options)
    if kind == "one" and rights != 1:
        raise parts["options"].error("exactly one option must have right: true")
    if kind == "several" and rights not in range(1, len(options)):
        raise parts["options"].error("some options, and not all, must have right: true")
    _differ(parts["options"], [option.text for option in options], "options")
    return {"options": tuple(options)}


def _read_number(_, parts):
    answer = parts["answer"].mapping(required=("value", "tolerance"), optional=("unit",))
    value = answer["value"].number()
    tolerance, relative = _tolerance(answer["tolerance"])
    if relative and value == 0:
        raise answer["tolerance"].error("a share of zero is zero: give an absolute tolerance")
    margin = tolerance * abs(value) if relative else tolerance
    unit = answer["unit"].text() if "unit" in answer else ""
    interval = Interval(value - margin, value + margin, value)

    foreseen, taken = [], [("the answer", interval)]
    for field in parts["wrong"].items() if "wrong" in parts else ():
        wrong = Wrong(*_read_wrong(field, tolerance if relative else None, margin))
        for name, other in taken:
            if wrong.interval.low <= other.high and other.low <= wrong.interval.high:
                raise field.error(f"overlaps with {name}")
        taken.append((f"the wrong number on line {field.line}", wrong.interval))
        foreseen.append(wrong)
    return {
        "answer": Answer(interval, tolerance, relative, unit),
        "wrong": tuple(foreseen),
        "says": parts["says"].text(),
        "otherwise": parts["otherwise"].text(),
    }


def _tolerance(field):
    """Return the tolerance and whether it is a share of the value (`1%`)."""
    text = field.text()
    share = re.fullmatch(r"(\d+\.?\d*|\.\d+)\s*%", text)
    tolerance = float(share[1]) / 100 if share else field.number()
    if tolerance < 0:
        raise field.error("a tolerance is not negative")
    return tolerance, bool(share)


def _read_wrong(field, share, margin):
    """Return the interval and the words of a foreseen wrong number."""
    if field.peek("value"):
        entry = field.mapping(required=("value", "says"))
        value = entry["value"].number()
        margin = margin if share is None else share * abs(value)
        return Interval(value - margin, value + margin, value), entry["says"].text()
    entry = field.mapping(required=("from", "to", "says"))
    low, high = entry["from"].number(), entry["to"].number()
    if low > high:
        raise entry["to"].error(f"{plain(high)} is less than {plain(low)}, where the range begins")
    return Interval(low, high), entry["says"].text()


def _read_order(_, parts):
    steps = []
    for field in parts["steps"].items():
        entry = field.mapping(required=("text", "says"))
        steps.append(Step(_paragraph(entry["text"]), entry["says"].text()))
    if len(steps) < 3:
        raise parts["steps"].error("an order needs at least three steps")
    _differ(parts["steps"], [step.text for step in steps], "steps")
    return {
        "steps": tuple(steps),
        "says": parts["says"].text(),
        "otherwise": parts["otherwise"].text(),
    }


def _read_reading(_, parts):
    fields = parts["options"].items()
    computed = [field for field in fields if (flag := field.peek("computed")) and flag.flag()]
    if len(fields) < 2:
        raise parts["options"].error("a choice needs at least two options")
    if len(computed) != 1:
        raise parts["options"].error("exactly one option must have computed: true")
    code = parts["code"].block()
    try:
        printed = what_it_prints(code)
    except CannotRun as error:
        raise parts["code"].error(str(error)) from error
    options = []
    for field in fields:
        if field is computed[0]:
            entry = field.mapping(required=("computed", "says"))
            options.append(Option(printed, True, entry["says"].text(), computed=True))
            continue
        entry = field.mapping(required=("text", "says"), optional=("computed",))
        text = entry["text"].block().strip("\n")
        if text.split() == printed.split():
            raise entry["text"].error("this is what the code prints, so it is not a wrong answer")
        options.append(Option(text, False, entry["says"].text()))
    _differ(parts["options"], [option.text for option in options], "options")
    return {"code": code, "options": tuple(options)}
