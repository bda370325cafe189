"""The front page offers the EPUB and the PDF that were made of the text it shows, and no others."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.utils import new_document

from unrolled.book import forms
from unrolled.book.element import element


@pytest.fixture
def app(tmp_path):
    """What Sphinx hands to an extension, for a book of one page and a builder of a site."""
    (tmp_path / "index.md").write_text("# A book\n")
    (tmp_path / "_build" / "html").mkdir(parents=True)
    builder = SimpleNamespace(name="html", get_target_uri=lambda page: f"{page}.html")
    return SimpleNamespace(builder=builder, srcdir=tmp_path, outdir=tmp_path / "_build" / "html")


def _make(app, name, sources=None):
    path = app.outdir.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"b" * 1_250_000)
    sources = sources or forms.sources_digest(app.srcdir)
    (path.parent / forms.SOURCES).write_text(sources)


def _page(app, name="index"):
    """Return what a page says, and where its links lead."""
    document = new_document("")
    document += [nodes.paragraph("", "Before."), element("p", {"class": "other-forms"})]
    forms._show(app, document, name)
    links = [one["attributes"].get("href") for one in document.findall(element)]
    return document.astext().split("\n\n"), [link for link in links if link]


def test_both_forms_are_offered_with_their_size_and_lie_on_the_site(app):
    _make(app, "epub/unrolled.epub")
    _make(app, "pdf/unrolled.pdf")
    said, links = _page(app)
    assert "".join(said[1:]) == (
        "The whole book also comes as an EPUB for e-book readers (1.2 MB) "
        "and as a PDF for paper (1.2 MB)."
    )
    assert links == ["forms/unrolled.epub", "forms/unrolled.pdf"]
    assert _page(app, "chapters/one")[1] == ["../forms/unrolled.epub", "../forms/unrolled.pdf"]
    forms._copy(app, None)
    assert all((app.outdir / link).stat().st_size == 1_250_000 for link in links)


def test_nothing_is_said_where_nothing_was_made(app):
    assert _page(app) == (["Before."], [])
    forms._copy(app, None)
    assert not (app.outdir / "forms").exists()


def test_a_form_of_another_text_is_not_offered_and_taken_off_the_site(app):
    _make(app, "epub/unrolled.epub")
    _make(app, "pdf/unrolled.pdf", sources="of long ago")
    assert _page(app)[1] == ["forms/unrolled.epub"]
    forms._copy(app, None)
    assert [path.name for path in Path(app.outdir, "forms").iterdir()] == ["unrolled.epub"]
    (app.srcdir / "index.md").write_text("# Another book\n")
    assert _page(app) == (["Before."], [])
    forms._copy(app, None)
    assert not (app.outdir / "forms").exists()


def test_a_page_with_links_is_written_again_when_a_form_comes_or_goes(app):
    env = SimpleNamespace(metadata={"index": {"other_forms": True}, "chapters/one": {}})
    assert forms._write_again(app, env) == []
    _make(app, "pdf/unrolled.pdf")
    assert forms._write_again(app, env) == ["index"]
    assert forms._write_again(app, env) == []
    (app.outdir.parent / "pdf/unrolled.pdf").unlink()
    assert forms._write_again(app, env) == ["index"]
