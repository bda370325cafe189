"""What an instructor sees while a class is graded, and the table at the end."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time

from unrolled.grading.coordinator import Result, grade
from unrolled.grading.course import Course


def grade_and_print(course: Course, topic: str, **options) -> list[Result]:
    """Grade an assignment, showing progress and then the table; return the results."""
    began = time.monotonic()
    exercise = course.exercise(topic)
    results = grade(course, topic, on_result=_progress(began), **options)
    print(table(results, {item.name: item.points for item in exercise.items}))
    states = [result.state for result in results]
    told = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
    print(f"\n{len(results)} submissions in {time.monotonic() - began:.1f} s: {told or 'none'}")
    if exercise.written:
        names = ", ".join(cell.name for cell in exercise.written)
        print(f"Still to be marked by a person, in formgrader: {names}")
    return results


def _progress(began):
    """Return a function that shows how far the class is: one line that changes, or one a result."""

    def show(result: Result, done: int, total: int) -> None:
        rate = done / max(time.monotonic() - began, 1e-9)
        line = f"{done}/{total} done, {rate:.1f}/s, {(total - done) / rate:.0f} s left"
        if sys.stderr.isatty():
            end = "" if done < total else "\r\033[K"
            print(f"\r\033[K{line}: {result.student}", end=end, file=sys.stderr, flush=True)
        elif result.state != "unchanged":
            print(f"{line}: {result.student}", file=sys.stderr, flush=True)

    return show


def table(results: list[Result], maximum: dict[str, float], columns: int | None = None) -> str:
    """Return the marks as lines of text: a row for each student, a numbered column for each item.

    columns: how wide the table may be; by default as wide as the terminal.
    """
    columns = columns or shutil.get_terminal_size((120, 24)).columns
    width = max([len("student"), *(len(result.student) for result in results)])
    heads = "".join(f"{k:>4}" for k in range(1, len(maximum) + 1))
    start = f"{'student':<{width}} {heads} {'total':>6}  "
    lines = [f"{start}remark", "-" * max(len(start) + 6, columns - 1)]
    for result in results:
        points = "".join(_cell(result.points.get(name)) for name in maximum)
        total = f"{result.total:g}" if result.points else "–"
        room = max(columns - len(start) - 1, 20)
        remark = textwrap.shorten(result.remark, room, placeholder=" …")
        lines.append(f"{result.student:<{width}} {points} {total:>6}  {remark}".rstrip())
    most = "".join(_cell(points) for points in maximum.values())
    lines.append(f"{'of':<{width}} {most} {sum(maximum.values()):>6g}")
    lines.append(", ".join(f"{k} {name}" for k, name in enumerate(maximum, 1)))
    return "\n".join(lines)


def _cell(points):
    return f"{'–' if points is None else f'{points:g}':>4}"
