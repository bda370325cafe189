"""Write verdicts where nbgrader looks for them: outputs in the notebook, scores in the gradebook."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SAWarning

from unrolled.grading.course import Course, CourseError
from unrolled.grading.judge import Verdict
from unrolled.grading.markdown import listed
from unrolled.grading.submission import Submission


def fill_in(
    notebook: nbformat.NotebookNode, verdict: Verdict, problems: Sequence[str] = ()
) -> None:
    """Put the verdict into the notebook's cells, in place.

    Every code cell gets the outputs it had in the worker. A check cell gets the report, and then
    the points as its result, which is what nbgrader reads. Silence would be full marks there, so a
    check cell without a report gets zero points. problems: what to tell besides, about the file.
    """
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        cell.metadata.pop("tags", None)
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade"):
            report = verdict.reports.get(meta["grade_id"].removeprefix("check-"))
            cell.outputs = _graded(report)
        else:
            cell.outputs = [
                nbformat.from_dict(output) for output in verdict.outputs.get(cell.id, [])
            ]
    problems = [*problems, *verdict.problems]
    if problems:
        lines = f"**About this submission**\n\n{listed(problems)}"
        notice = new_markdown_cell(lines, id="about-submission")
        notebook.cells.insert(0, notice)


def _graded(report):
    if report is None:
        return [new_output("stream", name="stdout", text="not judged"), _points(0.0)]
    # A report quotes the learner, whose dollars and backslashes are not for MathJax to read.
    # nbgrader's page takes the triangle from whatever can be unfolded, such as hints: give it back.
    shown = (
        "<style>details > summary { display: list-item }</style>"
        f"<div class='tex2jax_ignore mathjax_ignore'>{report._repr_html_()}</div>"
    )
    data = {"text/plain": report.text(), "text/html": shown}
    return [new_output("display_data", data=data), _points(report.points)]


def _points(points):
    return new_output("execute_result", data={"text/plain": f"{points:g}"}, execution_count=None)


class Writer:
    """Writes autograded notebooks and gradebook rows of one assignment, one gradebook session.

    Raises CourseError if the gradebook does not know the assignment.
    """

    def __init__(self, course: Course, topic: str):
        self._course, self._topic = course, topic
        self._gradebook = Gradebook(course.db_url)
        try:
            self._gradebook.find_assignment(topic)
        except MissingEntry:
            self._gradebook.close()
            raise CourseError(
                f"the gradebook does not know {topic!r}: run `unrolled release {topic}`"
            ) from None
        self._save = SaveAutoGrades()
        self._save.notebook_id = self._save.assignment_id = topic

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._gradebook.close()

    def has(self, student: str, points: dict[str, float]) -> bool:
        """Return whether the notebook is written and the gradebook holds these points by item."""
        if not self._autograded(student).joinpath(f"{self._topic}.ipynb").is_file():
            return False
        try:
            notebook = self._gradebook.find_submission_notebook(self._topic, self._topic, student)
        except MissingEntry:
            return False
        scores = {grade.name: grade.auto_score for grade in notebook.grades}
        return all(scores.get(f"check-{name}") == value for name, value in points.items())

    def write(self, student: str, submission: Submission, verdict: Verdict) -> None:
        """Write one submission's notebook and scores. Scores that a person gave stay as they are."""
        notebook = submission.notebook
        try:
            fill_in(notebook, verdict, submission.problems)
            with warnings.catch_warnings():
                # nbgrader adds rows in an order that SQLAlchemy 2 warns of; they are saved all the same.
                warnings.simplefilter("ignore", SAWarning)
                self._write_scores(student, notebook)
            self._write_notebook(student, notebook)
        except BaseException:
            self._gradebook.db.rollback()  # or the next student's scores could not be written
            raise

    def _write_scores(self, student, notebook):
        self._gradebook.update_or_create_student(student)
        handed_in = read_stamp(self._course, self._topic, student)
        kwargs = {"timestamp": parse_utc(handed_in)} if handed_in else {}
        self._gradebook.update_or_create_submission(self._topic, student, **kwargs)
        row = self._gradebook.find_submission_notebook(self._topic, self._topic, student)
        self._save.gradebook = _Rows(row)
        self._save.student_id = student
        for index, cell in enumerate(notebook.cells):
            self._save.preprocess_cell(cell, {}, index)
        row.late_submission_penalty = None
        self._gradebook.db.commit()
        if row.assignment.total_seconds_late > 0:
            self._write_penalty(student, notebook)

    def _write_penalty(self, student, notebook):
        resources = {
            "nbgrader": {
                "notebook": self._topic,
                "assignment": self._topic,
                "student": student,
                "db_url": self._course.db_url,
            }
        }
        AssignLatePenalties(config=self._course.settings).preprocess(notebook, resources)

    def _write_notebook(self, student, notebook):
        folder = self._autograded(student)
        folder.mkdir(parents=True, exist_ok=True)
        handed_in = read_stamp(self._course, self._topic, student)
        if handed_in:
            write_whole(folder / "timestamp.txt", handed_in)
        write_whole(folder / f"{self._topic}.ipynb", nbformat.writes(notebook))

    def _autograded(self, student):
        return self._course.folder / "autograded" / student / self._topic


class _Rows:
    """What SaveAutoGrades asks of a gradebook, from rows in hand, to be saved all at once."""

    def __init__(self, row):
        self._grades = {grade.name: grade for grade in row.grades}
        self._comments = {comment.name: comment for comment in row.comments}
        self.db = self

    def find_grade(self, name, *_):
        return self._grades[name]

    def find_comment(self, name, *_):
        return self._comments[name]

    def commit(self):
        """Leave the saving to the one who made these rows."""


def read_stamp(course: Course, topic: str, student: str) -> str:
    """Return when a submission was handed in, as written beside it; "" if that is not a time."""
    path = course.folder / "submitted" / student / topic / "timestamp.txt"
    try:
        # Nothing but a plain file is opened: a named pipe would keep us waiting for ever.
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 100:
            return ""
        stamp = path.read_text(encoding="utf-8").strip()
        return stamp if isinstance(parse_utc(stamp), datetime) else ""
    except (OSError, ValueError, TypeError, OverflowError):  # dateutil raises all of these
        return ""


def left_to_mark(course: Course, topic: str) -> int:
    """Return how many submissions hold an answer that waits for a person's mark."""
    with Gradebook(course.db_url) as gradebook:
        found = gradebook.assignment_submissions(topic)
        return sum(submission.needs_manual_grade for submission in found)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that at any moment it is either as it was or complete."""
    partial = path.with_name(f".{path.name}.part")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
