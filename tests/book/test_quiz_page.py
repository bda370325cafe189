"""The quiz of a chapter, in the book as it is published."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.book.conftest import ALL_LAID_OUT
from tests.browser import driver
from unrolled.quiz.items import read_items

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
TOPICS = sorted(path.stem for path in (ROOT / "chapters" / "quizzes").glob("*.yml"))


@pytest.fixture(scope="module")
def pages(book):
    return {
        path.relative_to(book).as_posix(): BeautifulSoup(path.read_text(), "html.parser")
        for path in book.rglob("*.html")
        if "_static" not in path.parts
    }


@pytest.mark.parametrize("topic", TOPICS)
def test_quiz_is_made_of_native_controls_with_names(pages, topic):
    page = pages[f"chapters/{topic}.html"]
    items = read_items(topic, ROOT)
    questions = page.select("fieldset.quiz-question")
    assert len(questions) == len(items)
    controls = {"one": "radio", "reading": "radio", "several": "checkbox", "number": "text"}
    for item, question in zip(items, questions, strict=True):
        assert question.legend.get_text(strip=True)
        inputs = question.find_all("input")
        many = 1 if item.kind == "number" else len(item.options)
        assert [box["type"] for box in inputs] == [controls.get(item.kind)] * many
        rights = [option.right for option in item.options]
        assert [box.has_attr("data-right") for box in inputs if item.options] == rights
        for box in inputs:
            assert question.find("label", {"for": box["id"]}).get_text(strip=True)
        for answer in question.find_all(attrs={"data-says": True}):
            assert page.select_one("details.quiz-key").find(id=answer["data-says"])
        steps = [step["data-place"] for step in question.select("ol.quiz-steps > li")]
        assert sorted(steps) == [str(k) for k in range(len(item.steps))]
        assert question.select_one("button.quiz-check").get("type") == "button"
        assert question.select_one("[role=status]").get_text() == ""


@pytest.mark.parametrize("topic", TOPICS)
def test_mathematics_and_markdown_of_a_quiz_are_parsed(pages, topic):
    quiz = pages[f"chapters/{topic}.html"].select_one(".quiz")
    assert quiz.select("legend .math")
    assert quiz.select(".quiz-key .math")
    for code in quiz.select("pre, code"):
        code.clear()
    text = quiz.get_text()
    assert not set("$*`") & set(text)


def test_quiz_script_is_small_and_loaded_only_where_there_is_a_quiz_or_a_score(book, pages):
    static = book / "_static"
    assert (static / "quiz.js").stat().st_size < 10_000  # all that quizzes need
    for name, page in pages.items():
        loads = bool(page.find("script", src=lambda src: src and "quiz.js" in src))
        assert loads == bool(page.select(".quiz, .quiz-total")), name
        for element in page.select(".quiz *, .quiz-total *"):
            assert not [key for key in element.attrs if key.startswith("on")], element


def test_the_page_of_what_is_finished_has_a_score_for_each_chapter_that_has_a_quiz(pages):
    block = pages["certificate.html"].select_one(".quiz-total")
    places = block.select(".quiz-chapters li")
    assert {a["href"] for a in block.select("li a")} == {f"chapters/{t}.html" for t in TOPICS}
    ids = [name for place in places for name in place.select_one("[data-ids]")["data-ids"].split()]
    assert set(ids) == {f"{t}/{item.id}" for t in TOPICS for item in read_items(t, ROOT)}
    assert block.select_one("p [data-ids]")["data-ids"].split() == ids


def test_axe_finds_nothing_when_every_question_is_checked(chromium, site):
    with driver.memory_of(chromium) as context, driver.page_in(context) as page:
        page.goto(f"{site}/chapters/lstm_gates.html")
        page.add_style_tag(content=ALL_LAID_OUT)
        page.evaluate("document.querySelectorAll('.quiz-check').forEach((b) => b.click())")
        page.locator(".quiz-status:has(strong)").last.wait_for()
        assert driver.violations(page) == []
