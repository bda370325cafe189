"""The book without a browser: what is read in an e-book reader or on paper.

`conf.py` has the settings. Here is what settings cannot do: a quiz as plain text with its key, nothing
where a web page keeps a score or shows a way into the site, and no code that the web page folds.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.transforms.post_transforms import SphinxPostTransform

from unrolled.book.forms import SOURCES, sources_digest
from unrolled.book.printed.quiz import PrintedQuizDirective

_LEFT_OUT = (
    "This is the book without its web site. Code that a page of the site keeps folded, because it only "
    "draws a figure, fills a table or prepares numbers, is left out here, so what is printed does not "
    "run by itself: the sources of the book hold all of it. A quiz ends with its answers."
)


class BibliographyList(SphinxPostTransform):
    """Shows what a chapter cites as a list at its end, without labels: the text names author and year."""

    default_priority = 6  # 5 makes the citations, and LaTeX would later move them to the end

    def run(self):
        """Put a list in the place of each group of citations."""
        for box in list(self.document.findall(nodes.container)):
            if any(isinstance(entry, nodes.citation) for entry in box.children):
                entries = (nodes.list_item("", *one[1:], ids=one["ids"]) for one in box.children)
                listed = nodes.bullet_list("", *entries)
                box.replace_self(nodes.container("", listed, classes=["bibliography"]))


class NothingDirective(Directive):
    """What has no use without a browser."""

    def run(self):
        """Return no node."""
        return []


def _without_web(app, doctree):
    """Leave out code that a web page shows only on demand, and the cards of the first page."""
    for box in list(doctree.findall(nodes.container)):
        if box.get("design_component") == "grid-container":
            box.replace_self(nodes.paragraph("", _LEFT_OUT))
        elif "tag_hide-input" in box["classes"]:
            for part in list(box.children):
                if "cell_input" in part["classes"]:
                    box.remove(part)


def _say_of_what(app, exception):
    """Say beside the book of which text it was made: the site offers no other."""
    if exception is None:
        digest = sources_digest(Path(app.srcdir))
        Path(app.outdir, SOURCES).write_text(digest, encoding="utf-8")


def setup(app):
    """Register the directives and the builders with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.setup_extension("unrolled.book.printed.cover")
    app.setup_extension("unrolled.book.printed.drawings")
    app.setup_extension("unrolled.book.printed.epub")
    app.setup_extension("unrolled.book.printed.latex")
    app.add_directive("quiz", PrintedQuizDirective)
    app.add_directive("quiz-score", NothingDirective)
    app.add_directive("other-forms", NothingDirective)
    app.add_post_transform(BibliographyList)
    app.connect("doctree-read", _without_web)
    app.connect("build-finished", _say_of_what)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
