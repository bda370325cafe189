"""Questions in an assignment: asked, checked on the spot, marked; and the key stays with us."""

import ast
import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from unrolled import recording, sealed
from unrolled.check import checks
from unrolled.exercise import ExerciseError, Item, read_topic
from unrolled.question import Marked
from unrolled.quiz.notebook import quiz_keys
from unrolled.sealed import seal

ROOT = Path(__file__).resolve().parents[2]
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


# --- marked ------------------------------------------------------------------------------------

RIGHT = {
    "double": 1, "plain_choice": 1, "several_of_five": 2, "steps_to_half": 1,
    "order_of_a_step": 1, "what_it_prints": 1,
}  # fmt: skip


def answers(notebook, **own):
    """Return a filled-in notebook's text: answers by name, as code."""
    made = nbformat.from_dict(notebook)
    for cell in made.cells:
        kind, _, name = cell.id.partition("-")
        if kind in ("answer", "exercise") and name in own:
            cell.source = own[name]
    return made


@pytest.mark.slow
def test_a_class_is_marked_with_partial_credit_and_reports(course, keys):
    """By `unrolled grade`, then again by nbgrader's own autograde: gradebook, notebook, feedback."""
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI

    from unrolled.grading.coordinator import grade

    release = course.released("quiz")
    right = {name: f"{name} = {key.right!r}" for name, key in keys.items()}
    right["double"] = "def double(x):\n    return x + x"
    trap = 'class Any(str):\n    __eq__ = lambda *_: True\nplain_choice = Any("b")'
    students = {
        "right": right,
        "part": right | {"several_of_five": 'several_of_five = ["a", "b"]'},
        "ticks-all": right | {"several_of_five": 'several_of_five = list("abcde")'},
        "blank": {},
        "trap": right | {"plain_choice": trap, "what_it_prints": "check = print = lambda *_: 6.0"},
    }
    for student, own in students.items():
        folder = course.folder / "submitted" / student / "quiz"
        folder.mkdir(parents=True)
        nbformat.write(answers(release, **own), folder / "quiz.ipynb")
    moved = answers(release, **right)  # a platform that drops names, an answer typed in elsewhere
    for cell in moved.cells:
        cell.id = f"x{cell.id.replace('_', '-')}"[:60]
        cell.metadata = {}
    (course.folder / "submitted" / "moved" / "quiz").mkdir(parents=True)
    nbformat.write(moved, course.folder / "submitted" / "moved" / "quiz" / "quiz.ipynb")

    results = {result.student: result for result in grade(course, "quiz", jobs=1)}
    assert results["right"].points == RIGHT
    assert results["moved"].points == RIGHT
    assert results["part"].points == RIGHT | {"several_of_five": 1.33}
    assert results["ticks-all"].points == RIGHT | {"several_of_five": 0}
    assert results["blank"].points == dict.fromkeys(RIGHT, 0)
    assert results["trap"].points == RIGHT | {"plain_choice": 0, "what_it_prints": 0}
    assert results["part"].remark.startswith("several_of_five: There are more right options")
    again = {result.student: result.state for result in grade(course, "quiz", jobs=1)}
    assert set(again.values()) == {"unchanged"}

    def scores(student):
        with Gradebook(course.db_url) as gradebook:
            row = gradebook.find_submission_notebook("quiz", "quiz", student)
            return {grade.name.removeprefix("check-"): grade.auto_score for grade in row.grades}

    assert scores("part") == results["part"].points
    done = nbformat.read(course.folder / "autograded" / "part" / "quiz" / "quiz.ipynb", 4)
    (shown,) = [cell for cell in done.cells if cell.id == "check-several_of_five"]
    assert "right in part (1.33 of 2 points)" in shown.outputs[0].data["text/plain"]
    assert shown.outputs[1].data["text/plain"] == "1.33"

    from traitlets.config import Config

    from unrolled.grading.settings import configure

    api = NbGraderAPI(config=configure(Config(), course.root, course.folder))
    stock = api.autograde("quiz", "part", force=True)
    assert stock["success"], stock["log"]
    assert scores("part") == results["part"].points
    page = api.generate_feedback("quiz", "part", force=True)
    assert page["success"], page["log"]
    html = (course.folder / "feedback" / "part" / "quiz" / "quiz.html").read_text()
    assert "It scales what is written." in html
    assert "right in part (1.33 of 2 points)" in html


@pytest.mark.slow
def test_plain_pytest_checks_the_answers_of_a_notebook(course, keys):
    release = course.released("quiz")
    own = {name: f"{name} = {key.right!r}" for name, key in keys.items()}
    own |= {"double": "def double(x):\n    return x + x", "what_it_prints": 'what_it_prints = "a"'}
    folder = course.root / "tests" / "checks"
    shutil.copyfile(ROOT / "tests" / "checks" / "conftest.py", folder / "conftest.py")
    nbformat.write(answers(release, **own), course.root / "quiz.ipynb")
    command = (
        "-m pytest -q -c /dev/null --import-mode=importlib tests/checks --submission quiz.ipynb"
    )
    done = subprocess.run(
        [sys.executable, *command.split()], cwd=course.root, capture_output=True, text=True
    )
    assert "1 failed, 5 passed" in done.stdout, done.stdout + done.stderr
    assert "The second line has no question mark." in done.stdout
    assert "::test_what_it_prints_is_right" in done.stdout


@pytest.mark.slow
def test_what_is_released_runs_blank_and_holds_no_key(course, keys):
    folder = course.root / "exercises" / "quiz"
    assert {path.suffix for path in folder.iterdir()} == {".ipynb", ".json", ".py"}
    whole = "".join(path.read_text() for path in folder.iterdir())
    for key in keys.values():
        for part in (*key.bank.options, *key.bank.steps, *key.bank.wrong):
            assert json.dumps(part.says.strip())[1:-1] not in whole
    notebook = nbformat.read(folder / "quiz.ipynb", as_version=4)
    namespace = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.id.startswith("answer-"):
            exec(compile(ast.parse(cell.source), cell.id, "exec"), namespace)
            assert namespace[cell.id.removeprefix("answer-")] is ...


@pytest.mark.slow
def test_a_question_that_was_reworded_must_be_released_again(course):
    from unrolled.grading.course import CourseError

    path = course.root / "chapters" / "quizzes" / "quiz.yml"
    before = path.read_text()
    path.write_text(before.replace("Which of these are gates", "Which ones are gates"))
    try:
        with pytest.raises(CourseError, match="unrolled release quiz"):
            course.released("quiz")
    finally:
        path.write_text(before)
