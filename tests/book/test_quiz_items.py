"""Quiz files keep their schema, and their questions cannot be answered by test-craft."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from unrolled.book.outcomes import read_outcomes
from unrolled.quiz import reading
from unrolled.quiz.fields import FieldError
from unrolled.quiz.items import read_items, shuffled_order

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "chapters" / "quizzes").glob("*.yml"))

NUMBER = """\
- id: first
  outcome: topic.one
  difficulty: hard
  kind: number
  stem: How many?
  answer:
    value: 200
    tolerance: 1%
    unit: steps
  says: So many.
  wrong:
    - value: 100
      says: Half of them.
    - from: -5
      to: 0
      says: None is the least.
  otherwise: Count again.
"""
ORDER = """\
- id: first
  outcome: topic.one
  difficulty: easy
  kind: order
  stem: In which order?
  steps:
    - text: one
      says: It is the first.
    - text: two
      says: It follows one.
    - text: three
      says: It is the last.
  says: So we count.
  otherwise: Count on your fingers.
"""
READING = """\
- id: first
  outcome: topic.one
  difficulty: easy
  kind: reading
  stem: What does it print?
  code: |
    for n in range(2):
        print(n)
  options:
    - text: "1 2"
      says: It begins with 0.
    - computed: true
      says: From 0 on.
"""
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
    _is_named(read, GOOD, old, new, line, field, words)


SEVERAL = GOOD.replace("  stem:", "  kind: several\n  stem:").replace(
    "      says: It is not.\n",
    "      right: true\n      says: It is not.\n    - text: no\n      says: No.\n",
)


def test_several_options_may_be_right_but_not_all(read):
    (item,) = read(SEVERAL)
    assert (item.kind, item.rights) == ("several", (0, 1))
    for broken in (SEVERAL.replace("right: true", "right: false"), _all_right(SEVERAL)):
        with pytest.raises(
            FieldError, match=r"topic\.yml:7: \[1\]\.options: some options, and not"
        ):
            read(broken)


def _all_right(text):
    return text.replace("says: No.", "right: true\n      says: No.")


def test_a_number_has_a_tolerance_a_unit_and_foreseen_mistakes(read):
    (item,) = read(NUMBER)
    assert (item.answer.value, item.answer.unit, item.answer.relative) == (200, "steps", True)
    for number, inside in ((198, True), (202, True), (197.9, False), (202.1, False)):
        assert (number in item.answer.interval) == inside
    half, none = item.wrong
    assert 101 in half.interval  # one per cent of this number, not of the answer
    assert 101.1 not in half.interval
    assert -5 in none.interval
    (absolute,) = read(NUMBER.replace("1%", "0.3"))
    assert 200.3 in absolute.answer.interval
    assert 200.31 not in absolute.answer.interval
    assert 99.7 in absolute.wrong[0].interval
    (exact,) = read(NUMBER.replace("200", "0.1").replace("1%", "0"))
    assert 0.1 in exact.answer.interval
    assert 0.1001 not in exact.answer.interval


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("value: 200", "value: many", 7, "answer.value", "expected a number, found 'many'"),
        ("value: 200", "value: 1e999", 7, "answer.value", "expected a number"),
        ("value: 200", "value: .nan", 7, "answer.value", "expected a number"),
        ("value: 200", "value: 0", 8, "answer.tolerance", "a share of zero is zero"),
        ("tolerance: 1%", "tolerance: -1", 8, "answer.tolerance", "not negative"),
        ("    tolerance: 1%\n", "", 7, "answer", "tolerance is missing"),
        ("value: 100", "value: 199", 12, "wrong[1]", "overlaps with the answer"),
        ("to: 0", "to: 100", 14, "wrong[2]", "overlaps with the wrong number on line 12"),
        ("to: 0", "to: -9", 15, "wrong[2].to", "-9 is less than -5"),
        ("  otherwise: Count again.\n", "", 1, "", "otherwise is missing"),
        ("  kind: number\n", "", 6, "answer", "unknown field"),
    ],
)
def test_a_broken_number_is_named_with_line_and_field(read, old, new, line, field, words):
    _is_named(read, NUMBER, old, new, line, field, words)


def test_steps_are_shown_in_another_order_that_stays_the_same(read):
    (item,) = read(ORDER)
    shown = shuffled_order(item)
    assert sorted(shown) == [0, 1, 2]
    assert shown != (0, 1, 2)
    assert shown == shuffled_order(read(ORDER)[0])
    orders = {shuffled_order(read(ORDER.replace("id: first", f"id: n{k}"))[0]) for k in range(60)}
    assert len(orders) == 5  # each but the right one
    moved = replace(item, steps=item.steps[::-1])  # the way back does not show in how it is made
    by_text = [moved.steps[k].text for k in shuffled_order(moved)]
    assert by_text == [item.steps[k].text for k in shown]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("    - text: three\n      says: It is the last.\n", "", 7, "steps", "at least three"),
        ("text: three", "text: two", 7, "steps", "two steps have the same text"),
        ("      says: It is the last.\n", "", 11, "steps[3]", "says is missing"),
        ("  says: So we count.\n", "", 1, "", "the field says is missing"),
    ],
)
def test_a_broken_order_is_named_with_line_and_field(read, old, new, line, field, words):
    _is_named(read, ORDER, old, new, line, field, words)


def test_the_right_option_of_a_reading_is_what_its_code_prints(read):
    (item,) = read(READING)
    assert item.code == "for n in range(2):\n    print(n)"
    assert item.options[item.right].text == "0\n1"
    assert [option.computed for option in item.options] == [False, True]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ('"1 2"', '"0  1"', 10, "options[1].text", "this is what the code prints"),
        ("print(n)", "print(m)", 6, "code", "the code fails: NameError"),
        ("print(n)", "pass", 6, "code", "prints nothing"),
        ("print(n)", "print('n' * 3000)", 6, "code", "more than 2000"),
        ("print(n)", "input()", 6, "code", "the code fails: EOFError"),
        ("computed: true", "computed: true\n      text: a", 13, "options[2].text", "unknown field"),
        ("computed: true", "text: a", 10, "options", "exactly one option must have computed"),
        ('text: "1 2"', "computed: true", 10, "options", "exactly one option must have computed"),
        ("computed: true", "computed: maybe", 12, "options[2].computed", "true or false"),
    ],
)
def test_a_broken_reading_is_named_with_line_and_field(read, old, new, line, field, words):
    _is_named(read, READING, old, new, line, field, words)


def test_code_that_does_not_end_is_stopped(read, monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 0.5)
    with pytest.raises(FieldError, match=r"topic\.yml:6: .*still running after 0\.5 s"):
        read(READING.replace("print(n)", "while True: pass"))


def _is_named(read, good, old, new, line, field, words):
    assert old in good
    with pytest.raises(FieldError) as caught:
        read(good.replace(old, new, 1))
    where, message = str(caught.value).split(": ", 1)
    assert where.endswith(f"topic.yml:{line}")
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
        items = [item for item in read_items(path) if item.options]
        longest = [max(i.options, key=lambda option: len(option.text)).right for i in items]
        assert sum(longest) <= len(items) / 2

    def test_right_options_stand_in_different_places(self, path):
        places = [item.right for item in read_items(path) if item.kind in ("one", "reading")]
        assert len(set(places)) >= 3
        assert max(places.count(place) for place in places) <= len(places) / 2

    def test_how_many_are_right_cannot_be_guessed(self, path):
        several = [item for item in read_items(path) if item.kind == "several"]
        patterns = {tuple(option.right for option in item.options) for item in several}
        assert len(patterns) == len(several)

    def test_no_option_refers_to_the_others(self, path):
        lazy = re.compile(r"\b(all|none|both|neither) of (the|these|those)\b|\babove\b", re.I)
        for item in read_items(path):
            assert not [o.text for o in item.options if lazy.search(o.text)], item.id

    def test_every_option_has_a_reason_of_its_own(self, path):
        items = read_items(path)
        reasons = [x.says for item in items for x in (*item.options, *item.wrong, *item.steps)]
        reasons += [words for item in items for words in (item.says, item.otherwise) if words]
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

    bias = items["bias_for_memory"]
    gate = 2 ** (-1 / 20)
    wanted = math.log(gate / (1 - gate))
    assert bias.answer.value == round(wanted, 2)
    assert wanted in bias.answer.interval
    time_constants = (math.exp(-1 / 20), 1 - 1 / 20)
    for k, foreseen in enumerate(([gate], time_constants, [-wanted], [math.log(2) / 20])):
        numbers = [math.log(f / (1 - f)) for f in foreseen] if k == 1 else foreseen
        assert all(number in bias.wrong[k].interval for number in numbers)

    count = items["count_parameters"]
    assert sum(w.numel() for w in torch.nn.LSTM(3, 4).parameters()) == count.answer.value
    slips = [16 * (3 + 4 + 1), 16 * (3 + 4), 4 * (3 + 4 + 2), 12 * (3 + 4 + 2), 16 * (3 + 2)]
    assert [wrong.interval.value for wrong in count.wrong] == slips


def test_wrong_prints_come_from_the_slips_that_their_reasons_name():
    items = {item.id: item for item in read_items("lstm_gates", ROOT)}
    item = items["three_steps"]
    slips = {"c = f * c + i * g": 2, "c = i * c + f * g": 0, "c = c + i * g": 1, "c = i * g": 3}
    for line, position in slips.items():
        code = item.code.replace("c = f * c + i * g", line)
        assert reading.what_it_prints(code) == item.options[position].text

    item = items["kept_states"]
    assert reading.what_it_prints(item.code) == item.options[0].text
    for (old, new), position in {
        ("c *= f", "c = f * c"): 1,
        ("kept = [c]", "kept = [c.copy()]"): 2,
    }.items():
        code = item.code.replace(old, new)
        assert reading.what_it_prints(code) == item.options[position].text
