"""The book builds without a warning, its links lead somewhere, its quizzes answer."""

from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

from unrolled.book.outcomes import read_outcomes
from unrolled.quiz.items import read_items

pytestmark = pytest.mark.slow
TOPICS = ("lstm_gates",)


def _toc_pages(root):
    toc = yaml.safe_load((root / "_toc.yml").read_text())
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


@pytest.fixture(scope="module")
def pages(book):
    return {
        path.relative_to(book).as_posix(): BeautifulSoup(path.read_text(), "html.parser")
        for path in book.rglob("*.html")
        if "_static" not in path.parts
    }


def test_every_page_of_the_toc_is_built_and_no_other(book, pages, root):
    wanted = {f"{page}.html" for page in _toc_pages(root)}
    assert "chapters/lstm_gates.html" in wanted
    made_by_sphinx = {"genindex.html", "search.html"}
    assert set(pages) - made_by_sphinx == wanted


def test_every_internal_link_and_image_resolves(book, pages):
    missing = []
    for name, page in pages.items():
        for tag, key in (("a", "href"), ("link", "href"), ("img", "src"), ("script", "src")):
            for element in page.find_all(tag, {key: True}):
                url = urlsplit(element[key])
                if url.scheme or url.netloc:
                    continue
                path = (book / name).parent / unquote(url.path) if url.path else book / name
                target = path.resolve()
                if not target.is_file():
                    missing.append(f"{name}: {element[key]}")
                elif url.fragment and target.suffix == ".html":
                    other = pages[target.relative_to(book.resolve()).as_posix()]
                    if other.find(id=unquote(url.fragment)) is None:
                        missing.append(f"{name}: {element[key]} (no such id)")
    assert not missing


def test_ids_are_unique_on_each_page(pages):
    for name in pages.keys() - {"search.html"}:  # the theme's own page repeats its search field
        page = pages[name]
        ids = [element["id"] for element in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), (name, sorted(i for i in ids if ids.count(i) > 1))


def test_no_page_has_an_error_or_an_image_without_alternative_text(pages):
    for name, page in pages.items():
        assert not page.select(".system-message, .problematic"), name
        assert not [img["src"] for img in page.select("article img") if not img.get("alt")], name


@pytest.mark.parametrize("topic", TOPICS)
def test_outcomes_stand_on_the_page_and_lead_to_their_sections(pages, root, topic):
    page = pages[f"chapters/{topic}.html"]
    outcomes = read_outcomes(root / "chapters" / f"{topic}.md")
    assert outcomes
    for outcome in outcomes:
        item = page.find(id=outcome.id)
        assert item.name == "li"
        links = [a["href"] for a in item.find_all("a")]
        section = page.find(id=outcome.section)
        assert f"#{outcome.section}" in links
        assert section is not None


@pytest.mark.parametrize("topic", TOPICS)
def test_quiz_is_made_of_native_controls_with_names(pages, root, topic):
    page = pages[f"chapters/{topic}.html"]
    items = read_items(topic, root)
    questions = page.select("fieldset.quiz-question")
    assert len(questions) == len(items)
    for item, question in zip(items, questions, strict=True):
        assert question.legend.get_text(strip=True)
        radios = question.select("input[type=radio]")
        assert len(radios) == len(item.options)
        assert len({radio["name"] for radio in radios}) == 1
        assert [radio.has_attr("data-right") for radio in radios] == [
            option.right for option in item.options
        ]
        for radio in radios:
            assert question.find("label", {"for": radio["id"]}).get_text(strip=True)
            assert page.select_one("details.quiz-key").find(id=radio["data-says"])
        assert question.select_one("button.quiz-check").get("type") == "button"
        assert question.select_one("[role=status]").get_text() == ""


def test_mathematics_and_markdown_of_a_quiz_are_parsed(pages):
    quiz = pages["chapters/lstm_gates.html"].select_one(".quiz")
    assert quiz.select("legend .math")
    assert quiz.select("label .math")
    assert quiz.select(".quiz-key .math")
    text = quiz.get_text()
    assert "$" not in text
    assert "*" not in text


def test_quiz_script_is_small_and_loaded_only_where_there_is_a_quiz(book, pages):
    assert (book / "_static" / "quiz.js").stat().st_size < 5000
    for name, page in pages.items():
        loads = bool(page.find("script", src=lambda src: src and "quiz.js" in src))
        assert loads == bool(page.select(".quiz")), name


@pytest.fixture
def quiz(browser, site):
    browser.open(f"{site}/chapters/lstm_gates.html")
    browser.run("window.q = document.querySelectorAll('.quiz-question')[0]; q.scrollIntoView()")
    browser.run("window.say = () => q.querySelector('[role=status]').textContent.trim()")
    return browser


def test_quiz_answers_wrong_then_right_and_keeps_the_focus(quiz):
    quiz.run("q.querySelector('button').focus(); q.querySelector('button').click()")
    quiz.until("say() === 'Choose an answer first.'")

    quiz.run("q.querySelector('input:not([data-right])').click()")
    quiz.run("q.querySelector('button').focus(); q.querySelector('button').click()")
    quiz.until("say().startsWith('Not right.')")
    assert quiz.run("say().includes('choose again')")
    assert quiz.run("document.activeElement === q.querySelector('button')")
    assert quiz.run("q.classList.contains('is-wrong')")

    quiz.run("q.querySelector('input[data-right]').click()")
    assert quiz.run("say()") == ""
    quiz.run("q.querySelector('button').click()")
    quiz.until("say().startsWith('Right.')")
    assert quiz.run("!q.classList.contains('is-wrong') && q.classList.contains('is-right')")


def test_each_option_gets_its_own_reason(quiz):
    replies = set()
    count = quiz.run("q.querySelectorAll('input').length")
    for k in range(count):
        quiz.run(f"q.querySelectorAll('input')[{k}].click(); q.querySelector('button').click()")
        quiz.until("say().length > 30")
        replies.add(quiz.run("say()"))
    assert len(replies) == count


def test_quiz_works_from_the_keyboard(quiz):
    quiz.run("q.querySelector('input').focus()")
    quiz.press(" ", text=" ")
    quiz.press("ArrowDown")
    assert quiz.run(
        "q.querySelectorAll('input')[1].checked && say() === ''"
    )  # moving grades nothing
    quiz.press("Tab")
    assert quiz.run("document.activeElement === q.querySelector('button')")
    quiz.press("Enter", text="\r")
    quiz.until("say().length > 30")

    quiz.run("q.querySelectorAll('input')[0].focus(); q.querySelectorAll('input')[0].click()")
    quiz.press("Enter", text="\r")
    quiz.until("say().length > 30")
    assert quiz.run("document.activeElement === q.querySelectorAll('input')[0]")


def test_without_a_script_questions_and_folded_key_are_there(browser, site):
    browser.open(f"{site}/chapters/lstm_gates.html", scripts=False)
    # Evaluation by the tools still works on a page whose own scripts are off.
    assert browser.run("document.querySelector('.quiz-check').offsetHeight") == 0
    assert browser.run("document.querySelector('.quiz-key summary').offsetHeight") > 0
    assert not browser.run("document.querySelector('.quiz-key').open")
    assert browser.run("document.querySelector('.quiz-question input').offsetHeight") > 0


def test_print_shows_the_key_and_hides_the_buttons(browser, site):
    browser.open(f"{site}/chapters/lstm_gates.html")
    browser.send("Emulation.setEmulatedMedia", media="print")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run("document.querySelector('.quiz-key li').offsetHeight") > 0
    assert browser.run("document.querySelector('.quiz-check').offsetHeight") == 0
    browser.run("dispatchEvent(new Event('afterprint'))")
    browser.send("Emulation.setEmulatedMedia", media="")
    assert not browser.run("document.querySelector('.quiz-key').open")


@pytest.mark.parametrize("name", ["index", "chapters/notation", "chapters/lstm_gates"])
def test_nothing_is_wider_than_a_phone(browser, site, name):
    browser.open(f"{site}/{name}.html", width=390, height=800)
    assert browser.run("document.documentElement.scrollWidth") <= 390
