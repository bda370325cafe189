"""Questions in an assignment: asked, and checked on the spot; and the key stays with us."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from unrolled import recording, sealed
from unrolled.check import checks
from unrolled.exercise import ExerciseError, Item, read_topic
from unrolled.question import Marked
from unrolled.quiz.notebook import quiz_keys
from unrolled.sealed import seal

ASKED = ["plain_choice", "several_of_five", "steps_to_half", "order_of_a_step", "what_it_prints"]


COST = dict(sealed._COST)


@pytest.fixture(scope="module", autouse=True)
def _quickly():
    """Let a try cost less than a learner pays: hundreds are made here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sealed._COST, "n", 2**4)
        yield


@pytest.fixture(scope="module")
def exercise(tmp_path_factory, write_course):
    return read_topic("quiz", write_course(tmp_path_factory.mktemp("asked") / "course"))


@pytest.fixture(scope="module")
def keys(exercise):
    return quiz_keys(exercise)


@pytest.fixture(scope="module")
def folder(exercise, keys, tmp_path_factory):
    """The folder that a learner gets, as far as questions need it."""
    made = tmp_path_factory.mktemp("learner")
    items = {item.name: item for item in exercise.items}
    replies = {name: key.sealed() for name, key in keys.items()}
    recording.Recording("quiz", items, {}, {}, [], replies).write(made / "quiz.json")
    checks_of = exercise.path.parents[1] / "tests" / "checks" / "test_quiz.py"
    (made / "test_quiz.py").write_text(checks_of.read_text())
    return made


@pytest.fixture(scope="module")
def check(folder):
    """Check an answer as a learner does; without one, with a name that is not there."""
    namespace = {"__name__": "__main__"}
    checker = checks("quiz", namespace, folder)

    def run(name, *answer):
        namespace.pop(name, None)
        if answer:
            namespace[name] = answer[0]
        return checker(name)

    return run


# --- the source --------------------------------------------------------------------------------


def test_a_line_becomes_a_question_a_cell_to_answer_in_and_a_check(exercise):
    cells = [c for c in exercise.notebook_cells if c.name == "steps_to_half"]
    assert [c.cell_id for c in cells] == [
        f"{kind}-steps_to_half" for kind in ("question", "answer", "check")
    ]
    assert "After how many steps" in cells[0].source
    assert cells[1].source == "steps_to_half = ...  # a number, in steps"
    assert cells[2].source == 'check("steps_to_half")'
    assert [item.name for item in exercise.graded] == ["double", *ASKED]
    assert [item.name for item in exercise.items] == ["double"]


def test_a_question_shows_every_option_and_no_reason(exercise, keys):
    for name, key in keys.items():
        shown = exercise.notebook_cells
        (question,) = [c.source for c in shown if c.cell_id == f"question-{name}"]
        for part in (*key.bank.options, *key.bank.steps):
            for line in part.text.splitlines():
                assert line in question
            assert part.says.strip() not in question


def test_the_module_can_still_be_run(exercise):
    assert exercise.load()["double"](2) == 4


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('quiz="plain_choice" points=1', 'quiz="nothing" points=1', "holds no question 'nothing'"),
        ('quiz="plain_choice" points=1', 'quiz="plain_choice"', "needs points=…"),
        ('bank="midterm"', 'bank="final"', "there is no quiz file"),
        ('quiz="plain_choice"', 'quiz="double"', "has the name of another cell"),
        ('quiz="plain_choice"', 'quiz="1st"', "cannot be the name of an answer"),
        (
            'quiz="plain_choice" points=1\n',
            'quiz="plain_choice" points=1\nx = 1\n',
            "from the bank",
        ),
    ],
)
def test_a_malformed_line_is_refused_with_file_and_line(tmp_path, write_course, old, new, words):
    root = write_course(tmp_path / "course")
    path = root / "solutions" / "quiz.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ExerciseError) as caught:
        quiz_keys(read_topic("quiz", root))
    assert re.search(rf"quiz\.py:\d+: .*{re.escape(words)}", str(caught.value))


# --- what learners get -------------------------------------------------------------------------


def test_no_reason_and_no_verdict_can_be_read_in_the_exercise_folder(folder, keys):
    text = (folder / "quiz.json").read_text()
    for key in keys.values():
        for part in (*key.bank.options, *key.bank.steps, *key.bank.wrong):
            assert part.says.strip() not in text
            assert json.dumps(part.says)[1:-1] not in text
    assert "share" not in text
    assert "right" not in text


@pytest.mark.parametrize("name", ["plain_choice", "several_of_five", "what_it_prints"])
def test_another_right_option_would_leave_the_file_looking_the_same(keys, name):
    """Names, order and lengths of the entries depend on the question alone, not on its key."""
    key = keys[name]
    options = key.bank.options
    turned = [
        replace(option, right=other.right)
        for option, other in zip(options, options[1:] + options[:1], strict=True)
    ]
    other = replace(key, bank=replace(key.bank, options=tuple(turned))).sealed()
    mine = key.sealed()
    assert mine.salt == other.salt
    assert list(mine.entries) == sorted(other.entries)
    assert mine.entries != other.entries
    assert len({len(entry) for entry in (*mine.entries.values(), *other.entries.values())}) == 1


def test_steps_are_shown_in_an_order_that_depends_on_their_texts_alone(exercise, keys):
    key = keys["order_of_a_step"]
    turned = replace(key, bank=replace(key.bank, steps=key.bank.steps[::-1]))
    assert turned.sealed().salt == key.sealed().salt
    assert turned.right == key.right[::-1]


def test_each_try_costs_a_slow_hash_with_a_salt_of_the_item(keys, monkeypatch):
    monkeypatch.setattr(sealed, "_COST", COST)
    tried = []
    slow = sealed.hashlib.scrypt

    def watched(name, **how):
        tried.append(how)
        return slow(name, **how)

    monkeypatch.setattr(sealed.hashlib, "scrypt", watched)
    replies = keys["plain_choice"].sealed(), keys["what_it_prints"].sealed()
    tried.clear()
    for each in replies:
        each.reply("a")
    assert [how["n"] * how["r"] * 128 for how in tried] == [2**24, 2**24]  # 16 MB for each try
    assert tried[0]["salt"] != tried[1]["salt"]
    assert not replies[0].entries.keys() & replies[1].entries.keys()


def test_an_entry_opens_with_its_own_answer_alone():
    entries = seal("salt", {"a": {"says": "yes"}, "b": {"says": "no, not at all"}})
    tag, key = sealed.derived("salt", "a")
    other = sealed.derived("salt", "b")[0]
    assert len(set(map(len, entries.values()))) == 1
    assert sealed._crossed(sealed.base64.b64decode(entries[tag]), key).startswith(
        b'{"says": "yes"}'
    )
    with pytest.raises(ValueError, match=r"codec|JSON|Expecting|Extra|Invalid|delimiter"):
        json.loads(sealed._crossed(sealed.base64.b64decode(entries[other]), key))


# --- on the spot -------------------------------------------------------------------------------


def test_the_right_answer_is_told_so(check, keys):
    for name, key in keys.items():
        report = check(name, key.right)
        assert report.right, report.text()
        assert report.points == report.item.points
        assert report.text().startswith(f"{name}: right (")


def test_a_wrong_answer_gets_the_words_for_the_option_chosen(check):
    report = check("what_it_prints", "a")
    assert report.points == 0
    assert "→ The second line has no question mark." in report.text()
    assert "Each state doubles" not in report.text()
    assert "The loss slows down." in check("steps_to_half", 50).text()
    assert "Solve" in check("steps_to_half", 51).text()
    assert "Ask what each step needs." in check("order_of_a_step", "abcd").text()


@pytest.mark.parametrize(
    ("answer", "points", "words"),
    [
        (["a"], 0.67, ["✓ a: It scales what is written.", "→ There are more right options"]),
        (["a", "b"], 1.33, ["right in part (1.33 of 2 points)", "✓ b:"]),
        (["a", "b", "c"], 0.33, ["✗ c: It is content, not a gate."]),
        ("abde", 1.0, ["✗ e: The GRU has that one."]),
        (("a", "c"), 0, ["not yet"]),
        ({"c", "e"}, 0, ["✗ c:", "✗ e:"]),
        ("abcde", 0, ["✓ a:", "✗ e:"]),
        (["A", " d ", "b"], 2, ["right (2 points)"]),
        (["a", "a", "a"], 0.67, []),
    ],
)
def test_several_answers_earn_their_part_and_each_choice_its_words(check, answer, points, words):
    report = check("several_of_five", answer)
    assert report.points == points
    for each in words:
        assert each in report.text()


NO_ANSWER = [
    *(..., None, "", "z", "ab c d e f", [], [1], [["a"]], {}, {"a": 1}, 3j, b"a", object, math.nan),
    *("a" * 10**6, ["a"] * 10**6, np.zeros(3), "<b>", True, 10**400, np.array("a"), {1, 2}),
]


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("value", NO_ANSWER, ids=lambda value: repr(value)[:20])
def test_what_is_no_answer_earns_nothing_and_is_not_quoted(check, name, value):
    report = check(name, value)
    assert report.points == 0
    assert not report.right
    assert "<b>" not in report.text() + report._repr_html_()
    assert len(report.text()) < 400


def test_a_question_left_alone_is_not_answered_yet(check):
    assert "There is no plain_choice in your notebook." in check("plain_choice").text()
    report = check("plain_choice", ...)
    assert report.state == "not written"
    assert report.reason == "plain_choice is not answered yet."


@pytest.mark.parametrize("number", [69, 69.5, 68.5, np.float64(69), np.int64(69), np.array(69.2)])
def test_a_number_is_right_within_its_tolerance(check, number):
    assert check("steps_to_half", number).right


def test_the_sealed_replies_say_what_the_key_says(keys):
    for name in ("plain_choice", "several_of_five", "what_it_prints"):
        key, replies = keys[name], keys[name].sealed()
        for letter in "abcde"[: key.question.choices]:
            assert replies.reply(letter) == key.reply(letter)
    key, replies = keys["steps_to_half"], keys["steps_to_half"].sealed()
    for number in (68.4, 68.5, 69.5, 50.5, 95.0, -69.0, 1e300):
        assert replies.reply(number) == key.reply(number)


def test_a_python_without_scrypt_is_told_that_the_grader_has_the_key(check, monkeypatch):
    monkeypatch.delattr(sealed.hashlib, "scrypt")
    assert "Hand in the notebook all the same" in check("plain_choice", "a").words


def test_a_report_shows_mathematics_and_nothing_of_the_learners(check):
    report = check("plain_choice", "a")
    assert 'class="tex2jax_process mathjax_process"' in report._repr_html_()
    assert "$a &lt; b$" in report._repr_html_()


@pytest.mark.parametrize("share", [-1, 0, 1, 1.5, math.nan, math.inf, -math.inf])
def test_a_share_out_of_bounds_earns_nothing(share):
    item = Item("q", 2.0, "a.b")
    assert Marked(item, (), ("wrong",), share=share).points == 0
    assert Marked(item, (), (), share=share).points == 0
    assert Marked(item, (), ("wrong",), share=0.999).points <= 2.0
