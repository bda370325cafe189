"""A player at the top of each chapter that has been read aloud by `make audio`, and none elsewhere.

A recording of another text than the page shows is not offered. The recordings lie beside the site's
folder, in `_build/audio/`. The build copies them into the site. The player is the browser's own; nothing
of a recording is loaded before a reader asks for it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util.osutil import relative_uri

from unrolled.book.element import element
from unrolled.book.execution import modules_digest

_FOLDER = "audio"


def recordings(folder):
    """Return what has been recorded.

    Arguments:
        folder: where `make audio` has put it (Path).

    Returns:
        By the name of the page: digests, length in seconds and size in bytes (dict).
    """
    found = {}
    for path in sorted(folder.rglob("*.mp3")):
        data = path.with_suffix(".json")
        if data.is_file():
            page = path.relative_to(folder).with_suffix("").as_posix()
            known = json.loads(data.read_text(encoding="utf-8"))
            found[page] = {**known, "size": path.stat().st_size}
    return found


def source_digest(path):
    """Return a short digest (str) of what a page is made of: its file, and what its code imports.

    `make audio` writes it beside a recording. What a page takes from others, the titles that its links
    show, is not in it.

    Arguments:
        path: the file of the page.
    """
    content = Path(path).read_bytes() + modules_digest().encode()
    return hashlib.sha256(content).hexdigest()[:16]


def player(address, seconds, size):
    """Return a player for a recording, under a line that says how long and how large it is.

    Arguments:
        address: where the recording is, as seen from the page.
        seconds: its length.
        size: its length in bytes.
    """
    minutes = max(1, round(seconds / 60))
    length = "1 minute" if minutes == 1 else f"{minutes} minutes"
    words = f"Listen to this chapter: {length}, {size / 1e6:.1f} MB, read by a machine."
    label = element("p", {"id": "listen-label"}, [nodes.Text(words)])
    attributes = {"controls": True, "preload": "none", "src": address}
    sound = element("audio", attributes | {"aria-labelledby": "listen-label"})
    return element("div", {"class": "listen"}, [label, sound])


def _is_site(app):
    """Say whether a site is built; an EPUB is HTML too, and holds no recordings."""
    return app.builder.name == "html"


def _known(app):
    """Return the recordings (dict) of the text that the pages show."""
    if not _is_site(app):
        return {}
    found = recordings(Path(app.outdir).parent / _FOLDER)
    known = {page: one for page, one in found.items() if page in app.env.found_docs}
    return {page: one for page, one in known.items() if one.get("source") == _source(app, page)}


def _source(app, page):
    return source_digest(app.env.doc2path(page))


def _show(app, doctree, page):
    one = app.env.unrolled_recordings.get(page) if _is_site(app) else None
    title = next(iter(doctree.findall(nodes.title)), None)
    if one and title is not None:
        at = title.parent.index(title) + 1
        after = title.parent[at] if at < len(title.parent) else None
        if isinstance(after, element) and after["attributes"].get("class") == "reading-time":
            at += 1
        address = relative_uri(app.builder.get_target_uri(page), f"{_FOLDER}/{page}.mp3")
        title.parent.insert(at, player(address, one["seconds"], one["size"]))


def _write_again(app, env):
    """Name the pages whose recording has come, changed or gone since they were written."""
    if not _is_site(app):
        return []
    known, before = _known(app), getattr(env, "unrolled_recordings", {})
    env.unrolled_recordings = known
    changed = {page for page in {*known, *before} if known.get(page) != before.get(page)}
    return sorted(changed & env.found_docs)


def _copy(app, exception):
    if exception is not None or not _is_site(app):
        return
    target = Path(app.outdir, _FOLDER)
    shutil.rmtree(target, ignore_errors=True)
    for page in app.env.unrolled_recordings:
        path = target / f"{page}.mp3"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(app.outdir).parent / _FOLDER / f"{page}.mp3", path)


def setup(app):
    """Register the player with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.setup_extension("unrolled.book.look")
    app.connect("doctree-resolved", _show)
    app.connect("env-updated", _write_again)
    app.connect("build-finished", _copy)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
