"""A mark for each chapter that its reader has finished, and a certificate when all are set.

The mark is a box at its end, and a sign beside it in the list of chapters. The marks are kept in the
reader's browser alone; `static/progress.js` does the work, and without scripts none of it is shown.
"""

from __future__ import annotations

from copy import deepcopy

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from unrolled.book.chapter import is_chapter
from unrolled.book.element import element
from unrolled.book.quiz_score import reading_order


def chapters(env):
    """Return the names of the pages that are chapters, in reading order."""
    return [page for page in reading_order(env) if is_chapter(env, page)]


def _mark(page, others, certificate):
    """Return the box that marks a chapter as finished, and where the script says what came of it.

    Arguments:
        page: the name of the chapter.
        others: the names of all chapters.
        certificate: the address of the page with the certificate, or "".
    """
    box = {"type": "checkbox", "id": "chapter-finished"}
    label = element("label", {"for": box["id"]}, [nodes.Text("I have finished this chapter")])
    block = {"class": "chapter-mark", "hidden": True, "data-page": page}
    block |= {"data-chapters": " ".join(others), "data-certificate": certificate}
    row = element("div", {"class": "chapter-mark-row"}, [element("input", box), label])
    return element("div", block, [row, element("p", {"role": "status"})])


class CertificateDirective(SphinxDirective):
    """A certificate that the reader fills in and prints when every chapter has its mark."""

    def run(self):
        """Return the block; the names of the chapters are put in when all pages have been read."""
        self.env.metadata[self.env.docname]["certificate"] = True
        box = {"type": "text", "id": "certificate-name", "autocomplete": "name"}
        label = element(
            "label", {"for": box["id"]}, [nodes.Text("Your name, as it is to be printed")]
        )
        button = element("button", {"type": "button"}, [nodes.Text("Print")])
        form = element("div", {"class": "certificate-form", "hidden": True})
        form += [label, element("input", box), button]
        return [
            element("p", {"class": "certificate-state", "role": "status"}),
            form,
            element("div", {"class": "certificate"}),
        ]


def _sheet(app, page):
    """Return what is printed: the script fills in the name and the dates."""
    title = app.config.html_title
    listed = element("ol")
    for chapter in chapters(app.env):
        uri = app.builder.get_relative_uri(page, chapter)
        words = deepcopy(app.env.titles[chapter].children)
        link = nodes.inline("", "", nodes.reference("", "", *words, refuri=uri, internal=True))
        date = element("span", {"class": "certificate-date"})
        listed += element("li", {"data-page": chapter}, [link, date])
    name = element("p", {"class": "certificate-name"})
    return [
        element("p", {"class": "certificate-head"}, [nodes.Text("Record of completion")]),
        name,
        element("p", {}, [nodes.Text(f"has finished every chapter of the course {title}:")]),
        listed,
        element("p", {"class": "certificate-day"}),
        element("p", {"class": "certificate-note"}, [nodes.Text(_NOTE)]),
    ]


_NOTE = (
    "This is the reader's own record, made from marks that the reader set. Nobody has examined it."
)


def _fill(app, doctree, page):
    if app.builder.format != "html":
        return
    data, known = app.env.metadata, chapters(app.env)
    if page in known:
        certificates = [other for other in sorted(data) if data[other].get("certificate")]
        address = app.builder.get_relative_uri(page, certificates[0]) if certificates else ""
        title = next(iter(doctree.findall(nodes.title)))
        title.parent += _mark(page, known, address)
    for node in list(doctree.findall(element)):
        if node["attributes"].get("class") == "certificate":
            node += _sheet(app, page)


def _write_again(app, env):
    """Name the chapters and the pages with a certificate, where one of them has come, gone or changed."""
    known = [(page, env.titles[page].astext()) for page in chapters(env)]
    if getattr(env, "unrolled_chapters", None) == known:
        return []
    env.unrolled_chapters = known
    certificates = [page for page, data in env.metadata.items() if data.get("certificate")]
    return [*(page for page, _ in known), *certificates]


def _add_script(app, pagename, templatename, context, doctree):
    if app.env.metadata.get(pagename, {}).get("certificate"):
        app.add_js_file("certificate.js", defer="defer")
        app.add_css_file("certificate.css")


def setup(app):
    """Register the marks, the directive and the scripts with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.setup_extension("unrolled.book.look")
    app.setup_extension("unrolled.book.quiz_score")
    app.add_directive("certificate", CertificateDirective)
    app.add_js_file("progress.js", defer="defer")
    app.connect("doctree-resolved", _fill)
    app.connect("env-updated", _write_again)
    app.connect("html-page-context", _add_script, priority=600)  # the sheet of quizzes comes first
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
