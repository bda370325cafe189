"""Drawings that a page of the web shows inline, as images of their own in the colours for paper.

E-book readers and LaTeX know neither CSS variables nor a page around the drawing. LaTeX knows no SVG at
all: there `rsvg-convert` makes a PDF of it, with its lines and letters.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms.images import ImageConverter

_SVG = re.compile(r"<svg\b.*?</svg>", re.S)
_STYLE = re.compile(r"(?<=<style>).*?(?=</style>)", re.S)
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_ID = re.compile(r' (?:id|aria-labelledby|aria-describedby)="[^"]*"')


def settled(svg):
    """Return a drawing of which no colour depends on a page around it.

    Arguments:
        svg: the SVG (str) of a `Diagram` of the course.
    """
    return _ID.sub("", _STYLE.sub(lambda sheet: _settled_sheet(sheet[0]), svg))


def _settled_sheet(sheet):
    """Write a rule for each ink in the place of one with a variable; the first colours are light."""
    colours, rules = {"ink": "currentColor"}, []
    for selectors, body in _RULE.findall(_MEDIA.sub("", sheet)):
        for name, colour in re.findall(r"--(\w+):(#\w+);?", body):
            colours.setdefault(name, colour)
        body = re.sub(r"--\w+:[^;]*;?", "", body)
        if "var(--ink)" in body:
            for name, colour in colours.items():
                each = ",".join(f"{one}.{name}" for one in selectors.split(","))
                rules.append(f"{each}{{{body.replace('var(--ink)', colour)}}}")
        elif body and "data-" not in selectors:
            rules.append(f"{selectors}{{{body}}}")
    return "".join(rules)


def words(svg):
    """Return what a drawing says of itself: its title and its description."""
    return " ".join(
        unescape(re.search(rf"<{name}[^>]*>(.*?)</{name}>", svg, re.S)[1]).rstrip(".") + "."
        for name in ("title", "desc")
    )


def _place(app, doctree):
    """Put an image in the place of each inline drawing, whatever the builder would have chosen."""
    folder = Path(app.doctreedir, "drawings")
    for raw in list(doctree.findall(nodes.raw)):
        found = _SVG.search(raw.astext())
        if not found:
            continue
        svg = settled(found[0])
        path = folder / f"{hashlib.sha256(svg.encode()).hexdigest()[:16]}.svg"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")
        uri = os.path.relpath(path, app.srcdir).replace(os.sep, "/")
        image = nodes.image(uri=uri, candidates={"*": uri}, alt=words(svg), align="center")
        app.env.images.add_file(app.env.docname, uri)
        _bundle(raw).replace_self(image)


def _bundle(node):
    """Return what holds all forms of what a cell has given, or the node where there is none."""
    above = node
    while above.parent is not None:
        above = above.parent
        if "nb_element" in above and above["nb_element"] == "mime_bundle":
            return above
    return node


class DrawingConverter(ImageConverter):
    """Makes a PDF of an SVG, for LaTeX."""

    conversion_rules = [("image/svg+xml", "application/pdf")]  # noqa: RUF012 (Sphinx's own name)

    def is_available(self):
        """Say that drawings can be made; without the program there is no book."""
        if shutil.which("rsvg-convert") is None:
            raise ExtensionError("no rsvg-convert, which Debian has in librsvg2-bin")
        return True

    def handle(self, node):
        """Convert the image, and leave room for text below it: it is a full page wide otherwise."""
        super().handle(node)
        node["width"] = "70%"

    def convert(self, _from, _to):
        """Make the PDF `_to` of the SVG `_from`."""
        subprocess.run(["rsvg-convert", "-f", "pdf", "-o", _to, _from], check=True, timeout=60)
        return True


def setup(app):
    """Register the change of drawings with Sphinx."""
    app.connect("doctree-read", _place)
    app.add_post_transform(DrawingConverter)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
