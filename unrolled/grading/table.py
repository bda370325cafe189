"""What an instructor sees while a class is graded, and the table at the end."""

from __future__ import annotations

import gc
import shutil
import sys
import textwrap
import time
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING

from unrolled.grading.course import Course
from unrolled.grading.spawn import spawn_early

if TYPE_CHECKING:
    from unrolled.grading.coordinator import Result


def grade_and_print(course: Course, topic: str, **options) -> list[Result]:
    """Grade an assignment, showing progress and then the table; return the results."""
    began = time.monotonic()
    with ExitStack() as opened:
        if server := spawn_early(course, topic, options.get("scheduler")):
            opened.callback(server.end)
        gc.disable()  # a tenth of what imports take, and these take as long as the server needs
        try:
            from unrolled.grading.pool import start_early

            exercise = course.exercise(topic)
            early = {name: x for name, x in options.items() if name != "force"}
            judges = start_early(course, topic, server=server, **early)
            opened.enter_context(judges or nullcontext())
            from unrolled.grading.coordinator import grade
            from unrolled.grading.writeback import left_to_mark
        finally:
            # What was imported stays: looking through it at the end alone takes a third of a second.
            gc.freeze()
            gc.enable()
        results = grade(course, topic, judges=judges, on_result=_progress(began), **options)
    print(table(results, {item.name: item.points for item in exercise.graded}))
    states = [result.state for result in results]
    told = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
    print(f"\n{len(results)} submissions in {time.monotonic() - began:.1f} s: {told or 'none'}")
    if exercise.written:
        names = ", ".join(cell.name for cell in exercise.written)
        left, again = left_to_mark(course, topic)
        print(f"For a person to mark, in formgrader: {names} ({left} to do)")
        if again:
            told = f"the marks that a person gave stay, in {again} of the submissions"
            print(f"Graded anew: {told}; formgrader asks for another look")
    return results


def _progress(began):
    """Return a function that shows how far the class is: one line that changes, or one a result."""

    failed = 0

    def show(result: Result, done: int, total: int) -> None:
        nonlocal failed
        failed += result.state == "failed"
        rate = done / max(time.monotonic() - began, 1e-9)
        columns = shutil.get_terminal_size((120, 24)).columns
        line = f"{done}/{total} done, {failed} failed, {rate:.1f}/s, {(total - done) / rate:.0f} s left"
        if sys.stderr.isatty():
            end = "" if done < total else "\r\033[K"
            print(
                f"\r\033[K{line}: {shown(result.student)}"[:columns],
                end=end,
                file=sys.stderr,
                flush=True,
            )
        elif result.state != "unchanged":
            print(f"{line}: {shown(result.student)}", file=sys.stderr, flush=True)

    return show


def table(results: list[Result], maximum: dict[str, float], columns: int | None = None) -> str:
    """Return the marks as lines of text: a row for each student, a numbered column for each item.

    columns: how wide the table may be; by default as wide as the terminal.
    """
    columns = columns or shutil.get_terminal_size((120, 24)).columns
    fixed = 4 * len(maximum) + 10
    longest = max([len("student"), *(len(result.student) for result in results)])
    width = min(longest, max(columns - fixed - 24, 12))
    heads = "".join(f"{k:>4}" for k in range(1, len(maximum) + 1))
    start = f"{'student':<{width}} {heads} {'total':>6}  "
    room = columns - len(start) - 1
    lines = [f"{start}remark" if room >= 12 else start.rstrip(), "-" * (columns - 1)]
    for result in results:
        name = shown(result.student)
        if len(name) > width:
            name = f"{name[: width - 1]}…"
        points = "".join(_cell(result.points.get(item)) for item in maximum)
        total = f"{result.total:g}" if result.points else "–"
        remark = textwrap.shorten(shown(result.remark), room, placeholder=" …") if room > 2 else ""
        lines.append(f"{name:<{width}} {points} {total:>6}  {remark}".rstrip())
    most = "".join(_cell(points) for points in maximum.values())
    lines.append(f"{'of':<{width}} {most} {sum(maximum.values()):>6g}")
    numbered = ", ".join(f"{k} {name}" for k, name in enumerate(maximum, 1))
    lines += textwrap.wrap(numbered, columns - 1)
    return "\n".join(lines)


def shown(text: str) -> str:
    """Return text that a learner had a hand in as one line that cannot steer a terminal."""
    return "".join(c if c.isprintable() else "�" for c in " ".join(text.split()))


def _cell(points):
    return f"{'–' if points is None else f'{points:g}':>4}"
