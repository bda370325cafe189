"""What a phone or a computer needs to install the book as a program: a manifest and icons.

The icon is a recurrent network, unrolled over three steps. Its shapes stand here once; SVG and PNG are
drawn from them while the book is built.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from unrolled.book.served import serve

INK, LINE, ACCENT = "#14304f", "#ffffff", "#f2a65a"
#: Lines `(x1, y1, x2, y2)` and discs `(x, y, radius, colour)`, on a square of 64. What matters lies in the
#: middle: a system may cut the corners off.
LINES = [(14, 32, 50, 32), *((x, 20, x, 44) for x in (18, 32, 46))]
DISCS = [(18, 32, 5, LINE), (32, 32, 5, LINE), (46, 32, 5, ACCENT)]
_WIDTH = 2.5
_FINE = 4  # drawn so much larger, then made smaller, for smooth edges


def svg():
    """Return the icon as SVG (str), with round corners."""
    lines = "".join(f'<path d="M{x1} {y1}L{x2} {y2}"/>' for x1, y1, x2, y2 in LINES)
    discs = "".join(f'<circle cx="{x}" cy="{y}" r="{r}" fill="{c}"/>' for x, y, r, c in DISCS)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="12" fill="{INK}"/>'
        f'<g stroke="{LINE}" stroke-width="{_WIDTH}">{lines}</g>{discs}</svg>'
    )


def png(size):
    """Return the icon as PNG (bytes), `size` pixels wide and high, filled to its corners."""
    from PIL import Image, ImageDraw

    scale = size * _FINE / 64
    image = Image.new("RGB", (size * _FINE, size * _FINE), INK)
    draw = ImageDraw.Draw(image)
    for line in LINES:
        draw.line([x * scale for x in line], fill=LINE, width=round(_WIDTH * scale))
    for x, y, r, colour in DISCS:
        box = [(x - r) * scale, (y - r) * scale, (x + r) * scale, (y + r) * scale]
        draw.ellipse(box, fill=colour)
    file = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).quantize(32).save(file, "PNG")
    return file.getvalue()


def manifest(title, description):
    """Return the web manifest (str); its addresses hold wherever the site is.

    Arguments:
        title: the name of the book.
        description: what it is, in a sentence.
    """
    folder = "_static/icons/"
    icons = [{"src": f"{folder}unrolled.svg", "sizes": "any", "type": "image/svg+xml"}]
    for size in (192, 512):
        sizes = {"sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        icons.append({"src": f"{folder}unrolled-{size}.png", **sizes})
    content = {
        "name": title,
        "short_name": title,
        "description": description,
        "lang": "en",
        "id": "./",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": INK,
        "icons": icons,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _add_links(app, pagename, templatename, context, doctree):
    """Name the icons in the head of a page; `static/offline.js` adds the manifest."""
    tags = [f'<meta name="theme-color" content="{INK}"/>']
    for rel, icon in (("icon", "unrolled.svg"), ("apple-touch-icon", "unrolled-192.png")):
        address = context["pathto"](f"_static/icons/{icon}", 1)
        tags.append(f'<link rel="{rel}" href="{address}"/>')
    # Pages that Sphinx makes by itself have no such tags yet.
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _write(app, exception):
    if exception is None and app.builder.format == "html":
        text = manifest(app.config.html_title, app.config.unrolled_description)
        Path(app.outdir, "manifest.webmanifest").write_text(text, encoding="utf-8")
        serve(app, "icons/unrolled.svg", svg().encode())
        for size in (192, 512):
            serve(app, f"icons/unrolled-{size}.png", png(size))


def setup(app):
    """Register the setting, the links and the files with Sphinx."""
    app.add_config_value("unrolled_description", "", "html", str)
    app.connect("html-page-context", _add_links)
    app.connect("build-finished", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
