"""A quiz answers mouse, keyboard and a screen reader, keeps the score, and does without a script."""

import json

import pytest

pytestmark = pytest.mark.slow
KEY = "unrolled.quiz.1"
REFUSE = """
    const refuse = () => { throw new DOMException("no", "SecurityError"); };
    Object.defineProperty(window, "localStorage", { get: refuse });
"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"


@pytest.fixture
def quiz(page, small_site):
    """Open the page that has a question of every kind."""
    page.goto(f"{small_site}/chapters/every_kind.html")
    return Quiz(page)


class Quiz:
    """What a reader does with the questions of a page."""

    def __init__(self, page):
        self.page = page

    def question(self, name, topic="every_kind"):
        return self.page.locator(f"#quiz-{topic}-{name}")

    def check(self, name, topic="every_kind"):
        """Press Check and return what the live region then says."""
        question = self.question(name, topic)
        question.get_by_role("button", name="Check").click()
        status = question.get_by_role("status")
        status.locator("strong").first.wait_for()
        return " ".join(status.inner_text().split())

    def status(self, name):
        return self.question(name).get_by_role("status").inner_text()

    def scores(self):
        return self.page.locator(".quiz-score-of").all_inner_texts()

    def kept(self):
        return json.loads(self.page.evaluate(f"localStorage.getItem('{KEY}')") or "null")


def test_check_without_an_answer_asks_for_one_and_is_no_try(quiz):
    assert quiz.check("first") == "Choose an answer first."
    assert quiz.check("pair") == "Choose an answer first."
    for text in ("", "a third", "1/3", "1e999"):
        quiz.question("third").get_by_label("Your answer").fill(text)
        assert quiz.check("third").startswith("Write a number first")
    assert quiz.kept() is None


def test_wrong_then_right_says_why_and_keeps_the_focus(quiz):
    first = quiz.question("first")
    first.get_by_label("It is \\(c\\)").check()
    assert quiz.status("first") == ""
    assert quiz.check("first") == (
        "Not right. That is the one after the next. You can answer again."
    )
    assert quiz.page.evaluate("document.activeElement.className") == "quiz-check"

    first.get_by_label("It is \\(b\\)").check()
    assert quiz.status("first") == ""  # the old reply does not stand beside a new answer
    assert quiz.check("first") == "Right. The second letter of the alphabet. Next question"
    assert quiz.page.evaluate("document.activeElement.className") == "quiz-check"
    assert quiz.scores()[0] == "1 of 5 right, 0 at the first try."


def test_the_way_on_leads_to_the_next_question_and_then_to_the_next_page(quiz):
    quiz.question("first").get_by_label("It is \\(b\\)").check()
    quiz.check("first")
    quiz.question("first").get_by_role("link", name="Next question").click()
    assert quiz.page.evaluate("document.activeElement.id") == "quiz-every_kind-pair"

    quiz.question("printed").get_by_role("radio").first.check()
    assert "Next page: About lstm_gates" in quiz.check("printed")
    quiz.question("printed").get_by_role("link", name="About lstm_gates").click()
    quiz.page.wait_for_url("**/lstm_gates.html")
    assert quiz.page.locator("p.quiz-next").inner_text() == "Back to the start: Start"


def test_several_answers_are_judged_one_by_one(quiz):
    pair = quiz.question("pair")
    pair.get_by_label("two").check()
    assert quiz.check("pair") == (
        "Partly right. A, right. Two is one times two. "
        "Something that is right is not chosen yet. You can answer again."
    )
    pair.get_by_label("four").check()
    pair.get_by_label("five").check()
    said = quiz.check("pair")
    assert said.startswith("Partly right.")
    assert "D, wrong. Five leaves" in said
    assert "not chosen yet" not in said
    pair.get_by_label("five").uncheck()
    said = quiz.check("pair")
    assert said.startswith("Right. A, right.")
    assert "again" not in said


NUMBERS = (
    ("0.333", "Right. One divided by three."),
    ("+.3363", "Right. One divided by three."),
    ("0.33633", "Right. One divided by three."),
    ("3.3e-1", "Right. One divided by three."),
    ("0,333", "Right. Read as 0.333. One divided by three."),
    ("0.3364", "Not right. Divide one metre by three."),
    ("3", "Not right. That is how many thirds there are."),
    ("\u22120.5", "Not right. A length is not negative."),
    ("7", "Not right. Divide one metre by three."),
)


def test_a_number_is_right_within_its_tolerance_and_foreseen_mistakes_are_named(quiz):
    for text, said in NUMBERS:
        quiz.question("third").get_by_label("Your answer").fill(text)
        assert quiz.check("third").startswith(said), text


def _letters(quiz):
    return "".join(quiz.question("morning").locator("li .quiz-letter").all_inner_texts())


def test_steps_are_ordered_by_buttons_that_keep_the_focus(quiz):
    assert _letters(quiz) == "ABCD"  # get up, leave, eat, wake up
    said = quiz.check("morning")
    assert said.startswith("Not right. Think of where you are")
    assert "Right from the top so far: 0 of 4." in said

    up = quiz.question("morning").get_by_role("button", name="Move D up")
    up.focus()
    for place in (3, 2, 1, 1):  # at the top it stays, and so does the focus
        quiz.page.keyboard.press("Enter")
        words = f"D is number {place} of 4."
        quiz.question("morning").get_by_role("status").get_by_text(words).wait_for()
        assert quiz.page.evaluate("document.activeElement.ariaLabel") == "Move D up"
    assert _letters(quiz) == "DABC"
    said = quiz.check("morning")
    assert said.startswith("Partly right. Think of where you are")
    assert "so far: 2 of 4. D. Nothing is done asleep. A. Breakfast is not served" in said
    assert "On the way" not in said  # what comes after the first fault is not told

    quiz.question("morning").get_by_role("button", name="Move C up").press(" ")
    assert quiz.check("morning").startswith("Right. So it goes each day. D. Nothing is done asleep")
    assert quiz.kept()["tries"] == {"every_kind/morning": 3}


def test_a_code_reading_shows_what_the_code_printed(quiz):
    prints = quiz.question("printed").locator("label code").all_inner_texts()
    assert prints == ["1 <b>\n2 <b>", "0 <b>\n1 <b>"]
    quiz.question("printed").get_by_role("radio").nth(1).check()
    assert quiz.check("printed").startswith("Right.")


def test_everything_works_from_the_keyboard_alone(quiz):
    press = quiz.page.keyboard.press
    quiz.question("first").evaluate("question => question.focus()")
    press("Tab")
    press(" ")
    press("ArrowDown")
    assert quiz.page.evaluate("document.activeElement.id") == "quiz-every_kind-first-1"
    assert quiz.status("first") == ""  # moving judges nothing
    press("Tab")
    press("Enter")
    quiz.question("first").get_by_text("Right.").wait_for()
    press("Tab")
    press("Enter")  # the link to the next question
    for _ in range(3):
        press("Tab")
    press(" ")
    assert quiz.question("pair").get_by_label("four").is_checked()
    press("Enter")  # in a field it is the Check button
    quiz.question("pair").get_by_text("Partly right.").wait_for()
    assert quiz.page.evaluate("document.activeElement.id") == "quiz-every_kind-pair-2"
    quiz.question("third").get_by_label("Your answer").focus()
    quiz.page.keyboard.type("0.333")
    press("Enter")
    quiz.question("third").get_by_text("Right.").wait_for()
    quiz.page.locator(".quiz-shuffle").focus()
    press(" ")
    assert quiz.kept()["shuffle"] is True
    press("Tab")
    press("Enter")
    assert quiz.kept()["tries"] == {}
    assert quiz.page.evaluate("document.activeElement.textContent") == "Undo"


def test_the_same_answer_checked_twice_is_one_try_and_right_stays_right(quiz):
    first = quiz.question("first")
    first.get_by_role("radio").nth(0).check()
    quiz.check("first")
    quiz.check("first")
    assert quiz.kept()["tries"] == {"every_kind/first": -1}
    first.get_by_role("radio").nth(1).check()
    quiz.check("first")
    assert quiz.kept()["tries"] == {"every_kind/first": 2}
    first.get_by_role("radio").nth(0).check()
    quiz.check("first")
    assert quiz.kept()["tries"] == {"every_kind/first": 2}


def _answer_two(quiz):
    quiz.question("first").get_by_role("radio").nth(1).check()
    quiz.check("first")
    quiz.question("printed").get_by_role("radio").nth(0).check()
    quiz.check("printed")


def test_the_score_survives_a_reload_and_stands_on_every_page(quiz, small_site):
    _answer_two(quiz)
    scores = ["1 of 5 right, 1 at the first try.", quiz.scores()[1]]
    assert quiz.scores() == scores
    quiz.page.reload()
    assert quiz.scores() == scores
    done = quiz.page.locator(".quiz-done").all_text_contents()
    assert done == [", answered", "", "", "", ", not yet right"]

    quiz.page.goto(f"{small_site}/index.html")
    whole, one, other = quiz.scores()
    assert (whole, one) == (scores[1], scores[0])
    assert other.startswith("0 of ")
    total = int(whole.split()[2])
    assert total == 5 + int(other.split()[2])


def test_clearing_can_be_undone_and_clears_nothing_else(quiz, small_site):
    _answer_two(quiz)
    quiz.page.goto(f"{small_site}/chapters/lstm_gates.html")
    quiz.question("half_life", "lstm_gates").get_by_role("radio").first.check()
    quiz.check("half_life", "lstm_gates")
    before = quiz.kept()["tries"]
    quiz.page.get_by_role("button", name="Clear these answers").click()
    assert quiz.kept()["tries"] == {n: x for n, x in before.items() if "every" in n}
    assert quiz.page.locator("input:checked").count() == 0
    undo = quiz.page.get_by_role("button", name="Undo")
    assert undo.evaluate("button => button === document.activeElement")
    quiz.page.locator(".quiz-note").get_by_text("Cleared.").wait_for()
    undo.click()
    kept = quiz.kept()["tries"]
    assert {name: tries for name, tries in kept.items() if tries} == before

    quiz.page.goto(f"{small_site}/index.html")
    quiz.page.get_by_role("button", name="Clear all answers").click()
    assert quiz.kept()["tries"] == {}
    assert all(score.startswith("0 of ") for score in quiz.scores())


def test_unknown_content_in_the_memory_counts_as_nothing(quiz):
    unknown = ("", "{", "null", "7", '"x"', "[1]", '{"tries": 3}', '{"tries": {"a/b": "x"}}')
    for content in unknown:
        quiz.page.evaluate(f"localStorage.setItem('{KEY}', {json.dumps(content)})")
        quiz.page.evaluate("dispatchEvent(new Event('storage'))")  # as after another tab's change
        assert quiz.scores()[0].startswith("0 of 5 right"), content
        quiz.question("first").get_by_role("radio").nth(0).check()
        quiz.question("first").get_by_role("radio").nth(1).check()
        quiz.check("first")
        assert quiz.scores()[0].startswith("1 of 5 right"), content
        assert quiz.kept()["tries"]["every_kind/first"] == 1, content


def test_what_a_later_version_keeps_beside_the_score_is_left_alone(quiz):
    later = '{"tries": {"every_kind/gone": 1}, "streak": 4}'
    quiz.page.evaluate(f"localStorage.setItem('{KEY}', '{later}')")
    quiz.page.reload()
    assert quiz.scores()[0].startswith("0 of 5 right")  # an item that is no more counts nothing
    quiz.question("first").get_by_role("radio").nth(1).check()
    quiz.check("first")
    assert quiz.kept()["streak"] == 4


@pytest.mark.parametrize("fault", [REFUSE, FULL], ids=["refused", "full"])
def test_a_browser_that_keeps_nothing_still_answers_and_says_so(pages, small_site, fault):
    with pages() as page:
        page.add_init_script(fault)
        page.goto(f"{small_site}/chapters/every_kind.html")
        quiz = Quiz(page)
        quiz.question("first").get_by_role("radio").nth(1).check()
        assert quiz.check("first").startswith("Right.")
        assert quiz.scores()[0] == "1 of 5 right, 1 at the first try."
        assert page.get_by_text("This browser keeps no data here").is_visible()


def test_shuffled_options_take_their_letters_and_reasons_along_and_the_wish_is_kept(quiz):
    # A shuffle that always takes the first: it turns A B C D into B C D A.
    quiz.page.evaluate("Math.random = () => 0")
    quiz.page.get_by_label("Shuffle the options").check()
    pair = quiz.question("pair")
    shown = [" ".join(text.split()) for text in pair.locator("label").all_inner_texts()]
    assert shown == ["A. three", "B. four", "C. five", "D. two"]
    pair.get_by_label("two").check()
    assert "D, right. Two is" in quiz.check("pair")
    key = quiz.page.locator(".quiz-key")
    key.locator("summary").click()
    assert "D and B are right." in key.inner_text()
    reasons = " ".join(key.inner_text().split())
    assert "A, wrong. Three leaves a rest of one. B, right. Four is two times two." in reasons
    assert _letters(quiz) == "ABCD"  # the steps of an order are shuffled already

    quiz.page.get_by_label("Shuffle the options").uncheck()
    assert pair.locator("label").first.inner_text().split() == ["A.", "two"]
    quiz.page.get_by_label("Shuffle the options").check()
    quiz.page.add_init_script("Math.random = () => 0")
    quiz.page.reload()
    assert pair.locator("label").first.inner_text().split() == ["A.", "three"]


def test_without_a_script_questions_and_a_folded_key_are_there(pages, small_site):
    with pages(scripts=False) as page:
        page.goto(f"{small_site}/chapters/every_kind.html")
        assert page.locator(".quiz-question").count() == 5
        assert page.locator(".quiz-question input:visible").count() == 2 + 4 + 1 + 2
        assert page.locator(".quiz button:visible, .quiz-bar:visible").count() == 0
        reason = page.get_by_text("Two is one times two.")
        assert not reason.is_visible()
        page.locator(".quiz-key summary").click()
        assert reason.is_visible()
        words = " ".join(page.locator(".quiz-key").inner_text().split())
        assert "Question 2: A and C are right." in words
        assert "Question 3: 0.333 m. Up to 1 % off counts as right." in words
        assert "Question 4: D, then A, then C, then B." in words
        page.goto(f"{small_site}/index.html")
        assert not page.locator(".quiz-total").is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_print_shows_the_questions_and_unfolds_the_answers(pages, small_site, scripts):
    with pages(scripts=scripts) as page:
        page.goto(f"{small_site}/chapters/every_kind.html")
        page.emulate_media(media="print")
        if scripts:
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.get_by_text("Two is one times two.").is_visible()
        assert page.locator("legend:visible").count() == 5
        assert page.locator(".quiz button:visible, .quiz-bar:visible").count() == 0
        assert page.locator(".quiz-key").evaluate("e => getComputedStyle(e).breakBefore") == "page"
        if scripts:
            page.evaluate("dispatchEvent(new Event('afterprint'))")
            assert not page.locator(".quiz-key").evaluate("key => key.open")


@pytest.mark.parametrize(
    ("size", "theme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")]
)
def test_axe_finds_nothing_before_and_after_answers(pages, small_site, violations, size, theme):
    with pages(size=size, theme=theme) as page:
        page.goto(f"{small_site}/chapters/every_kind.html")
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert violations(page) == []
        page.evaluate(
            """document.querySelectorAll(".quiz-question").forEach((question) => {
                const input = question.querySelector("input");
                if (input?.type === "text") input.value = "3";
                else input?.click();
                question.querySelector(".quiz-check").click();
            });
            document.querySelector(".quiz-key").open = true;"""
        )
        page.locator(".quiz-status:has(strong)").last.wait_for()
        assert page.locator(".quiz-question.is-right, .quiz-question.is-wrong").count() == 5
        assert violations(page, ".quiz") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        page.goto(f"{small_site}/index.html")
        assert violations(page, ".quiz-total") == []


def test_axe_would_find_a_fault(page, small_site, violations):
    page.goto(f"{small_site}/chapters/every_kind.html")
    page.evaluate("document.querySelector('.quiz-number').previousSibling.remove()")
    page.evaluate("document.querySelector('.quiz-count').style.color = '#aaa'")
    rules = {line.partition(":")[0] for line in violations(page, ".quiz")}
    assert rules == {"label", "label-title-only", "color-contrast"}


def test_a_finger_finds_its_targets_and_answers(pages, small_site):
    with pages(size="phone") as page:
        page.goto(f"{small_site}/chapters/every_kind.html")
        targets = page.locator(".quiz label:visible, .quiz button:visible, .quiz-number")
        heights = targets.evaluate_all("all => all.map((e) => e.getBoundingClientRect().height)")
        assert len(heights) > 20
        assert min(heights) >= 24
        boxes = page.locator(".quiz input:visible").evaluate_all(
            "all => all.map((e) => e.getBoundingClientRect()).map((e) => [e.width, e.height])"
        )
        assert len(boxes) == 1 + 2 + 4 + 1 + 2  # the switch, and those of the questions
        assert min(map(min, boxes)) >= 24
        quiz = Quiz(page)
        quiz.question("first").locator("label").nth(1).tap()
        quiz.question("first").get_by_role("button", name="Check").tap()
        quiz.question("first").get_by_text("Right.").wait_for()
        assert quiz.kept()["tries"] == {"every_kind/first": 1}
