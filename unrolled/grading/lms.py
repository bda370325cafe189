"""`unrolled marks`: marks as CSV in the column layouts that Canvas and Moodle import.

What is relied on, read in the sources of both platforms:

Canvas (`lib/gradebook_exporter.rb`, `gradebook_importer.rb`): a gradebook export begins with
`Student` (or `LastName`, `FirstName`), `ID`, perhaps `SIS User ID`, `SIS Login ID` and more, then
`Section`; an assignment's column is titled `Title (number)`. Rows before the students hold
`Points Possible` and perhaps `Manual Posting`. The import finds a student by `ID` first.

Moodle: an assignment's grading worksheet (`mod/assign/feedback/offline`) has `Identifier`
(`Participant <number>`), `Grade`, `Last modified (grade)` and, where it is turned on, `Feedback
comments`. The gradebook's import (`grade/import/csv`) takes any table with a column of ID numbers,
e-mail addresses or usernames, and asks which column is what.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from unrolled.grading.analysis import read_kept
from unrolled.grading.course import Course, CourseError
from unrolled.grading.files import write_whole
from unrolled.grading.marks import Mark, Marks, read_marks
from unrolled.grading.sheet import Sheet, read_sheet
from unrolled.grading.table import shown

# Columns by which a student may be known; those in the second row hold the platform's own number.
_KEYS = ("student_id", "SIS User ID", "SIS Login ID", "Username", "ID number", "Email address")
_NUMBERS = ("ID", "Identifier")
_CANVAS_ROSTER = (
    "Canvas imports marks into its own list of the class: in Canvas open Grades, Export, Export "
    "Entire Gradebook, and name the file with --roster"
)
_STATES = {
    "raised": "it raised an error",
    "stopped": "it was stopped",
    "not written": "not written",
}


def export(
    course: Course, topic: str, layout: str, roster: Path | str | None = None, column: str = ""
) -> tuple[str, list[str]]:
    """Return the marks of `topic` as CSV, and in words what to know about them.

    layout: `canvas` or `moodle`. roster: the platform's own export, which is filled in: its other
    columns and rows stay as they are. column: the title of the column to fill, where the topic's
    name does not tell. A student without a mark keeps the cell as it was, mostly empty.
    Raises CourseError if the roster is missing, or is not what the platform exports.
    """
    marks = read_marks(course, topic)
    notes = []
    if roster is None:
        if layout == "canvas":
            raise CourseError(_CANVAS_ROSTER)
        rows = [[student, "", ""] for student in marks.by_student]
        sheet, grade, feedback = Sheet(["Username", topic, "Feedback"], rows), 1, 2
    else:
        sheet = read_sheet(roster)
        find = _canvas_columns if layout == "canvas" else _moodle_columns
        grade, feedback = find(sheet, topic, column, roster)
    notes += _limits(sheet, grade, marks.out_of)
    _fill(sheet, grade, feedback, marks, _Comments(course, topic, marks), notes)
    waiting = [student for student, mark in marks.by_student.items() if mark.waiting]
    notes += _named("a person has still to mark an answer of", waiting)
    return sheet.text(), notes


def export_and_print(
    course: Course,
    topic: str,
    layout: str,
    *,
    roster: str | None = None,
    column: str | None = None,
    output: str = "-",
) -> None:
    """Write the marks to a file, or to the terminal, and what to know about them to stderr."""
    text, notes = export(course, topic, layout, roster, column or "")
    if output == "-":
        # A student's name must not steer the terminal.
        lines = text.removeprefix("\ufeff").split("\r\n")
        printable = ("".join(c if c.isprintable() or c == "\n" else "�" for c in x) for x in lines)
        sys.stdout.write("\n".join(printable))
    else:
        path = Path(output)
        if not path.parent.is_dir():
            raise CourseError(f"there is no folder {path.parent}")
        write_whole(path, text)
    for note in notes:
        print(f"unrolled: {note}", file=sys.stderr)


def _canvas_columns(sheet, topic, wanted, roster):
    titles = [title.strip() for title in sheet.header]
    if titles[0] not in ("Student", "LastName") or "ID" not in titles or "Section" not in titles:
        raise CourseError(f"{roster} is no export of a Canvas gradebook. {_CANVAS_ROSTER}")
    return _one_column(sheet, topic, wanted, roster, titles.index("Section") + 1), None


def _moodle_columns(sheet, topic, wanted, roster):
    if sheet.column(*_KEYS, *_NUMBERS) is None:
        raise CourseError(
            f"{roster} has none of the columns Identifier, ID number, Username, Email address: "
            "in Moodle, download the assignment's grading worksheet or export the gradebook as text"
        )
    feedback = sheet.column("Feedback comments", "Feedback")
    if sheet.column("Identifier") is not None and not wanted:  # the worksheet of one assignment
        grade = sheet.column("Grade")
        if grade is None:
            raise CourseError(f"{roster} has no column Grade")
        return grade, feedback
    try:
        grade = _one_column(sheet, topic, wanted, roster, 0)
    except CourseError:
        if wanted:
            raise
        grade = _append(sheet, topic)  # the import makes a grade item of it, or asks for one
    return grade, _append(sheet, f"Feedback: {topic}") if feedback is None else feedback


def _append(sheet, title):
    sheet.header.append(title)
    for row in sheet.rows:
        row.append("")
    return len(sheet.header) - 1


def _one_column(sheet, topic, wanted, roster, start):
    """Return the index of the column titled `wanted`, or else like the topic; it must be the only one."""
    candidates = list(enumerate(sheet.header))[start:]
    if wanted:
        found = [k for k, title in candidates if title.strip() == wanted.strip()]
    else:
        found = [k for k, title in candidates if _plain(title) == _plain(topic)]
    if len(found) != 1:
        known = ", ".join(repr(t) for _, t in candidates if re.search(r"\(\d+\)\s*$", t)) or "none"
        what = f"titled {wanted!r}" if wanted else f"for {topic!r}"
        many = "no column" if not found else f"{len(found)} columns"
        raise CourseError(
            f"{roster} has {many} {what}: name one with --column (assignments there: {known})"
        )
    return found[0]


def _plain(title):
    """Return the letters and digits of a title, without what platforms put before and after it."""
    title = re.sub(r"^\s*Assignment:|\(\s*(\d+|Real|Points)\s*\)\s*$", "", title)
    return re.sub(r"[\W_]", "", title).casefold()


def _limits(sheet, grade, out_of):
    """Say where the platform's points are not ours: it would scale or cap the marks."""
    most = sheet.column("Maximum Grade")
    told = {row[most] for row in sheet.rows if row[most].strip()} if most is not None else set()
    told |= {row[grade] for row in sheet.rows if "Points Possible" in row[0] and row[grade]}
    for value in sorted(told):
        try:
            same = float(value.replace(",", ".")) == out_of
        except ValueError:
            continue
        if not same:
            yield f"the platform gives {value} points for this, the exercise {out_of:g}"


def _fill(sheet: Sheet, grade, feedback, marks: Marks, comments, notes: list[str]) -> None:
    by_key, by_number = _known(sheet)
    locked = sheet.column("Grade can be changed")
    unknown, unclear, closed, of_row = [], [], [], {}
    for student in marks.by_student:
        number = re.search(r"-(\d+)\Z", student)  # as `unrolled import` names students
        rows = by_key.get(student.casefold(), set())
        rows = rows or (by_number.get(number[1], set()) if number else set())
        if len(rows) == 1:
            of_row.setdefault(next(iter(rows)), []).append(student)
        else:
            (unclear if rows else unknown).append(student)
    for k, students in of_row.items():
        row = sheet.rows[k]
        if len(students) > 1:
            unclear += students
        elif locked is not None and row[locked].strip().casefold() == "no":
            closed += students
        else:
            mark = marks.by_student[students[0]]
            row[grade] = f"{mark.total:.10g}"
            if feedback is not None:
                row[feedback] = comments.on(mark)
    notes += _named("not in the roster, so their marks are not written", unknown)
    notes += _named("the roster does not tell apart, so their marks are not written", unclear)
    notes += _named("the platform does not let the grade be changed of", closed)
    without = [row for k, row in enumerate(sheet.rows) if k not in of_row and _is_student(row)]
    notes += _named("without a mark, left as in the roster", [_name(sheet, row) for row in without])


def _known(sheet):
    """Return the rows by each key a student may be known by, and by the platform's number."""
    by_key: dict[str, set[int]] = {}
    by_number: dict[str, set[int]] = {}
    students = [(k, row) for k, row in enumerate(sheet.rows) if _is_student(row)]
    for title in (*_KEYS, *_NUMBERS):
        column = sheet.column(title)
        if column is None:
            continue
        for k, row in students:
            value = row[column].strip()
            if value:
                by_key.setdefault(value.casefold(), set()).add(k)
            digits = re.search(r"\d+\Z", value)
            if title in _NUMBERS and digits:
                by_number.setdefault(digits[0], set()).add(k)
    return by_key, by_number


def _is_student(row):
    """Return whether a row is a student's, and not one of those Canvas puts before them."""
    return "Points Possible" not in row[0] and any(
        cell.strip() and not cell.strip().startswith(("Manual Posting", "Muted")) for cell in row
    )


def _name(sheet, row):
    column = sheet.column("Full name", "Student", *_KEYS, *_NUMBERS)
    return row[column if column is not None else 0]


def _named(what, names, most=12):
    if names:
        more = f" and {len(names) - most} more" if len(names) > most else ""
        yield f"{what}: {', '.join(map(shown, names[:most]))}{more}"


class _Comments:
    """What a learner reads beside the mark: points by part and the mistakes, in a few lines.

    Only sentences of the course are in it, nothing that a learner wrote.
    """

    def __init__(self, course: Course, topic: str, marks: Marks):
        exercise = course.exercise(topic)
        self._course, self._topic, self._out_of = course, topic, marks.out_of
        self._items = {item.name: item.points for item in exercise.graded}
        self._written = {cell.cell_id: cell for cell in exercise.written}

    def on(self, mark: Mark) -> str:
        """Return the comment on one student's mark."""
        kept = read_kept(self._course, self._topic, mark.student, self._items) or {"items": {}}
        lines = [f"{mark.total:g} of {self._out_of:g} points."]
        for name, most in self._items.items():
            points = mark.parts.get(f"check-{name}", 0.0)
            found = kept["items"].get(name, {"says": "", "state": ""})
            if points < most:
                why = found["says"] or _STATES.get(found["state"], "")
                lines.append(f"{name}: {points:g} of {most:g}{': ' if why else ''}{why}")
        for cell_id, cell in self._written.items():
            points = f"{mark.parts.get(cell_id, 0.0):g} of {cell.points:g}"
            lines.append(f"{cell.name}: {'not marked yet' if cell_id in mark.waiting else points}")
        if mark.penalty:
            lines.append(f"Handed in late: {mark.penalty:g} points less")
        return "\n".join(lines)
