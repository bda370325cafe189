"""The site stays readable without a network: a service worker keeps every page on the device.

The worker is written when everything else of the site is, with the list of files and a digest of
each. It lies at the root of the site, so it serves the site under any path. `static/offline.js` starts it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

_WORKER = Path(__file__).parent / "templates" / "service-worker.js"
_KINDS = {".css", ".html", ".jpg", ".js", ".png", ".svg", ".webmanifest", ".webp", ".woff2", ".zip"}

#: The worker's name at the root of the site.
NAME = "service-worker.js"


def files(site):
    """Return what a reader needs of a built site.

    Arguments:
        site: the folder (Path) of its HTML.

    Returns:
        A short digest (str) of each file, by its path in the site. Recordings of sound are left out,
        which are heavy, and so are files of the theme that no page loads.
    """
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(site.rglob("*"))
        if path.suffix in _KINDS and _is_shown(name := path.relative_to(site).as_posix())
    }


def _is_shown(name):
    template = name.startswith("_static/") and name.endswith(".html")
    return name != NAME and not template and not name.startswith("_static/locales/")


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
