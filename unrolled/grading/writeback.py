"""Write verdicts where nbgrader looks for them: outputs in the notebook, scores in the gradebook."""

from __future__ import annotations

import html
import os
import shutil
import warnings
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SAWarning

from unrolled.grading.course import Course
from unrolled.grading.judge import Verdict

# nbgrader 0.9.6 adds rows in an order that SQLAlchemy 2 warns about; they are saved all the same.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


def fill_in(notebook: nbformat.NotebookNode, verdict: Verdict) -> None:
    """Put the verdict into the notebook's cells, in place.

    Every code cell gets the outputs it had in the worker. A check cell gets the report, and then
    the points as its result, which is what nbgrader reads. Silence would be full marks there, so a
    check cell without a report gets zero points.
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
    if verdict.problems:
        lines = "\n".join(f"- {html.escape(problem)}" for problem in verdict.problems)
        notice = new_markdown_cell(f"**About this submission**\n\n{lines}", id="about-submission")
        notebook.cells.insert(0, notice)


def _graded(report):
    if report is None:
        return [new_output("stream", name="stdout", text="not judged"), _points(0.0)]
    data = {"text/plain": report.text(), "text/html": report._repr_html_()}
    return [new_output("display_data", data=data), _points(report.points)]


def _points(points):
    return new_output("execute_result", data={"text/plain": f"{points:g}"}, execution_count=None)


class Writer:
    """Writes autograded notebooks and gradebook rows of one assignment, one gradebook session."""

    def __init__(self, course: Course, topic: str):
        self._course, self._topic = course, topic
        self._gradebook = Gradebook(course.db_url)
        self._save = SaveAutoGrades()
        self._save.gradebook = self._gradebook
        self._save.notebook_id = self._save.assignment_id = topic

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._gradebook.close()

    def write(self, student: str, notebook: nbformat.NotebookNode, verdict: Verdict) -> None:
        """Write one submission's notebook and scores. Scores that a person gave stay as they are."""
        fill_in(notebook, verdict)
        self._write_scores(student, notebook)
        self._write_notebook(student, notebook)

    def _write_scores(self, student, notebook):
        self._gradebook.update_or_create_student(student)
        submitted = self._course.folder / "submitted" / student / self._topic
        kwargs = {}
        stamp = submitted / "timestamp.txt"
        if stamp.is_file() and stamp.stat().st_size < 100:
            kwargs["timestamp"] = parse_utc(stamp.read_text().strip())
        self._gradebook.update_or_create_submission(self._topic, student, **kwargs)
        self._save.student_id = student
        for index, cell in enumerate(notebook.cells):
            self._save.preprocess_cell(cell, {}, index)
        resources = {
            "nbgrader": {
                "notebook": self._topic,
                "assignment": self._topic,
                "student": student,
                "db_url": self._course.db_url,
            }
        }
        AssignLatePenalties().preprocess(notebook, resources)

    def _write_notebook(self, student, notebook):
        folder = self._course.folder / "autograded" / student / self._topic
        folder.mkdir(parents=True, exist_ok=True)
        stamp = self._course.folder / "submitted" / student / self._topic / "timestamp.txt"
        if stamp.is_file():
            shutil.copyfile(stamp, folder / "timestamp.txt")
        write_whole(folder / f"{self._topic}.ipynb", nbformat.writes(notebook))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that at any moment it is either as it was or complete."""
    partial = path.with_name(f".{path.name}.part")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
