"""Files that the site serves beside the pages, and what the pages of the site hold."""

from __future__ import annotations

import re
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


def page_paths(app):
    """Return the paths (list of Path) of all pages of the built site."""
    paths = sorted(Path(app.outdir).rglob("*.html"))
    return [path for path in paths if "_static" not in path.parts]


def pages(app):
    """Return the HTML (str) of all pages of the built site, one after the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in page_paths(app))


def loaded(html):
    """Return the paths below `_static/` (set of str) of the files that some HTML names."""
    return set(re.findall(r'(?:href|src)="[^"]*?_static/([^"?]+)', html))


def scripts(app):
    """Return the text (str) of all scripts below `_static/` that some page loads."""
    names = sorted(name for name in loaded(pages(app)) if name.endswith(".js"))
    return "\n".join(Path(app.outdir, "_static", x).read_text(encoding="utf-8") for x in names)
