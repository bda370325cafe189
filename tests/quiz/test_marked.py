"""Answers to questions are marked: by `unrolled grade`, by nbgrader's own command, by plain pytest."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from unrolled.quiz.notebook import quiz_keys

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keys(course):
    return quiz_keys(course.exercise("quiz"))


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
