"""Marks travel to Canvas and Moodle whole: none lost, none with the wrong student, none a formula."""

import csv
import io
import json
import warnings

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from unrolled import cli
from unrolled.grading.course import CourseError
from unrolled.grading.files import kept_path
from unrolled.grading.lms import export
from unrolled.grading.sheet import Sheet, harmless, read_sheet, to_csv

TOPIC = "lstm_gates"
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,Warm up (11),LSTM gates (12),Final Score\r\n"
    ",,,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,,5,30,(read only)\r\n"
    '"Lovelace, Ada",101,S1,ada,A,=1+1,4,,80\r\n'
    '"Babbage, Charles",102,S2,cb@x.org,A,,,EX,70\r\n'
    '"Hopper, Grace",103,S3,gh,A,,3,,60\r\n'
    '"Student, Test",999,,,A,,,,\r\n'
)
WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 101,Ada Lovelace,A1,ada@x.org,Submitted,,30.00,Yes,"Friday, 30 January 2026",-,\n'
    "Participant 102,Charles Babbage,B2,cb@x.org,Submitted,,30.00,No,-,-,\n"
    "Participant 103,Grace Hopper,C3,gh@x.org,-,,30.00,Yes,-,-,\n"
)


def rows(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.fixture
def give(course):
    """Enter a student's marks: the points of `lstm_step`, of the written answer, and a penalty."""

    def enter(student, automatic=6.0, by_hand=None, penalty=0.0, says=""):
        with Gradebook(course.db_url) as gradebook, warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader adds rows in an odd order
            gradebook.update_or_create_student(student)
            submission = gradebook.update_or_create_submission(TOPIC, student)
            for grade in submission.notebooks[0].grades:
                if grade.name.startswith("check-"):
                    grade.auto_score = automatic if grade.name == "check-lstm_step" else 0.0
                elif by_hand is not None:
                    grade.manual_score = by_hand
            submission.notebooks[0].late_submission_penalty = penalty
            gradebook.db.commit()
        found = {"points": 0, "passed": 0, "checks": 1, "state": "wrong", "says": says}
        items = {item.name: found for item in course.exercise(TOPIC).items}
        path = kept_path(course, TOPIC, student)
        path.parent.mkdir(parents=True)
        kept = {"key": "", "points": {}, "remark": "", "readable": True, "items": items}
        path.write_text(json.dumps(kept))

    return enter


@pytest.fixture
def roster(tmp_path):
    def write(text):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode())
        return path

    return write


def test_canvas_gets_its_own_export_with_one_column_filled(course, give, roster):
    give("ada", 6, by_hand=2.5)
    give("hopper-grace-103", 6, penalty=1)
    text, notes = export(course, TOPIC, "canvas", roster(CANVAS))
    before, after = rows(CANVAS), rows(text)
    assert text.startswith("\ufeffStudent,")
    assert [row[7] for row in after] == ["LSTM gates (12)", "", "30", "8.5", "EX", "5", ""]
    # All else is as it was, but for the cell that was a formula.
    assert after[3][5] == "'=1+1"
    after[3][5] = "=1+1"
    assert [row[:7] + row[8:] for row in after] == [row[:7] + row[8:] for row in before]
    assert "without a mark, left as in the roster: Babbage, Charles, Student, Test" in notes
    assert "a person has still to mark an answer of: hopper-grace-103" in notes


def test_canvas_without_a_roster_says_what_is_needed(course, give, monkeypatch, capsys):
    give("ada")
    monkeypatch.chdir(course.root)
    assert cli.main(["marks", TOPIC, "--format", "canvas"]) == 1
    assert "Export Entire Gradebook" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,mark\nada,3\n", "no export of a Canvas gradebook"),
        (CANVAS.replace("LSTM gates (12)", "Week 3 (12)"), "'Week 3 (12)'"),
        (CANVAS.replace("Warm up (11)", "lstm_gates (11)"), "2 columns for 'lstm_gates'"),
        ("", "is empty"),
        ('Student,ID\n"ada', "is not CSV"),
        ("Student,ID\nada,1,2\n", "row 2 has 3 cells"),
    ],
)
def test_a_roster_that_does_not_serve_is_refused_in_words(course, give, roster, text, told):
    give("ada")
    with pytest.raises(CourseError) as caught:
        export(course, TOPIC, "canvas", roster(text))
    assert told in str(caught.value)


def test_a_column_can_be_named(course, give, roster):
    give("ada")
    text, _ = export(course, TOPIC, "canvas", roster(CANVAS), column="Warm up (11)")
    assert rows(text)[3][6:8] == ["6", ""]
    with pytest.raises(CourseError, match="no column titled 'Nothing'"):
        export(course, TOPIC, "canvas", roster(CANVAS), column="Nothing")


def test_a_platform_that_counts_other_points_is_reported(course, give, roster):
    give("ada")
    _, notes = export(course, TOPIC, "canvas", roster(CANVAS.replace(",5,30,", ",5,100,")))
    assert "the platform gives 100 points for this, the exercise 30" in notes


def test_students_the_roster_does_not_know_or_not_tell_apart_are_named(course, give, roster):
    for student in ("ada", "lovelace-101", "nobody", "cb@x.org"):
        give(student)
    text, notes = export(course, TOPIC, "canvas", roster(CANVAS))
    assert [row[7] for row in rows(text)[3:]] == ["", "6", "", ""]  # ada's row is claimed twice
    assert "not in the roster, so their marks are not written: nobody" in notes
    told = "the roster does not tell apart, so their marks are not written: ada, lovelace-101"
    assert told in notes


def test_semicolons_stay_semicolons(course, give, roster):
    give("ada")
    sheet = Sheet(rows(CANVAS)[0], rows(CANVAS)[1:], ";")
    text, _ = export(course, TOPIC, "canvas", roster(sheet.text()))
    assert text.splitlines()[3].startswith("Lovelace, Ada;101;S1;ada;A;")


def test_moodles_worksheet_gets_grade_and_feedback(course, give, roster):
    give("A1", 6, by_hand=3, penalty=2, says="Your gates look swapped.")
    give("cb@x.org", 6)
    text, notes = export(course, TOPIC, "moodle", roster(WORKSHEET))
    _, ada, charles, grace = rows(text)
    assert ada[:5] == rows(WORKSHEET)[1][:5]
    assert ada[5] == "7"
    assert ada[10].splitlines()[:2] == [
        "7 of 30 points.",
        "split_gates: 0 of 3: Your gates look swapped.",
    ]
    assert ada[10].splitlines()[-2:] == ["limits: 3 of 3", "Handed in late: 2 points less"]
    assert ada[9] == "-"  # Moodle's word for never: no formula
    assert charles[5] == charles[10] == grace[5] == ""
    assert "the platform does not let the grade be changed of: cb@x.org" in notes
    assert "without a mark, left as in the roster: Grace Hopper" in notes


def test_moodle_finds_students_imported_by_their_number(course, give, roster):
    give("grace-hopper-103")
    text, _ = export(course, TOPIC, "moodle", roster(WORKSHEET))
    assert [row[5] for row in rows(text)[1:]] == ["", "", "6"]


def test_moodles_gradebook_export_gets_its_column_or_a_new_one(course, give, roster):
    give("GH@x.org")
    told = "First name,Last name,Email address,Assignment: LSTM gates (Real)\nGrace,Hopper,gh@x.org,-\n"
    text, _ = export(course, TOPIC, "moodle", roster(told))
    assert rows(text)[1][3] == "6"
    text, _ = export(course, TOPIC, "moodle", roster("Email address\ngh@x.org\n"))
    assert rows(text)[0] == ["Email address", TOPIC, f"Feedback: {TOPIC}"]
    assert rows(text)[1][:2] == ["gh@x.org", "6"]


def test_moodle_without_a_roster_gets_everybody(course, give):
    give("ada", 6)
    give("=cmd|'/c calc'!A1", 6, by_hand=1)
    text, _ = export(course, TOPIC, "moodle")
    assert [row[:2] for row in rows(text)] == [
        ["Username", TOPIC],
        ["'=cmd|'/c calc'!A1", "7"],
        ["ada", "6"],
    ]


def test_the_file_is_written_whole_and_notes_go_to_stderr(
    course, give, roster, tmp_path, monkeypatch, capsys
):
    give("ada")
    give("\x1b[2Jeve")
    monkeypatch.chdir(course.root)
    out = tmp_path / "marks.csv"
    path = str(roster(CANVAS))
    arguments = ["marks", TOPIC, "--format", "canvas", "--roster", path, "-o"]
    assert cli.main([*arguments, str(out)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "not in the roster, so their marks are not written: �[2Jeve" in told.err
    assert rows(out.read_bytes().decode())[3][7] == "6"
    assert cli.main([*arguments, path]) == 0  # the roster itself may be filled in
    assert read_sheet(path).rows[2][7] == "6"
    assert cli.main([*arguments, str(tmp_path / "no" / "x.csv")]) == 1


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "-a", "+", "=", "-1e9x"],
)
def test_what_a_spreadsheet_would_run_begins_with_a_quote(cell):
    assert harmless(cell) == "'" + cell
    assert rows(to_csv([[cell]])) == [["'" + cell]]


@pytest.mark.parametrize(
    "cell", ["", "-", "-3", "+3.5", "-0,5", "12%", "ada", "a=b", "'=1", "3 - 4"]
)
def test_numbers_and_plain_text_stay_as_they_are(cell):
    assert harmless(cell) == cell
