"""Moodle XML, read back by Moodle's own rules: the same questions, options, marks and feedback.

No schema of the format is published; the reader here is written from Moodle's documentation and from
what its importer takes, and shares nothing with the writer.
"""

from xml.dom import minidom

import pytest

# The fractions that Moodle offers; its importer refuses any other.
FRACTIONS = {100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667}
FRACTIONS |= {14.28571, 12.5, 11.11111, 10, 5, 0}


def child(node, name):
    (found,) = [n for n in node.childNodes if n.nodeName == name]
    return found


def text(node, *path):
    for name in (*path, "text"):
        node = child(node, name)
    return "".join(n.data for n in node.childNodes)


def plain(node, name):
    return "".join(n.data for n in child(node, name).childNodes)


@pytest.fixture(scope="module")
def questions(exported):
    data, notes = exported("moodle-xml")
    assert notes == []
    quiz = minidom.parseString(data).documentElement
    category, *found = [node for node in quiz.childNodes if node.nodeName == "question"]
    assert category.getAttribute("type") == "category"
    assert text(category, "category") == "$course$/top/Unrolled/quiz"
    return {text(node, "name"): node for node in found}


def answers(node):
    return [n for n in node.childNodes if n.nodeName == "answer"]


def fractions(node):
    return [float(a.getAttribute("fraction")) for a in answers(node)]


def test_every_item_is_a_question_with_its_words_and_tags(questions, bank, seen, asked):
    assert list(questions) == list(bank)
    for item in bank.values():
        node = questions[item.id]
        unit = " (in steps)" if item.id == "steps_to_half" else ""
        assert seen(text(node, "questiontext")) == asked(item, unit)
        tags = [text(t) for t in child(node, "tags").childNodes if t.nodeName == "tag"]
        assert tags == [item.outcome, item.difficulty]
        assert plain(node, "idnumber") == item.id


@pytest.mark.parametrize("name", ["plain_choice", "several_of_five", "what_it_prints"])
def test_a_choice_keeps_its_options_and_their_feedback(questions, bank, seen, meant, offered, name):
    node, item = questions[name], bank[name]
    assert node.getAttribute("type") == "multichoice"
    assert plain(node, "single") == ("false" if item.kind == "several" else "true")
    assert [seen(text(a)) for a in answers(node)] == offered(item)
    assert [seen(text(a, "feedback")) for a in answers(node)] == [
        meant(option.says) for option in item.options
    ]
    if item.kind != "several":
        assert fractions(node) == [100.0 * option.right for option in item.options]


def test_several_answers_share_the_marks_and_ticking_all_earns_none(questions, bank):
    found, item = fractions(questions["several_of_five"]), bank["several_of_five"]
    assert {abs(fraction) for fraction in found} <= FRACTIONS
    right = [f for f, option in zip(found, item.options, strict=True) if option.right]
    assert sum(right) == pytest.approx(100, abs=1e-4)
    assert sum(found) == pytest.approx(0, abs=1e-4)
    assert all((f > 0) == option.right for f, option in zip(found, item.options, strict=True))


@pytest.mark.parametrize(
    ("name", "number", "share", "words"),
    [
        ("steps_to_half", 69, 100, "gives"),
        ("steps_to_half", 69.5, 100, "gives"),
        ("steps_to_half", 69.6, 0, "Solve"),
        ("steps_to_half", 50.5, 0, "slows down"),
        ("steps_to_half", 95, 0, "time constant"),
        ("steps_to_half", 106, 0, "Solve"),
        ("negative_number", -0.01005, 100, "Right"),
        ("negative_number", -0.0101505, 100, "Right"),
        ("negative_number", -0.0102, 0, "negative"),
        ("negative_number", 0.01005, 0, "negative"),
    ],
)
def test_a_number_is_marked_within_its_tolerance(questions, name, number, share, words):
    """As Moodle marks: the first answer that fits counts."""
    node = questions[name]
    assert node.getAttribute("type") == "numerical"
    for answer in answers(node):
        shown = text(answer)
        if shown == "*" or abs(number - float(shown)) <= float(plain(answer, "tolerance")) + 1e-12:
            assert float(answer.getAttribute("fraction")) == share
            assert words in text(answer, "feedback")
            return
    raise AssertionError("no answer fits")


def test_an_order_is_a_native_ordering_in_the_right_order(questions, bank, seen, meant):
    node, item = questions["order_of_a_step"], bank["order_of_a_step"]
    assert node.getAttribute("type") == "ordering"
    assert plain(node, "selecttype") == "ALL"
    assert plain(node, "gradingtype") == "ALL_OR_NOTHING"
    assert fractions(node) == [1, 2, 3, 4]
    assert [seen(text(a)) for a in answers(node)] == [meant(step.text) for step in item.steps]
    assert [seen(text(a, "feedback")) for a in answers(node)] == [
        meant(step.says) for step in item.steps
    ]
    assert seen(text(node, "correctfeedback")) == meant(item.says)
    assert seen(text(node, "incorrectfeedback")) == meant(item.otherwise)
