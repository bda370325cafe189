"""`unrolled report`: what a class's answers say about the exercise.

It reads what grading kept and the marks in the gradebook; nothing is judged again.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unrolled.grading.course import Course, CourseError
from unrolled.grading.files import kept_path, write_whole
from unrolled.grading.marks import Mark, read_marks
from unrolled.grading.sheet import to_csv
from unrolled.grading.table import shown

STATES = ("right", "wrong", "raised", "stopped", "not written")


@dataclass(frozen=True)
class ItemStatistics:
    """How a class did in one part.

    difficulty: the share of submissions with full points, from 0 to 1. discrimination: from -1 to
    1, None where it is undefined. states: how many submissions stand how. undiagnosed: who gave a
    wrong answer that is no known mistake.
    """

    name: str
    points: float
    difficulty: float
    discrimination: float | None
    states: dict[str, int]
    undiagnosed: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrittenStatistics:
    """How a class did in a part that a person marks; `mean` is None while nobody has a mark."""

    name: str
    points: float
    marked: int
    mean: float | None


@dataclass(frozen=True)
class MistakeMade:
    """A known mistake, and who made it."""

    item: str
    says: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """What is known of one assignment's class; `about` says in words what was left out."""

    topic: str
    students: tuple[str, ...]
    items: tuple[ItemStatistics, ...]
    written: tuple[WrittenStatistics, ...]
    mistakes: tuple[MistakeMade, ...]
    marks: tuple[Mark, ...]
    out_of: float
    about: tuple[str, ...] = field(default=())

    @property
    def totals(self) -> list[float]:
        """The marks of the class, automatic and by hand together, late penalties taken off."""
        return [mark.total for mark in self.marks]


def analyse(course: Course, topic: str) -> Analysis:
    """Analyse the graded submissions of `topic`.

    Raises CourseError if none is graded, or the gradebook does not know the assignment.
    """
    exercise = course.exercise(topic)
    items = {item.name: item.points for item in exercise.graded}
    submissions = course.submissions(topic)
    kept, stale = {}, []
    for student, path in submissions.items():
        found = read_kept(course, topic, student, items)
        if found is not None:
            kept[student] = found
            if _newer(path, kept_path(course, topic, student)):
                stale.append(student)
    if not kept:
        raise CourseError(f"no submission of {topic!r} is graded: run `unrolled grade {topic}`")
    marks = read_marks(course, topic)
    of_class = tuple(marks.by_student[s] for s in kept if s in marks.by_student)
    about = [
        _told(len(submissions) - len(kept), "is", "are", "not graded yet and not counted"),
        _told(len(stale), "has", "have", "changed after grading"),
        _told(
            sum(not k["readable"] for k in kept.values()),
            "is",
            "are",
            "unreadable: every part counts as not written",
        ),
    ]
    return Analysis(
        topic=topic,
        students=tuple(kept),
        items=tuple(_item(name, items, kept) for name in items),
        written=tuple(_written(cell, of_class) for cell in exercise.written),
        mistakes=_mistakes(items, kept),
        marks=of_class,
        out_of=marks.out_of,
        about=tuple(line for line in about if line),
    )


def discrimination(item: Sequence[float], rest: Sequence[float]) -> float | None:
    """Return how well an item tells strong from weak: its correlation with the rest of the test.

    The point-biserial correlation, which is Pearson's with an item of 0 or 1, of the item and the
    sum of the *other* items. With the item itself in the sum, each would correlate with itself
    (the corrected item-total correlation: Guilford 1953, Educational and Psychological
    Measurement 13, 87-93; Henrysson 1963, Psychometrika 28, 211-218).

    item: 1 for each student who has the item right, else 0. rest: each one's points elsewhere.
    Returns a number from -1 to 1, or None where item or rest is the same for everybody.
    """
    try:
        return statistics.correlation(item, rest)
    except statistics.StatisticsError:
        return None


def _item(name, items, kept):
    right = [float(k["items"][name]["state"] == "right") for k in kept.values()]
    rest = [
        math.fsum(found["points"] for other, found in k["items"].items() if other != name)
        for k in kept.values()
    ]
    states = Counter(k["items"][name]["state"] for k in kept.values())
    return ItemStatistics(
        name=name,
        points=items[name],
        difficulty=statistics.fmean(right),
        discrimination=discrimination(right, rest),
        states={state: states[state] for state in STATES},
        undiagnosed=tuple(
            student
            for student, k in kept.items()
            if k["items"][name]["state"] == "wrong" and not k["items"][name]["says"]
        ),
    )


def _written(cell, marks):
    marked = [
        mark.parts[cell.cell_id]
        for mark in marks
        if cell.cell_id in mark.parts and cell.cell_id not in mark.waiting
    ]
    mean = statistics.fmean(marked) if marked else None
    return WrittenStatistics(cell.name, cell.points, len(marked), mean)


def _mistakes(items, kept):
    made: dict[tuple[str, str], list[str]] = {}
    for student, k in kept.items():
        for name, found in k["items"].items():
            if found["says"]:
                made.setdefault((name, found["says"]), []).append(student)
    order = list(items)
    ranked = sorted(made.items(), key=lambda m: (-len(m[1]), order.index(m[0][0]), m[0][1]))
    return tuple(MistakeMade(name, says, tuple(who)) for (name, says), who in ranked)


def read_kept(course: Course, topic: str, student: str, items: dict[str, float]) -> dict | None:
    """Return what grading kept of a submission; None if it was graded before parts had a state.

    items: the parts of the exercise today; what was kept of others is of no use.
    """
    try:
        kept = json.loads(kept_path(course, topic, student).read_text(encoding="utf-8"))
        whole = kept["items"].keys() == items.keys() and all(
            found["state"] in STATES
            and isinstance(found["says"], str)
            and isinstance(found["points"], int | float)
            for found in kept["items"].values()
        )
        return kept if whole and isinstance(kept["readable"], bool) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _newer(path, than):
    try:
        return path.stat().st_mtime_ns > than.stat().st_mtime_ns
    except OSError:
        return False


def _told(count, one, many, what):
    plural = "s" if count != 1 else ""
    return f"{count} submission{plural} {one if count == 1 else many} {what}." if count else ""


# --- what an instructor sees -------------------------------------------------------------------


def number(value: float | None, digits: int = 2) -> str:
    """Return a number for a table; a dash where it is undefined."""
    return "–" if value is None else f"{value:.{digits}f}"


def table(analysis: Analysis, columns: int | None = None) -> str:
    """Return the analysis as lines of text that fit a terminal of `columns` characters."""
    columns = columns or shutil.get_terminal_size((100, 24)).columns
    names = [item.name for item in analysis.items] + [part.name for part in analysis.written]
    width = max(8, min(max(map(len, names)), columns - 54))

    def name(text):
        return f"{text if len(text) <= width else text[: width - 1] + '…':<{width}}"

    heads = "points  full  discr. wrong raised stopped unwritten"  # as wide as the rows below
    lines = [f"{name('part')}  {heads}", "-" * (columns - 1)]
    for item in analysis.items:
        s = item.states
        lines.append(
            f"{name(item.name)}  {item.points:>6g} {item.difficulty:>5.0%} "
            f"{number(item.discrimination):>7} {s['wrong']:>5} {s['raised']:>6} "
            f"{s['stopped']:>7} {s['not written']:>9}"
        )
    for part in analysis.written:
        mean = f"mean {number(part.mean)}" if part.marked else "by hand"
        lines.append(
            f"{name(part.name)}  {part.points:>6g}  {mean}, {part.marked} of {len(analysis.marks)} marked"
        )
    lines += [""]
    if analysis.marks:
        totals = analysis.totals
        lines.append(
            f"{len(totals)} submissions: mean {statistics.fmean(totals):.1f}, "
            f"median {statistics.median(totals):g} of {analysis.out_of:g} points"
        )
    lines += analysis.about
    if analysis.mistakes:
        lines += ["", "Mistakes made:"]
    for made in analysis.mistakes:
        lines += _hanging(f"{len(made.students):>4} × ", f"{made.item}: {made.says}", columns)
    for item in analysis.items:
        if item.undiagnosed:
            who = ", ".join(map(shown, item.undiagnosed[:5]))
            more = f" and {len(item.undiagnosed) - 5} more" if len(item.undiagnosed) > 5 else ""
            told = f"{item.name}: wrong, and no known mistake ({who}{more})"
            lines += _hanging(f"{len(item.undiagnosed):>4} ? ", told, columns)
    return "\n".join(lines)


def _hanging(label, text, columns):
    return textwrap.wrap(
        text, columns - 1, initial_indent=label, subsequent_indent=" " * len(label), max_lines=3
    )


def write_report(course: Course, analysis: Analysis) -> Path:
    """Write items.csv, mistakes.csv, totals.csv and index.html; return the folder they are in."""
    from unrolled.grading.analysis_page import page  # matplotlib takes a while to load

    folder = course.folder / "report" / analysis.topic
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "items.csv", "\ufeff" + to_csv(_item_rows(analysis)))
    write_whole(folder / "mistakes.csv", "\ufeff" + to_csv(_mistake_rows(analysis)))
    write_whole(folder / "totals.csv", "\ufeff" + to_csv(_total_rows(analysis)))
    write_whole(folder / "index.html", page(analysis))
    return folder


def _item_rows(analysis):
    states = [state.replace(" ", "_") for state in STATES]
    heads = "item points submissions difficulty discrimination".split()
    yield [*heads, *states, "undiagnosed"]
    for item in analysis.items:
        yield [
            *(item.name, item.points, len(analysis.students), item.difficulty, item.discrimination),
            *item.states.values(),
            len(item.undiagnosed),
        ]


def _mistake_rows(analysis):
    yield "item submissions share mistake".split()
    count = len(analysis.students)
    for made in analysis.mistakes:
        yield made.item, len(made.students), len(made.students) / count, made.says
    for item in analysis.items:
        if item.undiagnosed:
            who = len(item.undiagnosed)
            yield item.name, who, who / count, "(wrong, and no known mistake)"


def _total_rows(analysis):
    yield "student automatic by_hand late_penalty total out_of".split()
    for m in analysis.marks:
        yield m.student, m.automatic, m.by_hand, m.penalty, m.total, analysis.out_of
