"""The book's own style sheet and scripts, served beside the theme's."""

from __future__ import annotations

import os
from pathlib import Path

_STATIC = Path(__file__).parent / "static"


def _add_folder(app, config):
    config.html_static_path.append(str(_STATIC))


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
