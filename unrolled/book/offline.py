"""The site stays readable without a network: a service worker keeps every page on the device.

The worker is written when everything else of the site is, with the list of files and a digest of
each. It lies at the root of the site, so it serves the site under any path. `static/offline.js` starts it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from unrolled.book.served import loaded

_WORKER = Path(__file__).parent / "templates" / "service-worker.js"
_KINDS = {".css", ".html", ".jpg", ".js", ".png", ".svg", ".webmanifest", ".webp", ".woff2", ".zip"}
_LOADED = {".css", ".html", ".js"}  # below `_static/` these are of use where a page names them

#: The worker's name at the root of the site.
NAME = "service-worker.js"


def files(site):
    """Return what a reader needs of a built site.

    Arguments:
        site: the folder (Path) of its HTML.

    Returns:
        A short digest (str) of each file, by its path in the site. Recordings of sound are left out,
        which are heavy, and so are style sheets, scripts and templates of the theme that no page loads.
    """
    found = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*"))}
    found = {name: path for name, path in found.items() if path.suffix in _KINDS and name != NAME}
    html = "".join(path.read_text("utf-8") for path in found.values() if path.suffix == ".html")
    named = loaded(html)
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for name, path in found.items()
        if path.suffix not in _LOADED
        or not name.startswith("_static/")
        or name.removeprefix("_static/") in named
    }


def write_worker(site):
    """Write the service worker of a built site; it is the same for the same files.

    Arguments:
        site: the folder (Path) of its HTML.
    """
    kept = files(site)
    listed = json.dumps(kept, indent=0, ensure_ascii=False, sort_keys=True)
    version = hashlib.sha256(listed.encode()).hexdigest()[:12]
    text = _WORKER.read_text(encoding="utf-8")
    text = text.replace("{version}", version).replace("{files}", listed)
    (site / NAME).write_text(text, encoding="utf-8")


def _write(app, exception):
    if exception is None and app.builder.format == "html":
        write_worker(Path(app.outdir))


def setup(app):
    """Write the worker after all that other extensions put into the site."""
    app.setup_extension("unrolled.book.look")
    app.add_js_file("offline.js", defer="defer")
    app.connect("build-finished", _write, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
