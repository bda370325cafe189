"""An EPUB 3 with MathML, which e-book readers typeset and read out themselves."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.builders.epub3 import Epub3Builder

from unrolled.book.accessible import mend
from unrolled.book.mathematics import Mathematics


class BookBuilder(Epub3Builder):
    """Sphinx's EPUB, which also says which of its pages hold MathML, as the standard asks."""

    @property
    def html_tag(self):
        """The first tag of a page, with its language."""
        return Epub3Builder.html_tag.replace(" ", f' lang="{self.config.language}" ', 1)

    def build_content(self):
        """Write the list of files."""
        super().build_content()
        path = Path(self.outdir, "content.opf")
        path.write_text(declared(path.read_text(encoding="utf-8"), self._has_mathml), "utf-8")

    def _has_mathml(self, name):
        return "<math" in Path(self.outdir, name).read_text(encoding="utf-8")


def declared(listing, has_mathml):
    """Return the list of files of an EPUB with the pages that hold MathML marked.

    Arguments:
        listing: the XML of `content.opf`.
        has_mathml: a function that says it of the name of a page.
    """

    def mark(found):
        return f'{found[1]} properties="mathml" />' if has_mathml(found[2]) else found[0]

    return re.sub(r'(<item id="[^"]*" href="([^"]*\.xhtml)" media-type="[^"]*") />', mark, listing)


# What a table of pandas and KaTeX write and XHTML or MathML do not allow.
_FAULTS = re.compile(r'<style scoped>.*?</style>| border="1"| columnspacing=""', re.S)


def _is_own(sheet):
    """Say whether a style sheet is the book's: those of Sphinx and its extensions are for web pages."""
    return sheet.endswith(("/pygments.css", "/book.css"))


def _mend_page(app, pagename, templatename, context, doctree):
    context["css_files"] = [one for one in context["css_files"] if _is_own(str(one.filename))]
    if context.get("body"):
        context["body"] = _FAULTS.sub("", mend(context["body"]))


def setup(app):
    """Register the builder and the renderer with Sphinx."""
    mathematics = Mathematics("mathml")
    app.add_builder(BookBuilder, override=True)
    app.add_html_math_renderer("mathml", (mathematics.inline, None), (mathematics.block, None))
    app.connect("html-page-context", _mend_page)
    app.connect("build-finished", mathematics.close)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
