"""Every page says in a line what it is about, for those who meet it in a list of results."""

import re
from html import unescape

import pytest

from tests.book.page import PAGES
from unrolled.book.description import shortened


def test_whole_sentences_are_kept_where_one_fits():
    text = "A gate scales. It learns when.\nA third sentence is too long for the line."
    assert shortened(text, 40) == "A gate scales. It learns when."
    assert shortened(text) == " ".join(text.split())
    assert shortened("A sentence that is too long", 20) == "A sentence that is…"


@pytest.mark.slow
def test_every_page_has_one_description_of_its_own(book):
    found = {}
    for name in PAGES:
        head = (book / f"{name}.html").read_text(encoding="utf-8").partition("</head>")[0]
        [text] = re.findall(r'<meta [^>]*content="([^"]*)" name="description"', head) + re.findall(
            r'<meta name="description" content="([^"]*)"', head
        )
        found[name] = unescape(text)
        assert 20 <= len(found[name]) <= 160, found
    assert len(set(found.values())) >= len(found) - 2  # those that Sphinx makes have the book's
    assert found["chapters/lstm_gates"].startswith("A recurrent network reads a sequence")


@pytest.mark.slow
def test_every_page_has_a_title_of_its_own_and_the_front_page_says_what_the_book_is(book):
    titles = [
        re.search(r"<title>([^<]*)</title>", (book / f"{name}.html").read_text(encoding="utf-8"))[1]
        for name in PAGES
    ]
    assert titles[0].startswith("Unrolled: A course on recurrent networks")
    assert len(set(titles)) == len(PAGES)
    assert all(title.endswith("Unrolled") for title in titles[1:])
