"""nbgrader's own commands, run as an instructor does, give the marks that `unrolled grade` gives."""

import copy
import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from unrolled.grading.coordinator import grade

pytestmark = pytest.mark.slow

TOPIC = "lstm_gates"
TOOLS = Path(sys.executable).parent
WRONG = {"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"}


def run(course, command, *arguments, fails=False):
    """Run an nbgrader command in the course's folder and return what it printed."""
    environment = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [TOOLS / "nbgrader", command, *arguments],
        cwd=course.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def scores(course):
    with Gradebook(course.db_url) as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score for grade in submission.notebooks[0].grades
            }
            for submission in gradebook.assignment_submissions(TOPIC)
        }


def edit_traps(made):
    """Set every trap that nbgrader 0.9.6 falls into, in a notebook without any answer."""
    cells = {cell.id: cell for cell in made.cells}
    cells["check-split_gates"].source = "'3 of 5 failed'"  # not a number: full marks
    cells["check-lstm_param_count"].metadata["tags"] = ["skip-execution"]  # no output: full marks
    cells["check-lstm_step"].source = "-1"  # less than nothing: full marks
    cells["check-lstm_forward"].source = "6"
    cells["check-lstm97_step"].metadata.nbgrader.points = 100
    made.cells.remove(cells["check-forget_half_life"])


def edit_copy(made):
    """Copy an answer as JupyterLab does: with nbgrader's id, and an id of its own."""
    twin = copy.deepcopy(made.cells[3])
    twin.id = "another"
    made.cells.insert(3, twin)


def edit_version(made):
    """Claim to come from a later nbgrader, and give a cell points that are no number."""
    for cell in made.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 99
            cell.metadata.nbgrader.points = "many"


CLASS = {
    "right": {},
    "wrong": {"own": WRONG},
    "warns": {  # anything on stderr: no marks at all
        "code": "import sys, warnings\nprint('careful', file=sys.stderr)\nwarnings.warn('careful')"
    },
    "redefines": {"own": WRONG, "code": "check = lambda name: 6.0"},
    "traps": {"own": "nothing", "edit": edit_traps},
    "exits": {"own": {"forget_half_life": "import os\nos._exit(0)"}},
    "copies": {"edit": edit_copy},
    "versions": {"edit": edit_version},
    "unanswered": {"own": "nothing"},
}


@pytest.fixture
def handed_in(hand_in, notebook, exercise):
    nothing = dict.fromkeys(item.name for item in exercise.items)
    for name, how in CLASS.items():
        own = nothing if how.get("own") == "nothing" else how.get("own")
        hand_in(name, notebook(**{**how, "own": own}), stamp="2026-01-30 15:00:00 UTC")
    hand_in("corrupt", "{")
    return CLASS


def test_autograde_gives_the_marks_of_unrolled_grade(course, handed_in):
    said = run(course, "autograde", TOPIC, fails=True)  # it stops at no submission …
    assert "error processing assignment 'lstm_gates' for student 'corrupt'" in said
    theirs = scores(course)
    assert not any(theirs.pop("corrupt", {}).values())
    totals = {name: sum(filter(None, marks.values())) for name, marks in theirs.items()}
    assert totals == {
        "right": 27, "wrong": 24, "warns": 27, "redefines": 24, "traps": 0, "exits": 24,
        "copies": 27, "versions": 27, "unanswered": 0,
    }  # fmt: skip

    # … and `unrolled grade` goes on after it, over the read-only files that it leaves.
    for path in (course.folder / "autograded").rglob("*.ipynb"):
        assert path.stat().st_mode & 0o777 == 0o444
    results = grade(course, TOPIC)
    assert {r.student: r.total for r in results} == totals | {"corrupt": 0}
    ours = scores(course)
    assert not any(ours.pop("corrupt").values())
    assert ours == theirs

    run(course, "generate_feedback", TOPIC)
    page = (course.folder / "feedback" / "wrong" / TOPIC / f"{TOPIC}.html").read_text()
    assert "forget_half_life: not yet" in page
    assert "Score: 24.0 / 30.0" in page
    run(course, "export", f"--to={course.folder / 'grades.csv'}")
    with (course.folder / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {name: float(row["score"]) for name, row in rows.items()} == totals | {"corrupt": 0}
    assert {float(row["max_score"]) for row in rows.values()} == {30}


def test_autograde_writes_outputs_reports_points_and_what_was_wrong(course, hand_in, notebook):
    def edit(made):
        next(cell for cell in made.cells if cell.id == "check-lstm_step").source = "6.0"

    hand_in("ada", notebook(WRONG, code="print('mine')", edit=edit))
    run(course, "autograde", TOPIC)
    path = course.folder / "autograded" / "ada" / TOPIC / f"{TOPIC}.ipynb"
    made = nbformat.read(path, as_version=4)
    nbformat.validate(made)
    cells = {cell.id: cell for cell in made.cells}
    assert "Locked cells that were edited" in made.cells[0].source
    assert "unrolled_problems" not in made.metadata
    assert cells["added-1"].outputs[0].text == "mine\n"
    report, points = cells["check-forget_half_life"].outputs
    assert "0 of 3 checks pass" in report.data["text/plain"]
    assert points.data["text/plain"] == "0"
    assert cells["check-lstm_step"].outputs[1].data["text/plain"] == "6"


def test_generate_assignment_makes_what_unrolled_release_made(course):
    release = course.folder / "release" / TOPIC
    before = {path.name: path.read_bytes() for path in release.iterdir()}
    assert {path.name for path in (course.root / "exercises" / TOPIC).iterdir()} == set(before)
    run(course, "generate_assignment", TOPIC, "--force")
    assert {path.name: path.read_bytes() for path in release.iterdir()} == before
    for path in (course.root / "exercises" / TOPIC).iterdir():
        assert path.read_bytes() == before[path.name]
