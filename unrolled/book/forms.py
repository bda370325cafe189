"""The book's other forms, for e-book readers and for paper, offered on the site where they have been made.

`make epub` and `make pdf` leave them beside the site's folder. The `{other-forms}` directive becomes a line
with links to them, and nothing where there are none, or where they were made of another text. The build
copies them into the site; the service worker leaves them out, so that they are fetched when asked for.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from unrolled.book.element import element
from unrolled.book.execution import modules_digest

#: What each form is for, by the name of its file below `_build/`.
FORMS = {
    "epub/unrolled.epub": "an EPUB for e-book readers",
    "pdf/unrolled.pdf": "a PDF for paper",
}
#: The file beside a form that says of what it was made.
SOURCES = "sources.txt"
_FOLDER = "forms"
_WRITTEN = ("_toc.yml", "index.md", "chapters/*.md", "chapters/*.bib", "chapters/quizzes/*.yml")


def sources_digest(root):
    """Return a short digest (str) of all that is written for the book.

    Arguments:
        root: the folder (Path) with `_toc.yml`.
    """
    digest = hashlib.sha256(modules_digest().encode())
    for path in sorted({path for pattern in _WRITTEN for path in root.glob(pattern)}):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def forms(build, digest):
    """Return the forms that have been made of a text.

    Arguments:
        build: the folder (Path) that all builders write into.
        digest: that of the text.

    Returns:
        The files (list of Path).
    """
    paths = [build / name for name in FORMS]
    return [path for path in paths if path.is_file() and _made_of(path) == digest]


def _made_of(path):
    known = path.with_name(SOURCES)
    return known.read_text(encoding="utf-8") if known.is_file() else ""


class OtherFormsDirective(SphinxDirective):
    """The place of the links."""

    def run(self):
        """Return the place; what stands there is known when the page is written."""
        self.env.metadata[self.env.docname]["other_forms"] = True
        return [element("p", {"class": "other-forms"})]


def _known(app):
    if app.builder.name != "html":
        return []
    return forms(Path(app.outdir).parent, sources_digest(Path(app.srcdir)))


def _show(app, doctree, page):
    for place in list(doctree.findall(element)):
        if place["attributes"].get("class") == "other-forms":
            parts = [_link(app, page, path) for path in _known(app)]
            words = ["The whole book also comes as ", " and as "]
            for before, link in zip(words, parts, strict=False):
                place += [nodes.Text(before), link]
            if parts:
                place += nodes.Text(".")
            else:
                place.parent.remove(place)


def _link(app, page, path):
    name = FORMS[f"{path.parent.name}/{path.name}"]
    address = relative_uri(app.builder.get_target_uri(page), f"{_FOLDER}/{path.name}")
    words = f"{name} ({path.stat().st_size / 1e6:.1f} MB)"
    return element("a", {"href": address}, [nodes.Text(words)])


def _write_again(app, env):
    """Name the pages with such links when a form has come, changed or gone."""
    known = [(path.name, path.stat().st_size) for path in _known(app)]
    if app.builder.name != "html" or getattr(env, "unrolled_forms", []) == known:
        return []
    env.unrolled_forms = known
    return [page for page, data in env.metadata.items() if data.get("other_forms")]


def _copy(app, exception):
    if exception is not None or app.builder.name != "html":
        return
    target = Path(app.outdir, _FOLDER)
    shutil.rmtree(target, ignore_errors=True)
    for path in _known(app):
        target.mkdir(exist_ok=True)
        shutil.copyfile(path, target / path.name)


def setup(app):
    """Register the directive and the files with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.add_directive("other-forms", OtherFormsDirective)
    app.connect("doctree-resolved", _show)
    app.connect("env-updated", _write_again)
    app.connect("build-finished", _copy)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
