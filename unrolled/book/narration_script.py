"""What is read aloud of a chapter: passages of plain words, with the silence after each.

Prose, headings, captions and small tables are read. Formulas are put into words; one that is too long
to follow by ear is only announced. Code is announced and not read. What belongs to the eye alone, such as
the quiz, the bibliography and references in brackets, is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from docutils import nodes

from unrolled.book.element import element
from unrolled.book.spoken_mathematics import tidy
from unrolled.book.spoken_text import spoken_code, spoken_words

#: Silence in seconds after a heading, a paragraph, an item of a list or a row of a table.
AFTER_TITLE, AFTER_PARAGRAPH, AFTER_ITEM = 1.2, 0.8, 0.45
_LONGEST_FORMULA, _LONGEST_LINE = 120, 50  # words
_LONGEST_TABLE = 8  # rows
_SILENT = (
    nodes.raw,
    nodes.comment,
    nodes.citation,
    nodes.system_message,
    nodes.target,
    nodes.label,
)
_ENDS = re.compile(r"[.?!:;]\)?$")
# What is a thing in a formula and a word too many in a sentence.
_TWICE = re.compile(r"(?i)\b(the derivative|the entry|the sum|the product|the norm) \1\b")
_MEAN = re.compile(r"(?i)\b(mean|median|no) the (?=absolute|norm)")


@dataclass(frozen=True)
class Passage:
    """Words that are spoken in one go, and the silence after them in seconds."""

    words: str
    silence: float = AFTER_PARAGRAPH
    is_title: bool = False


class Script:
    """Turns the tree of a page into passages.

    Arguments:
        formula: a function that returns the words of a `math` or `math_block` node.
        number_of: a function that returns the number (str) of an equation or a figure, or "".
    """

    def __init__(self, formula, number_of=lambda node: ""):
        """Begin with nothing said."""
        self._formula, self._number_of = formula, number_of
        self._said, self._level, self._shown = [], 0, set()

    def passages(self, doctree):
        """Return what is read aloud of a page (list of `Passage`)."""
        self._block(doctree)
        return self._said

    def _say(self, words, silence=AFTER_PARAGRAPH, is_title=False):
        words = _MEAN.sub(r"\1 ", _TWICE.sub(r"\1", tidy(words))).replace(" an big ", " a big ")
        if re.search(r"\w", words):
            words = words if _ENDS.search(words) else f"{words}."
            self._said.append(Passage(words, silence, is_title))

    def _block(self, node):
        if isinstance(node, _SILENT):
            return None
        if isinstance(node, nodes.container) and node.get("nb_element") == "cell_code":
            return self._cell(node)
        for kind, read in self._READERS.items():
            if isinstance(node, kind):
                return read(self, node)
        for child in node.children:
            self._block(child)
        return None

    def _section(self, node):
        self._level += 1
        for child in node.children:
            self._block(child)
        self._level -= 1

    def _title(self, node):
        if isinstance(node.parent, nodes.section) and self._level > 1:
            start = "Section: " if self._level == 2 else ""
            if self._said:  # a longer silence before a section than before a paragraph
                last = self._said.pop()
                self._said.append(Passage(last.words, 1.6, last.is_title))
            self._say(start + self.inline(node), AFTER_TITLE, is_title=True)
        else:
            self._say(self.inline(node), AFTER_TITLE, is_title=True)

    def _paragraph(self, node):
        in_item = isinstance(node.parent, nodes.list_item)
        words = self.inline(node).strip()
        if not _ENDS.search(words) and isinstance(
            _after(node), (nodes.bullet_list, nodes.math_block)
        ):
            words = words.rstrip(",") + ":"  # the voice stays up
        self._say(words, AFTER_ITEM if in_item else AFTER_PARAGRAPH)

    def _math_block(self, node):
        number = self._number_of(node)
        words = self._formula(node)
        start = f"Equation {number}: " if number else ""
        longest = max(len(line.split()) for line in words.split(";"))
        if longest > _LONGEST_LINE or len(words.split()) > _LONGEST_FORMULA:
            name = start.strip(": ") or "A formula"
            self._say(f"{name} is on the page: it is too long to be read out")
        else:
            self._say(start + words)

    def _code(self, node):
        if isinstance(node, nodes.literal_block):
            self._say(_lines(node), AFTER_ITEM)

    def _cell(self, node):
        kinds = {child.get("nb_element"): child for child in node.children}
        source, output = kinds.get("cell_code_source"), kinds.get("cell_code_output")
        if source is not None and node.get("hide_mode") is None:
            shown = next(iter(source.findall(nodes.literal_block)), None)
            if shown is not None:
                self._say(_lines(shown), AFTER_ITEM)
        for child in output.children if output is not None else ():
            if not isinstance(child, nodes.literal_block):
                self._block(child)
            elif source is None:  # a drawing of the course, which says what it shows
                self._drawing(child.astext())

    def _drawing(self, shown):
        """Say what a drawing shows, without the sentences that an earlier one has said."""
        sentences = [one for one in re.split(r"(?<=\.)\s+", shown) if one not in self._shown]
        self._shown.update(sentences)
        self._say(f"A drawing: {spoken_words(' '.join(sentences))}")

    def _figure(self, node):
        captions = [child for child in node.children if isinstance(child, nodes.caption)]
        if captions:
            self._say(f"Figure {self._number_of(node)}: {self.inline(captions[0])}")
        else:
            for child in node.children:
                self._block(child)

    def _image(self, node):
        self._drawing(node.get("alt", ""))

    def _table(self, node):
        rows = [[self.inline(cell) for cell in row.children] for row in node.findall(nodes.row)]
        head = len(list(next(iter(node.findall(nodes.thead)), nodes.thead()).findall(nodes.row)))
        titles = [title for title in node.children if isinstance(title, nodes.title)]
        start = f"Table: {self.inline(titles[0])} " if titles else "A table. "
        columns = ", ".join(cell for cell in rows[0] if cell.strip()) if head else ""
        many = len(rows) - head
        self._say(start + (f"Its columns are {columns}." if columns else ""), AFTER_ITEM)
        if many > _LONGEST_TABLE:
            self._say(f"Its {many} rows are on the page")
            return
        for row in rows[head:]:
            self._say("; ".join(cell.strip() for cell in row if cell.strip()), AFTER_ITEM)

    def _element(self, node):
        kind = node["attributes"].get("class", "")
        if kind == "quiz":
            self._say("The questions are on the page")
        elif not kind.startswith("quiz"):
            for child in node.children:
                self._block(child)

    _READERS = {  # noqa: RUF012
        nodes.section: _section,
        nodes.title: _title,
        nodes.paragraph: _paragraph,
        nodes.term: _paragraph,
        nodes.math_block: _math_block,
        nodes.literal_block: _code,
        nodes.figure: _figure,
        nodes.image: _image,
        nodes.table: _table,
        element: _element,
    }

    def inline(self, node):
        """Return the words of what stands in one line or in one cell."""
        if isinstance(node, nodes.Text):
            return spoken_words(node.astext())
        if isinstance(node, nodes.literal):
            return f" {spoken_code(node.astext())} "
        if isinstance(node, (nodes.math, nodes.math_block)):
            words = self._formula(node)
            return f" {words}, " if len(words.split()) > 6 else f" {words} "
        if isinstance(node, nodes.reference) and node.get("refid", "").startswith("equation-"):
            number = node.astext().strip("()")
            return _named_equation(node, number)
        if isinstance(node, _SILENT) or _is_for_the_eye(node):
            return ""
        if isinstance(node, nodes.inline) and "bibtex-citation" in node["classes"]:
            return spoken_words(node.astext().partition("[")[0].strip())  # the authors, no year
        return "".join(self.inline(child) for child in node.children)


def _named_equation(node, number):
    """Return the words of a reference to an equation, after the words before it."""
    at = node.parent.index(node)
    before = node.parent[at - 1].astext() if at else ""
    if re.search(r"(?i)equations?\s*$", before):
        return number
    if re.search(r"\b(and|by|from|in|is|of|that|to|what|with)\s*$", before):
        return f"equation {number}"
    return f", equation {number}, "


def _after(node):
    """Return what follows a node on the page, or None."""
    at = node.parent.index(node) + 1
    while at < len(node.parent) and isinstance(node.parent[at], nodes.target):
        at += 1
    return node.parent[at] if at < len(node.parent) else None


def _is_for_the_eye(node):
    """Say whether this is a reference in brackets, or a link that repeats a section's title."""
    classes = node.get("classes", []) if isinstance(node, nodes.Element) else []
    in_brackets = "bibtex-citation" in classes and node.astext().startswith("[")
    return in_brackets or "outcomes-section" in classes


def _lines(block):
    many = sum(bool(line.strip()) for line in block.astext().splitlines())
    return "One line of code" if many == 1 else f"{many} lines of code"
