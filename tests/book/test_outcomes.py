"""Outcomes are declared once, taught in a section and tested by an item."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.book.page import TOPICS
from unrolled.book.outcomes import read_outcomes
from unrolled.quiz.fields import FieldError
from unrolled.quiz.items import quiz_path, read_items

ROOT = Path(__file__).parents[2]
PAGE = """\
(sec-topic)=
# A page

```{outcomes}
- id: topic.one
  section: sec-topic-one
  text: do *one* thing
- id: topic.two
  section: sec-topic
  text: do another
```

(sec-topic-one)=
## The first section
"""


@pytest.fixture
def page(tmp_path):
    def write(text):
        path = tmp_path / "topic.md"
        path.write_text(text)
        return path

    return write


def test_outcomes_are_read_with_their_lines(page):
    one, two = read_outcomes(page(PAGE))
    assert (one.id, one.section, one.text, one.line) == (
        "topic.one",
        "sec-topic-one",
        "do *one* thing",
        5,
    )
    assert (two.id, two.line) == ("topic.two", 8)


def test_a_page_without_a_block_has_no_outcomes(page):
    assert read_outcomes(page("# Only words\n")) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("  section: sec-topic\n", "", "topic.md:8:", "section is missing"),
        ("topic.two", "topic.one", "topic.md:8: [2].id:", "declared twice"),
        ("topic.two", "other.two", "topic.md:8: [2].id:", "is not a name like topic."),
        ("text: do another", "txt: do another", "topic.md:10: [2].txt:", "unknown field"),
    ],
)
def test_a_broken_block_is_named_with_line_and_field(page, old, new, where, words):
    with pytest.raises(FieldError) as caught:
        read_outcomes(page(PAGE.replace(old, new, 1)))
    assert where in str(caught.value)
    assert words in str(caught.value)


def test_a_second_block_is_refused(page):
    with pytest.raises(FieldError, match=r"topic\.md:16: a page has one outcomes block"):
        read_outcomes(page(PAGE + "\n```{outcomes}\n```\n"))


def _build(folder):
    (folder / "conf.py").write_text(
        "extensions = ['myst_parser', 'unrolled.book.outcomes', 'unrolled.book.quiz']\n"
        "root_doc = 'topic'\n"
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", folder, folder / "out"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_items_link_to_the_title_of_their_section(page):
    folder = page(PAGE).parent
    run = _build(folder)
    assert run.returncode == 0, run.stderr
    html = (folder / "out" / "topic.html").read_text()
    item = re.search(r'<li id="topic\.one">.*?</li>', html, re.S)[0]
    assert "do <em>one</em> thing" in item
    assert 'href="#sec-topic-one"' in item
    assert "The first section" in item


def test_a_section_that_does_not_exist_fails_the_build(page):
    run = _build(page(PAGE.replace("section: sec-topic-one", "section: sec-nowhere")).parent)
    assert run.returncode != 0
    assert "topic.md:5:undefined label: 'sec-nowhere'" in run.stderr


def test_a_broken_block_fails_the_build_and_names_its_line(page):
    run = _build(page(PAGE.replace("text: do another", "txt: do another")).parent)
    assert run.returncode != 0
    assert "topic.md:10: [2].txt: unknown field" in run.stderr


def test_a_quiz_that_does_not_exist_fails_the_build(page):
    run = _build(page("# A page\n\n```{quiz} nowhere\n```\n").parent)
    assert run.returncode != 0
    assert "nowhere.yml" in run.stderr


@pytest.mark.parametrize("topic", TOPICS)
class TestChapter:
    def test_declares_outcomes_and_their_sections(self, topic):
        path = ROOT / "chapters" / f"{topic}.md"
        outcomes = read_outcomes(path)
        assert len(outcomes) >= 3
        labels = set(re.findall(r"^\(([\w-]+)\)=$", path.read_text(), re.M))
        assert {outcome.section for outcome in outcomes} <= labels

    def test_every_outcome_is_tested_by_a_quiz_item_or_a_graded_check(self, topic):
        declared = {outcome.id for outcome in read_outcomes(ROOT / "chapters" / f"{topic}.md")}
        tested = {item.outcome for item in read_items(quiz_path(topic, ROOT))}
        graded = _graded_outcomes(topic)
        assert graded <= declared
        assert declared - tested - graded == set()


def _graded_outcomes(topic):
    """Return the outcomes that the exercise's graded cells declare in their header lines."""
    source = (ROOT / "solutions" / f"{topic}.py").read_text()
    headers = re.findall(r"^# %%.*\bpoints=.*$", source, re.M)
    assert headers
    return {re.search(r'\boutcome="([^"]+)"', header)[1] for header in headers}
