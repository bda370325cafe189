"""The rows of one assignment in nbgrader's gradebook, written for several students at once.

nbgrader's own way, a transaction and some twenty queries for each submission, would take longer than
all the judging. The rows come out the same; a score or comment that a person gave is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from unrolled.grading.gradebook import api


@dataclass(frozen=True)
class Scored:
    """What a submission earned: its scores (None: a person's to give) and comments, by cell."""

    student: str
    handed_in: datetime | None
    scores: dict[str, float | None]
    comments: dict[str, str | None]


class Rows:
    """Writes rows of the assignment whose only notebook has the assignment's own name."""

    def __init__(self, gradebook: api.Gradebook, topic: str):
        """Read the assignment; raises MissingEntry where the gradebook does not know it."""
        self._db = gradebook.db
        assignment = gradebook.find_assignment(topic)
        notebook = gradebook.find_notebook(topic, topic)
        self._assignment, self._notebook = assignment.id, notebook.id
        self.duedate = assignment.duedate
        tasks = [(cell.name, cell.id) for cell in notebook.task_cells]
        self._graded = dict([(cell.name, cell.id) for cell in notebook.grade_cells] + tasks)
        self._commented = dict([(cell.name, cell.id) for cell in notebook.solution_cells] + tasks)

    def write(self, batch: Sequence[Scored]) -> None:
        """Add or update the rows of all these students in one transaction."""
        try:
            notebooks = self._submitted([one.student for one in batch])
            self._add([one for one in batch if one.student not in notebooks], notebooks)
            self._update_times([one for one in batch if one.handed_in is not None])
            self._fill(api.Grade, self._graded, batch, notebooks, _grade)
            self._fill(api.Comment, self._commented, batch, notebooks, _comment)
            self._all(
                update(api.SubmittedNotebook)
                .where(api.SubmittedNotebook.id == bindparam("row"))
                .values(late_submission_penalty=None),
                [{"row": notebooks[one.student]} for one in batch],
            )
            self._db.commit()
        except BaseException:
            self._db.rollback()
            raise

    def _submitted(self, students):
        """Return the submitted notebook's id for each of these students that has one."""
        wanted = (
            select(api.SubmittedAssignment.student_id, api.SubmittedNotebook.id)
            .join(
                api.SubmittedNotebook,
                api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
            )
            .where(api.SubmittedAssignment.assignment_id == self._assignment)
            .where(api.SubmittedNotebook.notebook_id == self._notebook)
            .where(api.SubmittedAssignment.student_id.in_(students))
        )
        return dict(map(tuple, self._db.execute(wanted)))

    def _add(self, new, notebooks):
        """Add the students and submissions that are not there yet, and note their ids."""
        names = [one.student for one in new]
        known = set(self._db.scalars(select(api.Student.id).where(api.Student.id.in_(names))))
        self._all(insert(api.Student), [{"id": name} for name in names if name not in known])
        assignments = {name: api.new_uuid() for name in names}
        # One without a notebook may be there, as nbgrader leaves it when a notebook was added late.
        there = select(api.SubmittedAssignment.student_id, api.SubmittedAssignment.id).where(
            api.SubmittedAssignment.assignment_id == self._assignment,
            api.SubmittedAssignment.student_id.in_(names),
        )
        there = dict(map(tuple, self._db.execute(there)))
        self._all(
            insert(api.SubmittedAssignment),
            [
                {"id": row, "assignment_id": self._assignment, "student_id": name}
                for name, row in assignments.items()
                if name not in there
            ],
        )
        notebooks |= {name: api.new_uuid() for name in names}
        self._all(
            insert(api.SubmittedNotebook),
            [
                {
                    "id": notebooks[name],
                    "assignment_id": (assignments | there)[name],
                    "notebook_id": self._notebook,
                    "flagged": False,
                }
                for name in names
            ],
        )

    def _update_times(self, stamped):
        self._all(
            update(api.SubmittedAssignment)
            .where(api.SubmittedAssignment.assignment_id == self._assignment)
            .where(api.SubmittedAssignment.student_id == bindparam("student"))
            .values(timestamp=bindparam("handed_in")),
            [{"student": one.student, "handed_in": one.handed_in} for one in stamped],
        )

    def _fill(self, table, cells, batch, notebooks, values):
        """Give every cell its row: the values of a new one, or of one that is there already."""
        there = self._rows(table, [notebooks[one.student] for one in batch])
        new, changed = [], []
        for one in batch:
            notebook = notebooks[one.student]
            for name, cell in cells.items():
                row = there.get((notebook, cell))
                found = values(one, name, row)
                if row is None:
                    new.append(
                        {"id": api.new_uuid(), "notebook_id": notebook, "cell_id": cell} | found
                    )
                else:
                    changed.append({"row": row.id} | {f"new_{key}": found[key] for key in found})
        self._all(insert(table), new)
        if changed:
            columns = [key.removeprefix("new_") for key in changed[0] if key != "row"]
            new_values = {key: bindparam(f"new_{key}") for key in columns}
            self._all(update(table).where(table.id == bindparam("row")).values(new_values), changed)

    def _rows(self, table, notebooks):
        columns = [table.id, table.notebook_id, table.cell_id]
        if table is api.Grade:
            columns.append(table.manual_score)
        wanted = select(*columns).where(table.notebook_id.in_(notebooks))
        return {(row.notebook_id, row.cell_id): row for row in self._db.execute(wanted)}

    def _all(self, statement, rows):
        """Execute a statement for each of the rows, if there is any."""
        if rows:
            self._db.connection().execute(statement, rows)


def _grade(one, name, row):
    score = one.scores.get(name)
    # As nbgrader has it: what a person has marked is to be looked at again when it is graded anew.
    by_hand = row is not None and row.manual_score is not None
    return {"auto_score": score, "needs_manual_grade": by_hand or score is None}


def _comment(one, name, row):
    return {"auto_comment": one.comments.get(name)}
