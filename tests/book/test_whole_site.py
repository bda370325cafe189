"""Every page as a browser shows it: light, open to everyone, and without other hosts.

Nothing is missing, the console is silent, and axe-core finds no fault in light, dark or narrow.
"""

import json

import pytest
from bs4 import BeautifulSoup

from tests.book.page import PAGES
from tests.browser import driver
from tests.browser.weight import LIMIT

pytestmark = pytest.mark.slow

# Colours alone are other in the dark, and are no other on a phone; each page is judged in full once.
LOOKS = {
    "narrow": ("light", "phone", {"without": ["color-contrast"]}),
    "light": ("light", "desktop", {}),
    "dark": ("dark", "desktop", {"only": ["color-contrast", "link-in-text-block"]}),
}
# Formulas and programs have thousands of elements, the same kinds on every page: one page keeps the
# former and one the latter, and the others their letters, so that this takes seconds a page.
LETTERS = """
    kinds => document.querySelectorAll(kinds).forEach((one) => one.textContent = one.textContent)
"""
FORMULAS, PROGRAMS = ".katex-html, .katex math", ".highlight pre"
KEPT = {"chapters/notation": FORMULAS, "chapters/rnn_cell": PROGRAMS}
# A box that scrolls and cannot be reached by the keyboard, or the other way round.
ODD = """
    all => all.filter((box) => box.scrollWidth > box.clientWidth !== box.hasAttribute("tabindex"))
      .map((box) => box.textContent.slice(0, 80))
"""

# Wide boxes on the screen have a tab stop, and the others get theirs with the key that leads to them.
TAB = "dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab' }))"
REACHED = """
    [...document.querySelectorAll("pre")].every(
      (box) => box.scrollWidth <= box.clientWidth || box.tabIndex === 0) &&
    [...document.querySelectorAll(".math-scroll")].every(
      (box) => box.scrollWidth > box.clientWidth === box.hasAttribute("tabindex"))
"""


def test_all_pages_are_visited(book):
    built = {path.relative_to(book).as_posix() for path in book.rglob("*.html")}
    built = {name for name in built if not name.startswith("_static")}
    assert built == {f"{name}.html" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_whole_and_open_to_everyone(visit, name):
    page, faults = visit(f"{name}.html")
    weight = page.scales.read(page.url)
    assert weight.before_figures < LIMIT, weight
    assert not weight.hosts
    for size in ("phone", "desktop"):
        show(page, "light", size)
        assert not page.locator(".math-scroll").evaluate_all(ODD), size
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= driver.SIZES[size][0], size
    assert not faults
    page.evaluate(LETTERS, ", ".join({FORMULAS, PROGRAMS} - {KEPT.get(name)}))
    found = {}
    for look, (theme, size, rules) in LOOKS.items():
        show(page, theme, size)
        found[look] = driver.violations(page, **rules)
    assert found == {look: [] for look in LOOKS}


def show(page, theme, size):
    """Let a page be seen on another screen, and in another light."""
    width, height = driver.SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.wait_for_function(f"document.documentElement.dataset.theme === {theme!r}")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    page.evaluate(TAB)
    page.wait_for_function(REACHED)


@pytest.mark.parametrize("name", ["chapters/bptt", "chapters/vanishing_exploding"])
def test_a_wide_formula_scrolls_in_its_box_by_keyboard(visit, name):
    page, _ = visit(f"{name}.html", size="phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= driver.SIZES["phone"][0]
    page.keyboard.press("Tab")
    wide = page.locator(".math-scroll[tabindex]").first
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")


def test_images_keep_their_place_and_wait_until_they_are_near(book):
    text = (book / "chapters" / "bptt.html").read_text(encoding="utf-8")
    images = BeautifulSoup(text, "html.parser").select("article img")
    assert len(images) > 3
    assert [image.get("loading") for image in images] == [None] + ["lazy"] * (len(images) - 1)
    assert all(int(image["width"]) and int(image["height"]) for image in images)


def test_folded_code_is_called_what_is_seen_on_it(book):
    text = (book / "chapters" / "lstm_gates.html").read_text(encoding="utf-8")
    folded = BeautifulSoup(text, "html.parser").select("article details > summary")
    assert len(folded) > 5
    assert not [summary for summary in folded if "aria-label" in summary.attrs or not summary.text]


def test_icons_are_shown_from_the_site(visit):
    page, _ = visit("index.html")
    used = """
        document.fonts.ready.then(() => [...document.fonts]
          .filter((font) => font.family.includes("Awesome") && font.status === "loaded").length)
    """
    assert page.evaluate(used)
    content = "getComputedStyle(document.querySelector('.fa-bars'), '::before').content"
    assert json.dumps("\uf0c9", ensure_ascii=False) == page.evaluate(content)


def test_links_to_repositories_have_no_sign_of_a_font_that_is_not_served(visit):
    page, _ = visit("chapters/frameworks.html")
    signs = "all => all.map((one) => getComputedStyle(one, '::before').content)"
    found = page.locator("article a.github").evaluate_all(signs)
    assert found
    assert set(found) == {"none"}


def test_the_search_works_without_another_host(visit):
    page, faults = visit("search.html?q=gradient")
    page.locator("#search-results li a").first.wait_for()
    assert not faults
