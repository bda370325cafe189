"""Markdown that a learner wrote, made safe to show in a page that an instructor opens.

Feedback pages, formgrader and Jupyter each read Markdown in their own way, and most let HTML,
links and TeX through. Nothing is removed here: a space of no width goes between two characters
that together would act, so that every reader shows the same text and does nothing else.
"""

from __future__ import annotations

import html
import re

GAP = "\u200b"
MAX_MARKDOWN = 20_000  # readers of Markdown take quadratic time over text made for that

_ACTS = re.compile(
    "|".join(
        (
            r"<(?=[A-Za-z/!?])",  # a tag, a comment, an instruction, or a link in angle brackets
            r"&(?=#|[A-Za-z][A-Za-z0-9]*;)",  # an entity can spell any of the other characters
            r"!(?=\[)",  # a picture is fetched as soon as the page is opened
            r"\](?=\(\s|:\s)",  # a link's target after white space …
            r"\](?=[(:](?!\s|https?://))",  # … or any target but a plain web address
            # TeX that makes links, loads more TeX, sets attributes of the page, or renames any of these
            r"\\(?=(?:href|url|mmlToken|require|class|cssId|style|data|unicode|includegraphics"
            r"|def|gdef|let|newcommand|renewcommand|newenvironment|renewenvironment"
            r"|DeclareMathOperator|Newextarrow|bbox)(?![A-Za-z]))",
            r"(?i:mer)(?=(?i:maid))",  # a fence by this name is handed to a script as it stands
        )
    )
)


def harmless(markdown: str) -> str:
    """Return Markdown that shows the same text and does nothing: only plain web links stay links.

    Text beyond MAX_MARKDOWN characters is left out, and a line says so.
    """
    if len(markdown) > MAX_MARKDOWN:
        markdown = f"{markdown[:MAX_MARKDOWN]}\n\n… (the rest of this cell was left out)"
    return _ACTS.sub(lambda found: found.group() + GAP, markdown)


def listed(lines: list[str]) -> str:
    """Return lines of text as a list, for a Markdown cell, that shows exactly that text."""
    items = []
    for line in lines:
        text = html.escape(" ".join(line.split()))
        items.append(f"<li>{text.replace('$', '&#36;').replace(chr(92), '&#92;')}</li>")
    # The classes tell MathJax that there is no mathematics here.
    return f"<ul class='tex2jax_ignore mathjax_ignore'>{''.join(items)}</ul>"
