"""Quiz files keep their schema, and their questions cannot be answered by test-craft."""

import math
import re
from pathlib import Path

import pytest

from unrolled.book.outcomes import read_outcomes
from unrolled.quiz.fields import FieldError
from unrolled.quiz.items import read_items

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "chapters" / "quizzes").glob("*.yml"))

GOOD = """\
- id: first
  outcome: topic.one
  difficulty: easy
  stem: Which?
  options:
    - text: this
      right: true
      says: It is.
    - text: that
      says: It is not.
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "topic.yml"
        path.write_text(text)
        return read_items(path)

    return read


def test_items_carry_what_the_file_says(read):
    (item,) = read(GOOD)
    assert (item.id, item.outcome, item.stem, item.line) == ("first", "topic.one", "Which?", 1)
    assert item.right == 0
    assert [(o.text, o.right, o.says) for o in item.options] == [
        ("this", True, "It is."),
        ("that", False, "It is not."),
    ]


def test_a_topic_is_looked_up_under_the_root():
    assert read_items("lstm_gates", ROOT) == read_items(FILES[0].with_name("lstm_gates.yml"))


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("  stem: Which?\n", "", 1, "", "stem is missing"),
        ("stem: Which?", "stem: ''", 4, "stem", "expected some text"),
        ("stem:", "steem:", 4, "steem", "unknown field"),
        ("stem: Which?", "stem: Which?\n  stem: Who?", 5, "stem", "given twice"),
        ("stem: Which?", "stem: [a]", 4, "stem", "expected some text"),
        ("id: first", "id: First one", 1, "id", "is not a name"),
        ("topic.one", "one", 2, "outcome", "is not a name"),
        ("right: true", "right: 1", 7, "options[1].right", "true or false"),
        ("right: true", "right: false", 6, "options", "exactly one"),
        ("text: that", "text: that\n      right: true", 6, "options", "exactly one"),
        ("text: that", "text: this", 6, "options", "same text"),
        ("      says: It is not.\n", "", 9, "options[2]", "says is missing"),
        ("    - text: that\n      says: It is not.\n", "", 6, "options", "at least two"),
        (
            "text: that",
            "text: |\n        that\n\n        one",
            9,
            "options[2].text",
            "one paragraph",
        ),
        ("difficulty: easy", "difficulty: 3", 3, "difficulty", "none of easy, medium, hard"),
        ("difficulty: easy", "kind: ten", 3, "kind", "none of one, several, number"),
        ("stem: Which?", "stem: {Which", 5, "", "expected"),
    ],
)
def test_a_broken_file_is_named_with_line_and_field(read, old, new, line, field, words):
    assert old in GOOD
    with pytest.raises(FieldError) as caught:
        read(GOOD.replace(old, new, 1))
    message = str(caught.value)
    assert f"topic.yml:{line}:" in message
    assert field in message
    assert words in message


def test_an_id_used_twice_is_named_with_both_lines(read):
    with pytest.raises(FieldError, match=r"topic\.yml:11: .*already used on line 1"):
        read(GOOD + GOOD)


@pytest.mark.parametrize("text", ["", "a: b", "[]", "just words"])
def test_a_file_that_is_no_list_is_refused(read, text):
    with pytest.raises(FieldError, match=r"topic\.yml:1:"):
        read(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestQuizOf:
    def test_has_five_items_or_more(self, path):
        assert len(read_items(path)) >= 5

    def test_items_test_outcomes_that_the_chapter_declares(self, path):
        declared = {o.id for o in read_outcomes(ROOT / "chapters" / f"{path.stem}.md")}
        assert {item.outcome for item in read_items(path)} <= declared

    def test_right_option_is_seldom_the_longest(self, path):
        items = read_items(path)
        longest = [max(i.options, key=lambda option: len(option.text)).right for i in items]
        assert sum(longest) < len(items) / 2

    def test_right_options_stand_in_different_places(self, path):
        places = [item.right for item in read_items(path)]
        assert len(set(places)) >= 3
        assert max(places.count(place) for place in places) <= len(places) / 2

    def test_no_option_refers_to_the_others(self, path):
        lazy = re.compile(r"\b(all|none|both|neither) of (the|these|those)\b|\babove\b", re.I)
        for item in read_items(path):
            assert not [o.text for o in item.options if lazy.search(o.text)], item.id

    def test_every_option_has_a_reason_of_its_own(self, path):
        reasons = [option.says for item in read_items(path) for option in item.options]
        assert len(set(reasons)) == len(reasons)


def test_numbers_in_the_lstm_quiz_are_right():
    items = {item.id: item for item in read_items("lstm_gates", ROOT)}

    step = items["one_step"]
    names = ("c_{t-1}", "i_t", "f_t", "g_t", "o_t")
    c, i, f, g, o = (
        float(re.search(re.escape(n) + r" = (-?[\d.]+)", step.stem)[1].rstrip(".")) for n in names
    )
    new_c = f * c + i * g
    swapped = i * c + f * g
    values = [
        (new_c, o * math.tanh(new_c)),
        (new_c, o * new_c),
        (swapped, o * math.tanh(swapped)),
        (math.tanh(new_c), o * math.tanh(new_c)),
    ]
    for option, (cell, hidden) in zip(step.options, values, strict=True):
        stated = [float(number) for number in re.findall(r"-?\d+\.\d+", option.text)]
        assert stated == pytest.approx([cell, hidden], abs=6e-4)
    assert step.right == 0

    half = items["half_life"]
    assert float(re.search(r"f = ([\d.]+)\$", half.stem)[1]) == 0.99
    assert half.options[half.right].text == str(round(math.log(0.5) / math.log(0.99)))
    assert "0.61" in half.options[0].says
    assert round(0.99**50, 2) == 0.61
