"""Readers mark chapters as finished, on their own device, and print a certificate at the end."""

import json
import re

import pytest

from tests.book.page import CHAPTERS, TOPICS
from tests.browser import driver

pytestmark = pytest.mark.slow
KEY = "unrolled.progress.1"
CHAPTER = "chapters/sequences"
REFUSE = """
    const refuse = () => { throw new DOMException("no", "SecurityError"); };
    Storage.prototype.getItem = Storage.prototype.setItem = refuse;
    true;
"""


@pytest.fixture(scope="module")
def desktop(chromium):
    """A browser that keeps what is marked; heavy figures are left out."""
    with driver.memory_of(chromium) as context:
        context.route("**/_images/**", lambda way: way.abort())
        yield context


@pytest.fixture
def page(desktop, site):
    with driver.page_in(desktop) as page:
        yield page
        page.evaluate("localStorage.clear()")


def _keep(page, done):
    page.add_init_script(f"localStorage.setItem('{KEY}', {json.dumps(json.dumps({'done': done}))})")


def _signed(page):
    links = page.locator(".bd-links a:has(.chapter-sign)")
    return [" ".join(text.split()) for text in links.all_text_contents()]


def test_a_mark_is_set_by_keyboard_said_in_words_and_kept(page, site):
    page.goto(f"{site}/{CHAPTER}.html")
    box = page.get_by_role("checkbox", name="I have finished this chapter")
    status = page.locator(".chapter-mark [role=status]")
    assert status.inner_text() == f"0 of {len(CHAPTERS)} chapters finished."
    assert not _signed(page)
    assert min(map(box.bounding_box().get, ("width", "height"))) >= 24  # a finger finds it
    box.focus()
    page.keyboard.press("Space")
    assert status.inner_text() == f"1 of {len(CHAPTERS)} chapters finished."
    assert page.evaluate("document.activeElement.id") == "chapter-finished"
    [signed] = _signed(page)
    assert signed.endswith("✓, finished")
    assert list(json.loads(page.evaluate(f"localStorage['{KEY}']"))["done"]) == [CHAPTER]

    page.goto(f"{site}/genindex.html")
    assert _signed(page) == [signed]
    assert not driver.violations(page, ".bd-links")
    page.goto(f"{site}/{CHAPTER}.html")
    assert box.is_checked()
    box.uncheck()
    assert not _signed(page)


@pytest.mark.parametrize("content", ["{", "null", "7", '{"done": 3}', '{"done": {"x/y": 1}}'])
def test_unknown_content_counts_as_nothing(page, site, content):
    page.goto(f"{site}/genindex.html")
    page.evaluate(f"localStorage.setItem('{KEY}', {json.dumps(content)})")
    page.evaluate("dispatchEvent(new Event('storage'))")
    assert not _signed(page)


def test_a_browser_that_keeps_nothing_marks_the_page_and_says_so(chromium, site):
    with driver.memory_of(chromium) as context, driver.page_in(context) as page:
        context.route("**/_images/**", lambda way: way.abort())
        page.goto(f"{site}/{CHAPTER}.html")
        page.evaluate(REFUSE)
        page.get_by_label("I have finished this chapter").check()
        assert len(_signed(page)) == 1
        said = page.locator(".chapter-mark [role=status]").inner_text()
        assert said.startswith("1 of ")
        assert "keeps no data here" in said


def test_without_scripts_no_mark_is_offered(book):
    text = (book / f"{CHAPTER}.html").read_text(encoding="utf-8")
    assert '<div class="chapter-mark" hidden ' in text


def test_every_chapter_says_how_long_it_takes_and_leads_to_the_next(book):
    for name in CHAPTERS:
        text = (book / f"{name}.html").read_text(encoding="utf-8")
        line = re.search(r'</h1>\s*<p class="reading-time">About (\d+) minutes to read: ', text)
        least = 10 if name.rpartition("/")[2] in TOPICS else 5  # the one without an exercise
        assert least <= int(line[1]) <= 60, (name, line)
        chapters = re.search(r'<div class="chapter-mark".* data-chapters="([^"]*)"', text)[1]
        assert chapters.split() == CHAPTERS
        following = re.search(r'class="right-next"\s+href="([^"]*)"', text)
        assert following or chapters.endswith(name)  # no page comes after the last
        assert not following or (book / "chapters" / following[1]).is_file()


def test_the_certificate_waits_for_the_last_chapter(page, site):
    _keep(page, dict.fromkeys(CHAPTERS[1:], "2026-01-31"))
    page.goto(f"{site}/certificate.html")
    assert (
        f"{len(CHAPTERS) - 1} of {len(CHAPTERS)} chapters" in page.locator("article").inner_text()
    )
    assert not page.get_by_role("button", name="Print").last.is_visible()
    assert not page.get_by_text("Record of completion").is_visible()
    assert page.locator(".certificate li").filter(has_text="not yet finished").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_certificate_is_filled_in_on_the_device_and_printed_alone(chromium, site, theme):
    with driver.memory_of(chromium, theme=theme) as context, driver.page_in(context) as page:
        _keep(page, dict.fromkeys(CHAPTERS, "2026-01-31"))
        page.goto(f"{site}/certificate.html")
        page.get_by_label("Your name").fill("Ada <b>Lovelace</b>")
        sheet = page.locator(".certificate")
        words = " ".join(sheet.inner_text().split())
        assert "Ada <b>Lovelace</b> has finished every chapter" in words
        assert "Finished on 31 January 2026." in words
        assert "reader's own record" in words
        assert sheet.locator("li").count() == len(CHAPTERS)
        assert not driver.violations(page)
        page.emulate_media(media="print")
        assert sheet.is_visible()
        assert page.locator("h1:visible").count() == 0
        assert not page.get_by_label("Your name").is_visible()
        colour = "getComputedStyle(document.querySelector('.certificate-name')).color"
        assert max(map(int, page.evaluate(colour)[4:-1].split(","))) < 100


def test_the_last_mark_leads_to_the_certificate(page, site):
    _keep(page, dict.fromkeys(CHAPTERS, "2026-01-31"))
    page.goto(f"{site}/{CHAPTER}.html")
    page.get_by_role("link", name="Print your certificate").click()
    page.wait_for_url("**/certificate.html")
