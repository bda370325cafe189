"""The book's own style sheet and scripts, served beside the theme's."""

from __future__ import annotations

from pathlib import Path

_STATIC = Path(__file__).parent / "static"


def _add_folder(app, config):
    config.html_static_path.append(str(_STATIC))


def setup(app):
    """Register the style sheet with Sphinx."""
    app.connect("config-inited", _add_folder)
    app.add_css_file("unrolled.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
