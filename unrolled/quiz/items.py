"""Quiz items as data: `chapters/quizzes/<topic>.yml`, a list of questions with one right option.

- id: additive_memory            a name, used once in the file
  outcome: lstm_gates.problem    the learning outcome that the question tests
  stem: |                        the question: Markdown with $mathematics$
    ...
  options:                       two or more, in the order in which they are shown
    - text: ...                  one paragraph of Markdown
      right: true                on exactly one of them
      says: ...                  why it is right or wrong
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from unrolled.quiz.fields import read_yaml

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OUTCOME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Option:
    """One option: its Markdown, whether it is right, and why."""

    text: str
    right: bool
    says: str


@dataclass(frozen=True)
class Item:
    """One question: its name, the outcome it tests, its Markdown and its options."""

    id: str
    outcome: str
    stem: str
    options: tuple[Option, ...]
    line: int  # where it begins in its file

    @property
    def right(self) -> int:
        """The position of the right option, counted from 0."""
        return next(k for k, option in enumerate(self.options) if option.right)


def quiz_path(topic, root="."):
    """Return the path of a topic's quiz file under the course's folder `root`."""
    return Path(root) / "chapters" / "quizzes" / f"{topic}.yml"


def read_items(topic_or_path, root="."):
    """Read the quiz items of a topic.

    Arguments:
        topic_or_path: the name of a topic (str), or the path of a file that ends in `.yml`.
        root: the course's folder, where a topic is looked up.

    Returns:
        A list of `Item`, in the order of the file.

    Raises:
        FieldError: if the file breaks the schema; the message names file, line and field.
        FileNotFoundError: if there is no such file.
    """
    path = Path(topic_or_path)
    if path.suffix != ".yml":
        path = quiz_path(topic_or_path, root)
    document = read_yaml(path.read_text(encoding="utf-8"), path)
    items, lines = [], {}
    for field in document.items():
        item = _read_item(field)
        if item.id in lines:
            raise field.error(f"the id {item.id} is already used on line {lines[item.id]}")
        lines[item.id] = item.line
        items.append(item)
    return items


def _read_item(field):
    parts = field.mapping(required=("id", "outcome", "stem", "options"))
    for name, pattern in (("id", _NAME), ("outcome", _OUTCOME)):
        if not pattern.fullmatch(parts[name].text()):
            raise parts[name].error(f"{parts[name].text()!r} is not a name like {_EXAMPLE[name]}")
    options = [_read_option(entry) for entry in parts["options"].items()]
    if len(options) < 2:
        raise parts["options"].error("a choice needs at least two options")
    if sum(option.right for option in options) != 1:
        raise parts["options"].error("exactly one option must have right: true")
    if len({option.text for option in options}) < len(options):
        raise parts["options"].error("two options have the same text")
    return Item(
        id=parts["id"].text(),
        outcome=parts["outcome"].text(),
        stem=parts["stem"].text(),
        options=tuple(options),
        line=field.line,
    )


_EXAMPLE = {"id": "additive_memory", "outcome": "lstm_gates.problem"}


def _read_option(field):
    parts = field.mapping(required=("text", "says"), optional=("right",))
    text = parts["text"].text()
    if "\n\n" in text:
        raise parts["text"].error("an option is one paragraph")
    right = parts["right"].flag() if "right" in parts else False
    return Option(text=text, right=right, says=parts["says"].text())
