"""The page that says where each outcome is taught and what tests it: whole, right, and never stale."""

import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from tests.book.page import ROOT, TOPICS
from unrolled.book.outcomes import read_outcomes
from unrolled.exercise import read_topic
from unrolled.quiz.items import quiz_path, read_items

CHAPTER = """\
(sec-topic)=
# A chapter

```{outcomes}
- id: topic.step
  section: sec-topic-step
  text: do *one* step
- id: topic.words
  section: sec-topic
  text: say it
```

(sec-topic-step)=
## The step

```{quiz} topic
```
"""
QUIZ = """\
- id: which
  outcome: topic.step
  difficulty: easy
  kind: one
  stem: Which?
  options:
    - text: this
      right: true
      says: Yes, this.
    - text: that
      says: No, the other.
    - text: neither
      says: No, the first.
"""
EXERCISE = '''\
# %% exercise="do_step"
def do_step(x):
    """Return x."""
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION


# %% [markdown] hint="do_step"
# What comes in?

# %% check="do_step" points=2 outcome="topic.step"
check("do_step")

# %% [markdown] written="why" points=1 outcome="topic.words"
# Because.
'''


@pytest.fixture
def folder(tmp_path):
    """A book of one chapter, with a quiz, an exercise and the page in question."""
    files = {
        "conf.py": "extensions = ['myst_parser', 'unrolled.book.outcomes',\n"
        "    'unrolled.book.outcome_map', 'unrolled.book.quiz']\nroot_doc = 'map'\n",
        "map.md": "# Map\n\n```{outcome-map}\n```\n\n```{toctree}\ntopic\n```\n",
        "topic.md": CHAPTER,
        "chapters/quizzes/topic.yml": QUIZ,
        "solutions/topic.py": EXERCISE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def build(folder):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", folder, folder / "out"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return run.stderr, BeautifulSoup((folder / "out" / "map.html").read_text(), "html.parser")


def rows(section):
    return [row.find_all("td") for row in section.find("tbody").find_all("tr")]


def test_each_outcome_stands_beside_what_teaches_and_what_tests_it(folder):
    said, page = build(folder)
    assert said == ""
    section = page.find(id="outcomes-of-topic")
    assert section.find("h2").find("a")["href"] == "topic.html"
    step, words = rows(section)
    assert [cell.get_text(" ", strip=True) for cell in step] == [
        "do one step",
        "The step",
        "question 1",
        "do_step",
    ]
    links = [link["href"] for link in step[1].find_all("a") + step[2].find_all("a")]
    assert links == ["topic.html#sec-topic-step", "topic.html#quiz-topic-which"]
    assert [cell.get_text(" ", strip=True) for cell in words[2:]] == ["", "in your own words"]
    counts = "1 chapters teach 2 outcomes; 1 quiz questions and 2 parts of exercises test them."
    assert counts in page.get_text()


def test_a_change_of_the_exercise_makes_the_page_anew_and_an_untested_outcome_fails_it(folder):
    build(folder)
    (folder / "solutions" / "topic.py").write_text(EXERCISE.replace("topic.words", "topic.step"))
    said, _ = build(folder)
    assert "topic.md:8: no quiz question and no graded part tests topic.words" in said


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_the_page_of_the_book_names_every_outcome_of_a_chapter(book, topic):
    page = BeautifulSoup((book / "chapters" / "outcomes.html").read_text(), "html.parser")
    section = page.find(id=f"outcomes-of-{topic}")
    title = section.find("h2").find("a").get_text()
    links = page.find_all("a", href=f"#outcomes-of-{topic}")
    assert title in [link.get_text().strip() for link in links]  # in the list of contents
    found = rows(section)
    outcomes = read_outcomes(ROOT / "chapters" / f"{topic}.md")
    assert len(found) == len(outcomes)
    questions, exercise = read_items(quiz_path(topic, ROOT)), read_topic(topic, ROOT)
    for outcome, (_, taught, asked, graded) in zip(outcomes, found, strict=True):
        target = taught.find("a")["href"]
        assert target == f"{topic}.html#{outcome.section}"
        numbers = [n for n, item in enumerate(questions, 1) if item.outcome == outcome.id]
        assert [int(link.get_text().split()[1]) for link in asked.find_all("a")] == numbers
        names = [item.name for item in exercise.items if item.outcome == outcome.id]
        assert [code.get_text() for code in graded.find_all("code")] == names
        written = sum(cell.outcome == outcome.id for cell in exercise.written)
        assert len(re.findall("in your own words", graded.get_text())) == written
        assert numbers or names or written
