"""The folded key of a quiz: every right answer, and a reason for each that one might give."""

from __future__ import annotations

from docutils import nodes

from unrolled.book.element import element
from unrolled.quiz.items import plain, shuffled_order

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def key_of(markdown, names, items):
    """Return the key.

    Arguments:
        markdown: the `Markdown` that turns text into nodes.
        names: the HTML ids of the questions.
        items: their `Item`s.

    Returns:
        A `<details>` element; the script copies the reasons out of it by their ids.
    """
    key = element("details", {"class": "quiz-key"})
    key += element("summary", {}, [nodes.Text("Answers, with a reason for each option")])
    for n, (name, item) in enumerate(zip(names, items, strict=True), start=1):
        head = nodes.paragraph("", "", nodes.strong("", f"Question {n}: "))
        answer, reasons = answer_of(markdown, name, item)
        head += answer
        key += [head, element("ul", {}, reasons)]
    return key


def answer_of(markdown, name, item):
    """Return the right answer to a question, and the reasons for all that one might answer.

    Arguments:
        markdown: the `Markdown` that turns text into nodes.
        name: the HTML id of the question.
        item: its `Item`.

    Returns:
        Nodes of one line, and a list of `<li>` elements, each with what was answered and what to
        say to it.
    """
    return _PARTS[item.kind](markdown, name, item)


def _letters(owners):
    """Return letters with `, ` and `and` between them; the script renames those of shuffled options."""
    found = []
    for n, (owner, letter) in enumerate(owners):
        if n:
            found.append(nodes.Text(" and " if n == len(owners) - 1 else ", "))
        found.append(element("span", {"data-letter": owner}, [nodes.Text(letter)]))
    return found


def _reason(markdown, lead, text, **attributes):
    """Return one entry: what was answered, and what to say to it."""
    said = {name.replace("_", "-"): value for name, value in attributes.items()}
    words = element("div", said, markdown.blocks(text))
    return element("li", {}, [element("div", {}, [element("strong", {}, lead)]), words])


def _choice(markdown, name, item):
    owners = [(f"{name}-{k}", LETTERS[k]) for k in range(len(item.options))]
    rights = [owners[k] for k in item.rights]
    answer = [*_letters(rights), nodes.Text(" are right." if len(rights) > 1 else " is right.")]
    reasons = []
    for owner, option in zip(owners, item.options, strict=True):
        lead = [*_letters([owner]), nodes.Text(", right. " if option.right else ", wrong. ")]
        reasons.append(_reason(markdown, lead, option.says, id=f"{owner[0]}-says"))
    return answer, reasons


def _number(markdown, name, item):
    unit = f" {item.answer.unit}" if item.answer.unit else ""
    right = markdown.line(f"{plain(item.answer.value)}{unit}", item)
    margin = item.answer.tolerance
    if item.answer.relative:
        within = f" Up to {plain(round(100 * margin, 6))} % off counts as right."
    else:
        within = f" Up to {plain(margin)} off counts as right." if margin else ""
    answer = [*right, nodes.Text(f".{within}")]
    reasons = [
        _reason(
            markdown,
            [nodes.Text(f"{plain(item.answer.value)}, right. ")],
            item.says,
            id=f"{name}-0-says",
            data_right="yes",
            **_bounds(item.answer.interval),
        )
    ]
    for k, wrong in enumerate(item.wrong, start=1):
        low, high = plain(wrong.interval.low), plain(wrong.interval.high)
        value = wrong.interval.value
        shown = plain(value) if value is not None else f"{low} to {high}"
        lead = [nodes.Text(f"{shown}, wrong. ")]
        bounds = _bounds(wrong.interval)
        reasons.append(_reason(markdown, lead, wrong.says, id=f"{name}-{k}-says", **bounds))
    return answer, [*reasons, _otherwise(markdown, name, item, "Any other number. ")]


def _bounds(interval):
    """Return an interval for the script, widened as `number in interval` widens it."""
    return {
        "data_low": repr(interval.low - interval.slack),
        "data_high": repr(interval.high + interval.slack),
    }


def _otherwise(markdown, name, item, lead):
    return _reason(markdown, [nodes.Text(lead)], item.otherwise, id=f"{name}-otherwise")


def _order(markdown, name, item):
    shown = {place: LETTERS[k] for k, place in enumerate(shuffled_order(item))}
    owners = [(f"{name}-{place}", shown[place]) for place in range(len(item.steps))]
    reasons = []
    for owner, step in zip(owners, item.steps, strict=True):
        lead = [*_letters([owner]), nodes.Text(". "), *markdown.line(step.text, item)]
        reasons.append(_reason(markdown, lead, step.says, id=f"{owner[0]}-says"))
    whole = _reason(markdown, [nodes.Text("In this order. ")], item.says, id=f"{name}-says")
    other = _otherwise(markdown, name, item, "In any other order. ")
    answer = []
    for n, part in enumerate(owners):
        answer += [nodes.Text(", then " if n else ""), *_letters([part])]
    return [*answer, nodes.Text(".")], [*reasons, whole, other]


_PARTS = {
    "one": _choice,
    "several": _choice,
    "reading": _choice,
    "number": _number,
    "order": _order,
}
