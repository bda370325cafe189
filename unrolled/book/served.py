"""Files that the site serves beside the pages, and what the pages of the site hold."""

from __future__ import annotations

from pathlib import Path


def serve(app, name, content):
    """Put a file that the build has made into the site's `_static/` folder.

    Arguments:
        app: the Sphinx application.
        name: the path of the file below `_static/`.
        content: its bytes.
    """
    path = Path(app.outdir, "_static", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def pages(app):
    """Return the HTML (str) of all pages of the built site, one after the other."""
    paths = sorted(Path(app.outdir).rglob("*.html"))
    paths = [path for path in paths if "_static" not in path.parts]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
