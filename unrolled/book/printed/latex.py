"""The book on paper: the parts of the table of contents, and a start that counts as no chapter."""

from __future__ import annotations

import re

from docutils import nodes

_PART = re.compile(r"^Part \w+ · ")


def _arrange(app, doctree, page):
    """Arrange the one tree that LaTeX is given: what the first page says, then parts with chapters."""
    if app.builder.name != "latex" or page != app.config.root_doc:
        return
    _tell_latex(doctree)
    book = next(doctree.findall(nodes.section))
    title, *rest = book.children
    trees = [node for node in rest if "toctree-wrapper" in node.get("classes", [])]
    about = nodes.section("", nodes.title("", "About this book"), ids=["about-this-book"])
    about += [node for node in rest if node not in trees]
    book.children = []
    book += [title, _latex(r"\setcounter{secnumdepth}{-2}"), about]
    started = False
    for tree, listed in zip(trees, app.config.external_site_map.root.subtrees, strict=True):
        if _PART.match(listed.caption):
            if not started:
                book += _latex(r"\setcounter{secnumdepth}{1}\setcounter{chapter}{0}")
            started = True
            book += _latex(rf"\part{{{_PART.sub('', listed.caption)}}}")
        book += tree


def _tell_latex(doctree):
    """Say in LaTeX's way what an entry is called and how wide the columns of a table are."""
    for entry in doctree.findall(nodes.list_item):
        if entry["ids"]:
            entry[0].insert(0, nodes.target(ids=entry["ids"]))
    for table in doctree.findall(nodes.table):
        if "outcome-map" in table["classes"]:
            table["classes"].append("colwidths-given")
            for column, width in zip(table.findall(nodes.colspec), (45, 25, 6, 24), strict=True):
                column["colwidth"] = width
            for words in list(table.findall(nodes.Text)):  # in a column headed "Quiz"
                if words.startswith("question "):
                    words.parent.replace(words, nodes.Text(words.removeprefix("question ")))


def _latex(text):
    return nodes.raw("", f"\n{text}\n", format="latex")


def setup(app):
    """Arrange the tree when all that it refers to is known."""
    app.connect("doctree-resolved", _arrange)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
