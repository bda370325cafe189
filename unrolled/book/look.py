"""The book's own style sheet and scripts, served beside the theme's."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_PACKAGE = Path(__file__).parent
_STATIC = _PACKAGE / "static"
_SHAPES_PAGES = {".css", ".html", ".js", ".py"}


def _add_folder(app, config):
    """Add the folder, and make a change in it, or in what writes the pages, one of the settings.

    Sphinx copies such files when it writes a page, and it writes all pages when a setting has changed.
    """
    config.html_static_path.append(str(_STATIC))
    paths = sorted(path for path in _PACKAGE.rglob("*") if path.suffix in _SHAPES_PAGES)
    files = b"".join(path.read_bytes() for path in paths)
    config.html_context["unrolled_look"] = hashlib.sha256(files).hexdigest()[:12]


def _name_from_the_book(app, config):
    """Name folders as seen from the book's own: Sphinx writes a digest of their names into the site.

    Without this the file `.buildinfo` differs from one place on a disk to the next.
    """
    for setting in ("html_static_path", "templates_path"):
        folders = getattr(config, setting)
        folders[:] = [os.path.relpath(Path(app.confdir, one), app.confdir) for one in folders]


def setup(app):
    """Register the style sheet, and the script that lets wide boxes be scrolled, with Sphinx."""
    app.connect("config-inited", _add_folder)
    app.connect("config-inited", _name_from_the_book, priority=900)  # when all have added theirs
    app.add_css_file("unrolled.css")
    app.add_js_file("scrolling.js", defer="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
