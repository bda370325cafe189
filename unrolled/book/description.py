"""What search engines show of a page: its title, and below it its first paragraph, in a line.

The front page, which has the title of the book, says in its title what the book is. A page may say its
own description (`myst: html_meta: description:` at its head); a page that Sphinx makes has that of the
book, `unrolled_description`.
"""

from __future__ import annotations

from html import escape

from docutils import nodes

_LONGEST = 160  # what search engines show, about


def shortened(text, longest=_LONGEST):
    """Return the sentences of a text (str) that fit, or the words of the first that do."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    sentences = text[:longest].rpartition(". ")[0]
    return f"{sentences}." if sentences else text[: longest - 1].rpartition(" ")[0] + "…"


def _describe(app, pagename, templatename, context, doctree):
    if pagename == app.config.root_doc:
        words = filter(None, [app.config.html_title, app.config.unrolled_description])
        context["front_title"] = ": ".join(words)
    tags = context.get("metatags", "")
    if 'name="description"' in tags:
        return
    words = app.config.unrolled_description
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        if not next(paragraph.findall(nodes.math), None):
            words = paragraph.astext()
            break
    tag = f'<meta name="description" content="{escape(shortened(words))}"/>'
    context["metatags"] = f"{tags}\n{tag}"


def setup(app):
    """Register the description of pages with Sphinx."""
    app.setup_extension("unrolled.book.installable")  # has the setting
    app.connect("html-page-context", _describe)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
