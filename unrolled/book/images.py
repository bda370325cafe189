"""Images know their size, wait until they are near, and say in words what they show.

A browser keeps the place of an image whose size it knows, so that text does not jump. A figure without
an alternative text ends the build.
"""

from __future__ import annotations

import re
from pathlib import Path

import imagesize
from docutils import nodes
from sphinx.errors import SphinxError

from unrolled.book.place import place

_IMAGE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(r'\ssrc="([^"]*)"')


class ImageError(SphinxError):
    """An image that some readers cannot see."""

    category = "Image"


def complete(html, size_of):
    """Give the images of a page what browsers want to know about them.

    Arguments:
        html: the body of the page.
        size_of: a function that returns width and height in pixels for the address of an image, or
            `None`.

    Returns:
        The HTML with `width` and `height`, and with `loading="lazy"` on all images but the first.
    """
    images = iter(range(html.count("<img")))

    def mend(found):
        tag, more = found[0], ""
        size = size_of(_SOURCE.search(tag)[1])
        if size and " width=" not in tag and "width:" not in tag:
            more += f' width="{size[0]}" height="{size[1]}"'
        if next(images) and " loading=" not in tag:
            more += ' loading="lazy"'
        return re.sub(r"^<img", f"<img{more}", tag)

    return _IMAGE.sub(mend, html)


def _check(app, doctree, docname):
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            where = place(image, image["uri"])
            raise ImageError(f"{where}: a figure has no alternative text: {image['uri']}")
    for raw in doctree.findall(nodes.raw):
        for tag in _IMAGE.findall(raw.astext()):
            if not re.search(r'\salt="[^"]', tag):
                where = place(raw, tag)
                raise ImageError(f"{where}: an image has no alternative text: {tag[:80]}")


def _complete_page(app, pagename, templatename, context, doctree):
    sources = {name: source for source, name in app.builder.images.items()}

    def size_of(address):
        source = sources.get(address.rpartition("/")[2])
        size = imagesize.get(Path(app.srcdir, source)) if source else (-1, -1)
        return size if min(size) > 0 else None

    if context.get("body"):
        context["body"] = complete(context["body"], size_of)


def setup(app):
    """Register the check and the repair with Sphinx."""
    app.connect("doctree-resolved", _check)
    app.connect("html-page-context", _complete_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
