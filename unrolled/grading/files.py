"""The small files of a course: written whole, and read as what anybody may have put there."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from unrolled.grading.course import Course

MAX_NOTEBOOK_BYTES = 20_000_000  # a notebook with many pictures in its outputs still fits


def read_stamp(course: Course, topic: str, student: str) -> str:
    """Return when a submission was handed in, as written beside it; "" if that is not a time."""
    path = course.folder / "submitted" / student / topic / "timestamp.txt"
    try:
        # Nothing but a plain file is opened: a named pipe would keep us waiting for ever.
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 100:
            return ""
        from unrolled.grading.gradebook import utils  # which takes its time to import

        stamp = path.read_text(encoding="utf-8").strip()
        return stamp if isinstance(utils.parse_utc(stamp), datetime) else ""
    except (OSError, ValueError, TypeError, OverflowError):  # dateutil raises all of these
        return ""


def kept_path(course: Course, topic: str, student: str) -> Path:
    """Return where it is noted what was found in a student's submission, once it is graded."""
    return course.folder / "verdicts" / topic / student / "verdict.json"


def write_whole(path: Path, text: str) -> None:
    """Write a file so that at any moment it is either as it was or complete."""
    partial = path.with_name(f".{path.name}.part")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
