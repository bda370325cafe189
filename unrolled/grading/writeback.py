"""Write verdicts where nbgrader looks for them: outputs in the notebook, scores in the gradebook."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from sqlalchemy import func, select

from unrolled.grading.course import Course, CourseError
from unrolled.grading.files import read_stamp, write_whole
from unrolled.grading.gradebook import api, utils
from unrolled.grading.judge import Verdict
from unrolled.grading.markdown import listed
from unrolled.grading.rows import Rows, Scored
from unrolled.grading.submission import Submission

_LOG = logging.getLogger("nbgrader")


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
        text = {"output_type": "stream", "name": "stdout", "text": "not judged"}
        return [NotebookNode(text), _points(0.0)]
    # A report quotes the learner, whose dollars and backslashes are not for MathJax to read.
    # nbgrader's page takes the triangle from whatever can be unfolded, such as hints: give it back.
    shown = (
        "<style>details > summary { display: list-item }</style>"
        f"<div class='tex2jax_ignore mathjax_ignore'>{report._repr_html_()}</div>"
    )
    data = {"text/plain": report.text(), "text/html": shown}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    return [nbformat.from_dict(output), _points(report.points)]


def _points(points):
    return nbformat.from_dict(
        {
            "output_type": "execute_result",
            "metadata": {},
            "data": {"text/plain": f"{points:g}"},
            "execution_count": None,
        }
    )


Graded = tuple[str, Submission, Verdict]  # of one student


class Writer:
    """Writes autograded notebooks and gradebook rows of one assignment, one gradebook session.

    Raises CourseError if the gradebook does not know the assignment.
    """

    def __init__(self, course: Course, topic: str):
        self._course, self._topic = course, topic
        self._gradebook = course.gradebook()
        try:
            self._rows = Rows(self._gradebook, topic)
        except api.MissingEntry:
            self._gradebook.close()
            raise CourseError(
                f"the gradebook does not know {topic!r}: run `unrolled release {topic}`"
            ) from None

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
        except api.MissingEntry:
            return False
        scores = {grade.name: grade.auto_score for grade in notebook.grades}
        return all(scores.get(f"check-{name}") == value for name, value in points.items())

    def write(self, batch: Sequence[Graded]) -> dict[str, Exception]:
        """Write the notebooks and scores of several submissions; scores that a person gave stay.

        Returns what kept one from being written, by student: the others are.
        """
        failed: dict[str, Exception] = {}
        scored = {}
        for student, submission, verdict in batch:
            try:
                fill_in(submission.notebook, verdict, submission.problems)
                scored[student] = self._scored(student, submission.notebook)
            except Exception as error:
                failed[student] = error
        failed |= self._write_rows(list(scored.values()))
        for student, submission, _ in batch:
            try:
                if student not in failed:
                    self._write_penalty(student, submission.notebook)
                    self._write_notebook(student, submission.notebook)
            except Exception as error:
                self._gradebook.db.rollback()  # or the next student's scores could not be written
                failed[student] = error
        return failed

    def _scored(self, student, notebook):
        """Read the scores from the cells by nbgrader's rules, as its SaveAutoGrades does."""
        scores, comments = {}, {}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if utils.is_grade(cell):
                scores[name], _ = utils.determine_grade(cell, _LOG)
            if utils.is_solution(cell) or utils.is_task(cell):
                handed_out = cell.metadata.nbgrader.get("checksum")
                same = handed_out == utils.compute_checksum(cell) and not utils.is_task(cell)
                comments[name] = "No response." if same else None
        handed_in = read_stamp(self._course, self._topic, student)
        time = utils.parse_utc(handed_in) if handed_in else None
        return Scored(student, time, scores, comments)

    def _write_rows(self, scored):
        """Write all rows at once or, where that fails, each student's by themselves."""
        try:
            self._rows.write(scored)
            return {}
        except Exception:
            failed = {}
        for one in scored:
            for attempt in (1, 2):  # another grader may have made the same rows meanwhile
                try:
                    self._rows.write([one])
                    break
                except Exception as error:
                    if attempt == 2:
                        failed[one.student] = error
        return failed

    def _write_penalty(self, student, notebook):
        if self._rows.duedate is None:
            return
        if self._gradebook.find_submission(self._topic, student).total_seconds_late <= 0:
            return
        resources = {
            "nbgrader": {
                "notebook": self._topic,
                "assignment": self._topic,
                "student": student,
                "db_url": self._course.db_url,
            }
        }
        from nbgrader.preprocessors import AssignLatePenalties  # which imports nbconvert

        AssignLatePenalties(config=self._course.settings).preprocess(notebook, resources)

    def _write_notebook(self, student, notebook):
        folder = self._autograded(student)
        folder.mkdir(parents=True, exist_ok=True)
        handed_in = read_stamp(self._course, self._topic, student)
        if handed_in:
            write_whole(folder / "timestamp.txt", handed_in)
        # One line: Python writes it ten times as fast as an indented page, which nobody would read.
        write_whole(folder / f"{self._topic}.ipynb", json.dumps(notebook, ensure_ascii=False))

    def _autograded(self, student):
        return self._course.folder / "autograded" / student / self._topic


def left_to_mark(course: Course, topic: str) -> tuple[int, int]:
    """Return how many submissions wait for a person: to mark an answer, to look at a mark again."""
    with course.gradebook() as gradebook:
        waiting = (
            select(func.count(api.SubmittedAssignment.id.distinct()))
            .join(
                api.SubmittedNotebook,
                api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
            )
            .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .where(api.SubmittedAssignment.assignment_id == gradebook.find_assignment(topic).id)
            .where(api.Grade.needs_manual_grade)
        )
        marked = api.Grade.manual_score.is_not(None)
        return gradebook.db.scalar(waiting.where(~marked)), gradebook.db.scalar(
            waiting.where(marked)
        )
