"""An EPUB 3 with MathML, which e-book readers typeset and read out themselves."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from sphinx.builders.epub3 import Epub3Builder, NavPoint

from unrolled.book.accessible import mend
from unrolled.book.mathematics import Mathematics
from unrolled.book.printed.cover import PNG


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

    def build_navlist(self, navnodes):
        """Return the table of contents, in parts as `_toc.yml` has them."""
        entries, grouped = super().build_navlist(navnodes), []
        part_of = _parts(self.config.external_site_map)
        for entry in entries:
            part = part_of.get(entry.refuri.partition("#")[0].removesuffix(self.out_suffix))
            if part is None:
                grouped.append(entry)
            elif grouped and grouped[-1].text == part:
                grouped[-1].children.append(entry)
            else:
                grouped.append(NavPoint(part, entry.refuri, [entry]))
        return grouped

    def build_epub(self):
        """Write the archive, without the times at which its files were written."""
        super().build_epub()
        path = Path(self.outdir, f"{self.config.epub_basename}.epub")
        with ZipFile(path) as archive:
            files = [(one, archive.read(one)) for one in archive.infolist()]
        with ZipFile(path, "w") as archive:
            for one, data in files:
                archive.writestr(ZipInfo(one.filename), data, one.compress_type)

    def _has_mathml(self, name):
        return "<math" in Path(self.outdir, name).read_text(encoding="utf-8")


def _parts(site_map):
    """Return the caption of the part (str) of each chapter, by its name; the start has none."""
    trees = [tree for tree in site_map.root.subtrees if tree.caption.startswith("Part ")]
    return {str(item): tree.caption for tree in trees for item in tree.items}


def declared(listing, has_mathml):
    """Return the list of files of an EPUB with the cover and the pages that hold MathML marked.

    Arguments:
        listing: the XML of `content.opf`.
        has_mathml: a function that says it of the name of a page.
    """

    def mark(found):
        return f'{found[1]} properties="mathml" />' if has_mathml(found[2]) else found[0]

    listing = re.sub(rf'(href="_static/{PNG}"[^>]*) />', r'\1 properties="cover-image" />', listing)
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
