"""Every page is open to everyone: to those who listen, who use the keyboard, and on every screen."""

import pytest

from tests.book.page import PAGES
from tests.browser import driver

pytestmark = pytest.mark.slow

LOOKS = {"light": {}, "dark": {"theme": "dark"}, "narrow": {"size": "phone"}}
# Colours alone are other in the dark, and are no other on a phone; each page is judged in full once.
RULES = {
    "light": {},
    "dark": {"only": ["color-contrast", "link-in-text-block"]},
    "narrow": {"without": ["color-contrast"]},
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
      .map((box) => box.querySelector("annotation").textContent)
"""


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visit, name, look):
    page, _ = visit(f"{name}.html", **LOOKS[look])
    assert page.evaluate("document.documentElement.dataset.theme") == LOOKS[look].get(
        "theme", "light"
    )
    assert not page.locator(".math-scroll").evaluate_all(ODD)
    page.evaluate(LETTERS, ", ".join({FORMULAS, PROGRAMS} - {KEPT.get(name)}))
    assert not driver.violations(page, **RULES[look])


@pytest.mark.parametrize("name", ["chapters/bptt", "chapters/vanishing_exploding"])
def test_a_wide_formula_scrolls_in_its_box_by_keyboard(visit, name):
    page, _ = visit(f"{name}.html", size="phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= driver.SIZES["phone"][0]
    wide = page.locator(".math-scroll[tabindex]").first
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
