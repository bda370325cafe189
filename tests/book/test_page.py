"""What a reader can set in motion on a page, by mouse, by finger and by keyboard."""

from contextlib import contextmanager

import pytest

from tests.browser import driver

pytestmark = pytest.mark.slow
CHAPTER = "chapters/bptt.html"
THEME = "document.documentElement.dataset.theme"
# Where the head of a section is, once the page has come to rest.
PLACE = """
    (id) => new Promise((done) => {
      let before = NaN;
      const again = () => {
        const now = document.getElementById(id).firstElementChild.getBoundingClientRect().top;
        if (now === before) return done(now);
        before = now;
        setTimeout(again, 150);
      };
      again();
    })
"""
BARE = """
    all => all.filter((one) => {
      one.focus();
      const { boxShadow, outlineStyle } = getComputedStyle(one);
      return document.activeElement === one && boxShadow === "none" && outlineStyle === "none";
    }).map((one) => one.outerHTML.slice(0, 120))
"""
IN_VIEW = """
    (one) => {
      const { left, right } = one.getBoundingClientRect();
      return one.checkVisibility({ visibilityProperty: true }) && right > 0 && left < innerWidth;
    }
"""
HEADS = "[...document.querySelectorAll('.bd-article section section')].map((one) => one.id)"
MARKED = "(at) => [...document.querySelectorAll('.bd-toc-nav a.active')].at(-1)?.hash === at"
WAITING = """
    [...document.querySelectorAll(".bd-article section section")]
      .filter((one) => !one.firstElementChild.checkVisibility({ contentVisibilityAuto: true })).length
"""


@pytest.fixture
def reader(chromium, site):
    """Return a function that opens a page as readers have it, and fails at a fault."""

    @contextmanager
    def reader(name, motion="reduce", **look):
        with driver.memory_of(chromium, **look) as context:
            page, faults = context.new_page(), []
            page.emulate_media(reduced_motion=motion)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"{site}/{name}")
            yield page
            assert not faults

    return reader


def test_the_light_is_turned_kept_and_follows_the_system(reader):
    with reader("index.html", theme="dark") as page:
        button = page.locator(".theme-switch-button")
        seen = [page.evaluate(THEME)]
        for _ in range(2):
            button.click()
            seen.append(page.evaluate(THEME))
        assert seen == ["dark", "light", "dark"]
        page.emulate_media(color_scheme="light")
        page.reload()
        assert page.evaluate(THEME) == "dark"  # as was chosen
        button.click()
        page.emulate_media(color_scheme="dark")
        page.emulate_media(color_scheme="light")
        page.wait_for_function(f"{THEME} === 'light'")
        page.reload()
        assert page.evaluate(THEME) == "light"


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_what_the_keyboard_is_on_has_a_frame(reader, size):
    with reader(CHAPTER, size=size) as page:
        page.add_style_tag(content="* { content-visibility: visible !important }")
        page.keyboard.press("Tab")  # who uses the keyboard is shown where it is
        bare = page.locator("a, button, input, summary, [tabindex='0']").evaluate_all(BARE)
        assert not bare


def test_the_search_opens_by_key_and_button_and_finds(reader):
    with reader("index.html") as page:
        field = page.locator("#search-input")
        page.keyboard.press("Control+k")
        field.wait_for()
        assert field.evaluate("one => one === document.activeElement")
        page.keyboard.press("Escape")
        field.wait_for(state="hidden")
        page.locator(".search-button__button:visible").first.click()
        field.fill("gradient")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=gradient")
        page.locator("#search-results li a").first.click()
        page.locator(".highlighted").first.wait_for()


def test_a_phone_shows_either_sidebar_and_escape_closes_it(reader):
    with reader("index.html", size="phone") as page:
        for name in ("primary", "secondary"):
            bar = page.locator(f".bd-sidebar-{name}")
            assert not bar.evaluate(IN_VIEW)
            page.locator(f".{name}-toggle").click()
            page.wait_for_function(f"document.activeElement.closest('.bd-sidebar-{name}')")
            assert bar.evaluate(IN_VIEW)
            page.keyboard.press("Escape")
            assert page.evaluate(f"document.activeElement.matches('.{name}-toggle')")


def test_a_link_lands_on_its_section_which_the_list_then_marks(reader):
    with reader(CHAPTER, motion="no-preference") as page:
        heads = page.evaluate(HEADS)
        assert page.evaluate(WAITING) > len(heads) / 2
        for head in (heads[-4], heads[1]):
            page.locator(f".bd-toc-nav a[href='#{head}']").click()
            assert 0 <= page.evaluate(PLACE, head) < 120, head
            page.wait_for_function(MARKED, arg=f"#{head}")


def test_a_page_opens_at_a_section_far_down_and_leads_back_to_its_top(reader):
    with reader(CHAPTER) as page:
        head = page.evaluate(HEADS)[-5]
        page.evaluate("(id) => location.hash = id", head)
        assert 0 <= page.evaluate(PLACE, head) < 120
    with reader(f"{CHAPTER}#{head}", size="phone") as page:
        assert 0 <= page.evaluate(PLACE, head) < 120
        page.mouse.move(200, 450)
        page.mouse.wheel(0, -900)
        page.locator("#pst-back-to-top").click()
        page.wait_for_function("scrollY === 0")


def test_what_waits_is_printed_and_found(reader):
    with reader("chapters/frameworks.html") as page:
        assert page.evaluate(WAITING) > 3
        last = page.locator(".bd-article section section p").last.text_content()[-30:]
        assert page.evaluate("(words) => find(words)", last)
        page.emulate_media(media="print")
        page.wait_for_function(f"({WAITING}) === 0")  # told anew with the next frame


def test_a_wide_box_that_was_never_on_the_screen_is_reached_by_tab(reader):
    with reader(CHAPTER, size="phone") as page:
        wide = """
            () => [...document.querySelectorAll("pre, .math-scroll")]
              .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth)
        """
        before = page.locator("pre[tabindex], .math-scroll[tabindex]").count()
        page.keyboard.press("Tab")
        found = page.evaluate(f"({wide})().map((box) => box.tabIndex)")
        assert len(found) > max(before, 5)
        assert set(found) == {0}
