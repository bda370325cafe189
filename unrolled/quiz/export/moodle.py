"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format.

`one` and `reading` become multichoice with one answer, `several` multichoice with penalties for
wrong options, `number` numerical with the foreseen wrong numbers as answers worth nothing, `order`
ordering (part of Moodle since 4.4, a plugin before).
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from unrolled.quiz.credit import shares
from unrolled.quiz.export import Notes, text
from unrolled.quiz.items import Interval, Item


def write(topic: str, items: Sequence[Item], notes: Notes) -> bytes:
    """Return the items of a topic as a Moodle XML file, in a category of the topic's name."""
    quiz = ET.Element("quiz")
    category = ET.SubElement(quiz, "question", type="category")
    _text(category, "category", f"$course$/top/Unrolled/{topic}")
    for item in items:
        quiz.append(_question(item))
    ET.indent(quiz)  # all HTML is text in here, so nothing but structure is moved
    return ET.tostring(quiz, encoding="UTF-8", xml_declaration=True) + b"\n"


def _question(item):
    kinds = {"number": "numerical", "order": "ordering"}
    question = ET.Element("question", type=kinds.get(item.kind, "multichoice"))
    _text(question, "name", item.id)
    stem = text.stem_html(item)
    if item.kind == "number":
        stem += text.unit_html(item)
    _html(question, "questiontext", stem)
    for name, value in (("defaultgrade", "1"), ("penalty", "0.3333333"), ("idnumber", item.id)):
        ET.SubElement(question, name).text = value
    {"number": _number, "order": _order}.get(item.kind, _choice)(question, item)
    tags = ET.SubElement(question, "tags")
    for tag in (item.outcome, item.difficulty):
        _text(tags, "tag", tag)
    return question


def _choice(question, item):
    for name, value in (
        ("single", "false" if item.kind == "several" else "true"),
        ("shuffleanswers", "true"),
        ("answernumbering", "abc"),
    ):
        ET.SubElement(question, name).text = value
    for k, (option, share) in enumerate(zip(item.options, shares(item), strict=True)):
        _answer(question, text.option_html(item, k), share, option.says)


def _number(question, item):
    _numerical(question, item.answer.interval, 1, item.says)
    for wrong in item.wrong:
        _numerical(question, wrong.interval, 0, wrong.says)
    _answer(question, "*", 0, item.otherwise, "moodle_auto_format")
    ET.SubElement(question, "unitgradingtype").text = "0"
    ET.SubElement(question, "showunits").text = "3"  # no unit is asked for; the stem names it


def _numerical(question, interval: Interval, share, says):
    value, tolerance = middle(interval)
    answer = _answer(question, text.digits(value), share, says, "moodle_auto_format")
    ET.SubElement(answer, "tolerance").text = text.digits(tolerance)


def middle(interval: Interval) -> tuple[float, float]:
    """Return the middle of an interval and how far it reaches to each side."""
    return (interval.low + interval.high) / 2, (interval.high - interval.low) / 2


def _order(question, item):
    for name, value in (
        ("layouttype", "VERTICAL"),
        ("selecttype", "ALL"),
        ("selectcount", str(len(item.steps))),
        ("gradingtype", "ALL_OR_NOTHING"),
        ("showgrading", "HIDE"),
    ):
        ET.SubElement(question, name).text = value
    _html(question, "correctfeedback", text.html(item.says))
    _html(question, "partiallycorrectfeedback", text.html(item.otherwise))
    _html(question, "incorrectfeedback", text.html(item.otherwise))
    for place, step in enumerate(item.steps, start=1):
        answer = ET.SubElement(question, "answer", fraction=str(place), format="html")
        ET.SubElement(answer, "text").text = text.html(step.text)
        _html(answer, "feedback", text.html(step.says))


def _answer(question, shown, share, says, form="html"):
    answer = ET.SubElement(question, "answer", fraction=percent(share), format=form)
    ET.SubElement(answer, "text").text = shown
    _html(answer, "feedback", text.html(says))
    return answer


def percent(share: float) -> str:
    """Return a share as Moodle writes it: one of the fractions that it offers, such as 33.33333."""
    return f"{100 * share:.5f}".rstrip("0").rstrip(".")


def _text(parent, name, content):
    ET.SubElement(ET.SubElement(parent, name), "text").text = text.clean(content)


def _html(parent, name, content):
    ET.SubElement(ET.SubElement(parent, name, format="html"), "text").text = content
