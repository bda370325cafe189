"""The `{quiz}` directive on paper: the questions, and below them the key with all reasons."""

from __future__ import annotations

from docutils import nodes

from unrolled.book.element import element
from unrolled.book.quiz import HINTS, QuizDirective
from unrolled.book.quiz_key import answer_of
from unrolled.quiz.items import shuffled_order


class PrintedQuizDirective(QuizDirective):
    """Show all questions of a topic as text."""

    def show(self, topic, markdown, names, items):
        """Return the questions and the key."""
        asked = nodes.container(classes=["quiz"])
        key = nodes.container(classes=["quiz-key"])
        key += nodes.rubric("", "Answers, with a reason for each option")
        for n, (name, item) in enumerate(zip(names, items, strict=True), start=1):
            asked += _question(markdown, name, item, n)
            key += _answer(markdown, name, item, n)
        return [asked, key]


def _question(markdown, name, item, n):
    first, *rest = markdown.blocks(item.stem)
    head = nodes.strong("", f"Question {n}")
    stem = markdown.phrases(first, item)
    question = nodes.container(classes=["quiz-question"])
    question += nodes.target("", "", ids=[name])
    question += nodes.paragraph("", "", head, nodes.Text(f" ({item.difficulty}). "), *stem)
    question += rest
    if item.code:
        question += nodes.literal_block(item.code, item.code, language="python")
    if item.kind in HINTS:
        question += nodes.paragraph("", "", nodes.emphasis("", HINTS[item.kind]))
    if item.kind == "number":
        unit = markdown.line(item.answer.unit, item) if item.answer.unit else []
        question += nodes.paragraph("", "", nodes.Text("Your answer: ………… "), *unit)
    else:
        question += _choices(markdown, item)
    return question


def _choices(markdown, item):
    """Return the options or the shuffled steps, with letters."""
    if item.kind == "order":
        shown = [markdown.line(item.steps[place].text, item) for place in shuffled_order(item)]
    elif item.kind == "reading":  # what a program prints is shown as it is
        shown = [[nodes.literal("", option.text)] for option in item.options]
    else:
        shown = [markdown.line(option.text, item) for option in item.options]
    choices = nodes.enumerated_list(enumtype="upperalpha", prefix="", suffix=".")
    choices += [nodes.list_item("", nodes.paragraph("", "", *words)) for words in shown]
    return choices


def _answer(markdown, name, item, n):
    answer, reasons = answer_of(markdown, name, item)
    head = nodes.paragraph("", "", nodes.strong("", f"Question {n}: "), *_plain(answer))
    listed = nodes.bullet_list()
    for lead, words in (reason.children for reason in reasons):
        first, *rest = words.children
        answered = nodes.strong("", "", *_plain(lead[0].children))
        entry = [answered]
        if isinstance(first, nodes.paragraph):
            between = "" if answered.astext().endswith(" ") else " "
            entry += [nodes.Text(between), *first.children]
        else:
            rest.insert(0, first)
        listed += nodes.list_item("", nodes.paragraph("", "", *entry), *rest)
    return [head, listed]


def _plain(found):
    """Return phrases without the elements that only a script needs."""
    plain = []
    for node in found:
        plain += _plain(node.children) if isinstance(node, element) else [node]
    return plain
