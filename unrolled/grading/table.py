"""What an instructor sees while a class is graded, and the table at the end."""

from __future__ import annotations

import sys
import textwrap
import time

from unrolled.grading.coordinator import Result, grade
from unrolled.grading.course import Course


def grade_and_print(course: Course, topic: str, **options) -> int:
    """Grade an assignment, show progress and the table; return 0, or 1 if any was not graded."""
    began = time.monotonic()
    exercise = course.exercise(topic)

    def progress(result: Result, done: int, total: int):
        rate = done / max(time.monotonic() - began, 1e-9)
        left = (total - done) / rate
        line = f"{done}/{total} done, {rate:.1f} a second, {left:.0f} s left: {result.student}"
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="" if done < total else "\r\033[K", file=sys.stderr)
        elif result.state != "unchanged":
            print(line, file=sys.stderr)

    results = grade(course, topic, on_result=progress, **options)
    maximum = {item.name: item.points for item in exercise.items}
    print(table(results, maximum))
    states = [result.state for result in results]
    told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states)))
    print(f"\n{len(results)} submissions in {time.monotonic() - began:.1f} s: {told or 'none'}")
    if exercise.written:
        names = ", ".join(cell.name for cell in exercise.written)
        print(f"A person still marks: {names} (open formgrader)")
    return 1 if "failed" in states else 0


def table(results: list[Result], maximum: dict[str, float]) -> str:
    """Return the marks as lines of text: a row for each student, a column for each item."""
    width = max([len("student"), *(len(result.student) for result in results)])
    heads = [_short(name) for name in maximum]
    widths = [max(len(head), 4) for head in heads]
    columns = "  ".join(head.rjust(w) for head, w in zip(heads, widths, strict=True))
    lines = [f"{'student':<{width}}  {columns}  {'total':>5}  remark"]
    lines.append("-" * len(lines[0]))
    for result in results:
        cells = [
            ("–" if name not in result.points else f"{result.points[name]:g}").rjust(w)
            for name, w in zip(maximum, widths, strict=True)
        ]
        total = f"{result.total:g}" if result.points else "–"
        remark = textwrap.shorten(result.remark, 90, placeholder=" …")
        lines.append(f"{result.student:<{width}}  {'  '.join(cells)}  {total:>5}  {remark}")
    most = "  ".join(
        f"{points:g}".rjust(w) for points, w in zip(maximum.values(), widths, strict=True)
    )
    lines.append(f"{'of':<{width}}  {most}  {sum(maximum.values()):>5g}")
    return "\n".join(lines)


def _short(name, most=12):
    """Shorten a long item name to a column's width by its middle."""
    return name if len(name) <= most else f"{name[: most - 5]}…{name[-4:]}"
