"""Every page is light, and its images keep their place."""

import pytest
from bs4 import BeautifulSoup

from tests.book.page import PAGES
from tests.browser import driver
from tests.browser.weight import LIMIT, weigh

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(chromium, site, name):
    with driver.memory_of(chromium) as context:
        found = weigh(context, f"{site}/{name}.html")
    assert found.before_figures < LIMIT, found
    assert not found.hosts


def test_images_keep_their_place_and_wait_until_they_are_near(book):
    text = (book / "chapters" / "bptt.html").read_text(encoding="utf-8")
    images = BeautifulSoup(text, "html.parser").select("article img")
    assert len(images) > 3
    assert [image.get("loading") for image in images] == [None] + ["lazy"] * (len(images) - 1)
    assert all(int(image["width"]) and int(image["height"]) for image in images)
