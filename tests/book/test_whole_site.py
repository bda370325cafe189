"""Every page of the book does without other hosts: nothing is missing, and the console is silent."""

import json

import pytest

from tests.book.page import PAGES

pytestmark = pytest.mark.slow


def test_all_pages_are_visited(book):
    built = {path.relative_to(book).as_posix() for path in book.rglob("*.html")}
    built = {name for name in built if not name.startswith("_static")}
    assert built == {f"{name}.html" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_no_other_host_and_misses_nothing(visit, name):
    _, faults = visit(f"{name}.html")
    assert not faults


def test_icons_are_shown_from_the_site(visit):
    page, _ = visit("index.html")
    used = """
        document.fonts.ready.then(() => [...document.fonts]
          .filter((font) => font.family.includes("Awesome") && font.status === "loaded").length)
    """
    assert page.evaluate(used)
    content = "getComputedStyle(document.querySelector('.fa-bars'), '::before').content"
    assert json.dumps("\uf0c9", ensure_ascii=False) == page.evaluate(content)


def test_the_search_works_without_another_host(visit):
    page, faults = visit("search.html?q=gradient")
    page.locator("#search-results li a").first.wait_for()
    assert not faults
