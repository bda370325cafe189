"""`unrolled quiz export`: write quiz items for learning platforms, and say how to take them in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from unrolled.exercise import ExerciseError, course_root
from unrolled.quiz.export import FORMATS, ExportError, write_export
from unrolled.quiz.items import quiz_path


def export_and_print(topics: Sequence[str], format_name: str, to: str | None = None) -> int:
    """Export the quizzes of some topics, of all by default, and return the exit status.

    Args:
        topics: their names; all that have a quiz if none is given.
        format_name: one of FORMATS.
        to: the folder to write into, by default build/quiz of the course.

    Raises:
        ExportError: if a topic has no quiz, or an item cannot be exported.
        FieldError: if a quiz file breaks its schema.
    """
    root = course_root()
    known = sorted(path.stem for path in quiz_path("x", root).parent.glob("*.yml"))
    if not known:
        raise ExerciseError("this course has no quizzes yet: chapters/quizzes/ is empty")
    for topic in topics:
        if topic not in known:
            raise ExportError(f"there is no quiz on {topic!r}; known quizzes: {', '.join(known)}")
    folder = Path(to) if to else root / "build" / "quiz"
    for topic in topics or known:
        written = write_export(topic, format_name, folder, root)
        print(f"{_short(written.path)}: {written.questions} questions")
        for note in written.notes:
            print(f"unrolled: {note}", file=sys.stderr)
    print(FORMATS[format_name].how)
    return 0


def _short(path):
    """Return a path as seen from the current folder, where it lies below it."""
    full = path.resolve()
    return full.relative_to(Path.cwd()) if full.is_relative_to(Path.cwd()) else full
