"""The marks of an assignment as the gradebook holds them, for those who carry them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from unrolled.grading.course import Course, CourseError
from unrolled.grading.gradebook import api


@dataclass
class Mark:
    """What one student has earned. `parts` are the points by cell name, as they count."""

    student: str
    parts: dict[str, float] = field(default_factory=dict)
    automatic: float = 0.0  # what the checks gave
    score: float = 0.0  # with what a person gave, or changed
    penalty: float = 0.0  # for handing in late
    waiting: set[str] = field(default_factory=set)  # cells that a person has still to mark

    @property
    def by_hand(self) -> float:
        """What a person added to the automatic points, or took away."""
        return self.score - self.automatic

    @property
    def total(self) -> float:
        """The mark that counts: the score less the penalty, never below zero, as nbgrader has it."""
        return max(0.0, self.score - self.penalty)


@dataclass(frozen=True)
class Marks:
    """The marks of an assignment by student, and the most that one can earn."""

    by_student: dict[str, Mark]
    out_of: float


def read_marks(course: Course, topic: str) -> Marks:
    """Read the marks of `topic`, in two questions to the gradebook however large the class is.

    Raises CourseError if the gradebook does not know the assignment.
    """
    with course.gradebook() as gradebook:
        try:
            out_of = gradebook.find_assignment(topic).max_score
        except api.MissingEntry:
            raise CourseError(
                f"the gradebook does not know {topic!r}: run `unrolled release {topic}`"
            ) from None
        marks: dict[str, Mark] = {}
        penalties = (
            gradebook.db.query(
                api.SubmittedAssignment.student_id, api.SubmittedNotebook.late_submission_penalty
            )
            .join(
                api.SubmittedNotebook,
                api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
            )
            .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
            .filter(api.Assignment.name == topic)
        )
        for student, penalty in penalties:
            marks.setdefault(student, Mark(student)).penalty += penalty or 0.0
        grades = (
            gradebook.db.query(api.SubmittedAssignment.student_id, api.BaseCell.name, api.Grade)
            .join(
                api.SubmittedNotebook,
                api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
            )
            .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
            .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
            .filter(api.Assignment.name == topic)
        )
        for student, name, grade in grades:
            mark = marks[student]
            mark.parts[name] = grade.score
            mark.automatic += grade.auto_score or 0.0
            mark.score += grade.score
            if grade.manual_score is None and grade.auto_score is None:
                mark.waiting.add(name)
    return Marks(dict(sorted(marks.items())), out_of)
