"""What holds of the page of every topic: figures, manner, sources, and where its numbers come from."""

import re

import pytest

from tests.book.page import CHAPTERS, ROOT, TOPICS, Page

BIBLIOGRAPHY = (ROOT / "chapters" / "references.bib").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^@(\w+)\{(\w+),\n(.*?)^\}", BIBLIOGRAPHY, re.M | re.S)
VENUES = {
    "article": "journal",
    "book": "publisher",
    "inproceedings": "booktitle",
    "misc": "howpublished",
}
# Functions whose lines are the subject of their chapter: learners write them down, and use them.
PRINTED = {
    "lstm_backward": {"sigmoid"},
    "lstm_gates": {"sigmoid", "split_gates", "lstm_step", "lstm97_step"},
    "modern_recurrence": {"sigmoid"},
    "variants": {"sigmoid"},
}
# Numbers of a loop over cases, of which the text needs some alone.
SPARE = {"lstm_gates": {"radius-0", "radius-1", "memory-1", "memory-2", "recall-00-worst"}}


@pytest.fixture(params=TOPICS)
def page(request):
    return Page(request.param)


def test_figures_have_a_caption_a_name_and_a_text_for_who_cannot_see_them(page):
    drawn = [options for _, code, options in page.cells if "plots.axes(" in code]
    assert 5 <= len(drawn) <= 8
    for options in drawn:
        assert "caption: |" in options
        first = page.topic.partition("_")[0]
        assert re.search(rf"name: fig-{first}[\w-]*-[\w-]+\n", options)
        assert len(re.search(r"alt: (.*)", options)[1]) > 60
        assert "set_title" not in options


def test_the_page_keeps_the_manner_of_the_course(page):
    words = page.prose()
    assert not re.search(r"\b(simply|obviously|just)\b", words, re.I)
    sentences = re.sub(r"`[^`]*`|\$[^$]*\$", "", page.prose(captions=False))
    assert 1500 <= len(re.findall(r"[A-Za-z][\w'’-]*", sentences)) <= 3000
    for line in words.splitlines():
        ends = re.findall(r"[a-z\d`$)\]}][.?!] (?=[A-Z])", line)
        if not line.startswith(("|", "(")):
            assert not ends, f"two sentences on one line: {line}"


def test_solutions_are_not_printed_in_the_page(page):
    assert page.solved() == PRINTED.get(page.topic, set())


def test_the_front_page_leads_to_every_chapter_in_the_order_of_reading():
    text = (ROOT / "index.md").read_text(encoding="utf-8")
    listed = text[text.index("(sec-index-chapters)=") :]
    names = [name.partition("/")[2].replace("_", "-") for name in CHAPTERS]
    assert re.findall(r"^(\d+)\. \{ref\}`sec-([\w-]+)`$", listed, re.M) == [
        (str(n), name) for n, name in enumerate(names, start=1)
    ]


def test_every_citation_has_an_entry(page):
    """A page's keys bear its prefix: two pages may list one work, and each entry has one place."""
    prefix = re.search(r"^:keyprefix: (.+)$", page.text, re.M)
    prefix = prefix[1] if prefix else ""
    roles = re.findall(r"\{cite:[pt]\}`([^`]*)`", page.text)
    cited = {key.strip() for keys in roles for key in keys.split(",")}
    assert cited
    assert cited <= {prefix + key for _, key, _ in ENTRIES}


def test_every_entry_of_the_bibliography_says_where_the_work_appeared():
    for kind, key, body in ENTRIES:
        for field in ("author", "title", "year", VENUES[kind]):
            assert re.search(rf"^  {field}\s*= \{{", body, re.M), f"{key} has no {field}"


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_every_number_in_the_text_is_shown_by_the_code_and_the_other_way_round(topic):
    page = Page(topic)
    assert page.glued() | SPARE.get(topic, set()) == set(page.run().shown)
