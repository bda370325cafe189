"""Learning outcomes: read from a chapter's Markdown, and shown at its head.

A chapter declares them in one block, and each names the section that teaches it::

    ```{outcomes}
    - id: lstm_gates.forget
      section: sec-lstm-gates-forget
      text: explain why the 1997 cell overflows and what the forget gate changed
    ```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from unrolled.quiz.fields import FieldError, read_yaml

_BLOCK = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{outcomes\}[ \t]*\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.M | re.S
)
_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Outcome:
    """What a reader can do after a chapter, and the label of the section that teaches it."""

    id: str
    section: str
    text: str
    line: int  # where it begins in the chapter


def parse_outcomes(text, source, offset=0):
    """Read the YAML in the body of an `{outcomes}` block.

    Arguments:
        text: the body of the block.
        source: the path of the chapter; its name is the topic, with which every id begins.
        offset: how many lines of the chapter come before the body.

    Returns:
        A list of `Outcome`.

    Raises:
        FieldError: if the body breaks the schema; the message names file, line and field.
    """
    topic = Path(source).stem
    outcomes = []
    for field in read_yaml(text, source, offset).items():
        parts = field.mapping(required=("id", "section", "text"))
        name = parts["id"].text()
        if not _ID.fullmatch(name) or name.split(".")[0] != topic:
            raise parts["id"].error(f"{name!r} is not a name like {topic}.something")
        if name in (outcome.id for outcome in outcomes):
            raise parts["id"].error(f"{name} is declared twice")
        section, words = parts["section"].text(), parts["text"].text()
        outcomes.append(Outcome(id=name, section=section, text=words, line=field.line))
    return outcomes


def read_outcomes(path):
    """Read the outcomes that a chapter declares, without building the book.

    Arguments:
        path: the chapter's Markdown file.

    Returns:
        A list of `Outcome`, empty where the page declares none.

    Raises:
        FieldError: if the block breaks the schema, or there is more than one.
    """
    text = Path(path).read_text(encoding="utf-8")
    blocks = list(_BLOCK.finditer(text))
    if not blocks:
        return []
    if len(blocks) > 1:
        line = text.count("\n", 0, blocks[1].start()) + 1
        raise FieldError(f"{path}:{line}: a page has one outcomes block, this is the second")
    offset = text.count("\n", 0, blocks[0].start("body"))
    return parse_outcomes(blocks[0]["body"], path, offset)


def setup(app):
    """Register the directive with Sphinx."""
    # Reading outcomes needs no Sphinx: tests and exporters use this module without it.
    from unrolled.book.outcomes_directive import OutcomesDirective

    app.add_directive("outcomes", OutcomesDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
