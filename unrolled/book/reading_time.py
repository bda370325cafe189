"""How long a chapter takes to read, counted from its prose, its mathematics and its code.

The rule: prose is read at 238 words a minute, which is the mean of adults who read English non-fiction
silently. A formula or a line of code is read as if aloud, each symbol and each name a word, at the mean
of those who read aloud, 183 words a minute. Both figures are from Brysbaert, "How many words do we read
per minute? A review and meta-analysis of reading rate", Journal of Memory and Language 109 (2019),
104047. That symbols take as long as spoken words is our own assumption.

Captions count as prose. What a cell printed, the quiz and the list of references do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from docutils import nodes

from unrolled.book.chapter import is_chapter
from unrolled.book.element import element

SILENTLY, ALOUD = 238, 183  # words a minute

_WORD = re.compile(r"\w[\w'’-]*")
# A name such as \alpha, a number, a letter or a sign. What only sets the place of others is not spoken.
_SYMBOL = re.compile(r"\\[A-Za-z]+|[0-9.]+|[A-Za-z]|[^\s\\{}_^&]")
_SILENT = re.compile(
    r"\\(?:begin|end)\{\w+\*?\}|\\(?:big|Big|left|right|bigl|bigr|quad|qquad)\b|\\\\"
)
_SKIPPED = (nodes.raw, nodes.comment, nodes.citation, nodes.system_message)


@dataclass
class Tally:
    """What there is to read: words of prose, symbols of formulas, names and numbers in code."""

    words: int = 0
    formulas: int = 0
    symbols: int = 0
    lines: int = 0
    names: int = 0

    @property
    def minutes(self):
        """The time to read it, in whole minutes, at least one."""
        return max(1, round(self.words / SILENTLY + (self.symbols + self.names) / ALOUD))

    def __str__(self):
        """Say it in words, for who wants to plan."""

        def several(n, one):
            return f"{n:,} {one if n == 1 else one + 's'}"

        parts = [several(self.words, "word")]
        parts += [several(self.formulas, "formula")] if self.formulas else []
        parts += [f"{several(self.lines, 'line')} of code"] if self.lines else []
        return f"About {several(self.minutes, 'minute')} to read: {', '.join(parts)}."


def tally(node):
    """Return the `Tally` of a docutils node and all that is in it."""
    found = Tally()
    _count(node, found)
    return found


def _count(node, found):
    if isinstance(node, _SKIPPED) or _is_quiz(node):
        return
    if isinstance(node, (nodes.math, nodes.math_block)):
        found.formulas += 1
        found.symbols += len(_SYMBOL.findall(_SILENT.sub(" ", node.astext())))
    elif isinstance(node, (nodes.literal_block, nodes.literal)):
        text = node.astext()
        found.names += len(_WORD.findall(text))
        if isinstance(node, nodes.literal_block):
            found.lines += sum(bool(line.strip()) for line in text.splitlines())
    elif isinstance(node, nodes.Text):
        found.words += len(_WORD.findall(node.astext()))
    elif isinstance(node, nodes.container) and "cell_output" in node["classes"]:
        for caption in node.findall(nodes.caption):
            _count_inside(caption, found)
    else:
        _count_inside(node, found)


def _count_inside(node, found):
    for child in node.children:
        _count(child, found)


def _is_quiz(node):
    return isinstance(node, element) and node["attributes"].get("class", "").startswith("quiz")


def _show(app, doctree, page):
    """Write the time under the title of a chapter."""
    if app.builder.format == "html" and is_chapter(app.env, page):
        title = next(iter(doctree.findall(nodes.title)))
        line = element("p", {"class": "reading-time"}, [nodes.Text(str(tally(doctree)))])
        title.parent.insert(title.parent.index(title) + 1, line)


def setup(app):
    """Count when all that a page shows is in its place, before others add to it."""
    app.setup_extension("unrolled.book.element")
    app.connect("doctree-resolved", _show, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
