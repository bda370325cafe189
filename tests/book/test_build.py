"""The book builds without a warning, and its links lead somewhere."""

from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

from unrolled.book.outcomes import read_outcomes

pytestmark = pytest.mark.slow
TOPICS = ("lstm_gates",)


def _toc_pages(root):
    toc = yaml.safe_load((root / "_toc.yml").read_text())
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


@pytest.fixture(scope="module")
def pages(book):
    return {
        path.relative_to(book).as_posix(): BeautifulSoup(path.read_text(), "html.parser")
        for path in book.rglob("*.html")
        if "_static" not in path.parts
    }


def test_every_page_of_the_toc_is_built_and_no_other(book, pages, root):
    wanted = {f"{page}.html" for page in _toc_pages(root)}
    assert "chapters/lstm_gates.html" in wanted
    made_by_sphinx = {"genindex.html", "search.html"}
    assert set(pages) - made_by_sphinx == wanted


def test_every_internal_link_and_image_resolves(book, pages):
    ids = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}
    missing = []
    for name, page in pages.items():
        for tag, key in (("a", "href"), ("link", "href"), ("img", "src"), ("script", "src")):
            for element in page.find_all(tag, {key: True}):
                url = urlsplit(element[key])
                if url.scheme or url.netloc:
                    continue
                path = (book / name).parent / unquote(url.path) if url.path else book / name
                target = path.resolve()
                if not target.is_file():
                    missing.append(f"{name}: {element[key]}")
                elif url.fragment and target.suffix == ".html":
                    other = target.relative_to(book.resolve()).as_posix()
                    if unquote(url.fragment) not in ids[other]:
                        missing.append(f"{name}: {element[key]} (no such id)")
    assert not missing


def test_ids_are_unique_on_each_page(pages):
    for name in pages.keys() - {"search.html"}:  # the theme's own page repeats its search field
        page = pages[name]
        ids = [element["id"] for element in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), (name, sorted(i for i in ids if ids.count(i) > 1))


def test_no_page_has_an_error_or_an_image_without_alternative_text(pages):
    for name, page in pages.items():
        assert not page.select(".system-message, .problematic"), name
        assert not [img["src"] for img in page.select("article img") if not img.get("alt")], name


@pytest.mark.parametrize("topic", TOPICS)
def test_outcomes_stand_on_the_page_and_lead_to_their_sections(pages, root, topic):
    page = pages[f"chapters/{topic}.html"]
    outcomes = read_outcomes(root / "chapters" / f"{topic}.md")
    assert outcomes
    for outcome in outcomes:
        item = page.find(id=outcome.id)
        assert item.name == "li"
        links = [a["href"] for a in item.find_all("a")]
        section = page.find(id=outcome.section)
        assert f"#{outcome.section}" in links
        assert section is not None
