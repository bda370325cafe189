"""Read and write CSV as learning platforms exchange it, harmless to whoever opens it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unrolled.grading.course import CourseError

MAX_BYTES = 50_000_000
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)%?\Z")


@dataclass
class Sheet:
    """A table as read from a CSV file, and what to keep of the file when it is written again."""

    header: list[str]
    rows: list[list[str]]  # each as long as the header
    delimiter: str = ","
    mark: str = ""  # the byte order mark, where the file had one

    def column(self, *names: str) -> int | None:
        """Return the index of the first of these titles, letter case aside; None if none is there."""
        titles = [title.strip().casefold() for title in self.header]
        return next((titles.index(n.casefold()) for n in names if n.casefold() in titles), None)

    def text(self) -> str:
        """Return the sheet as CSV; see `to_csv`."""
        return self.mark + to_csv([self.header, *self.rows], self.delimiter)


def read_sheet(path: Path | str) -> Sheet:
    """Read a CSV file: UTF-8, with commas, semicolons or tabs, whichever its first line has most of.

    Raises CourseError, with the file's name, if it cannot be read as that.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CourseError(f"{path} is larger than {MAX_BYTES // 10**6} MB")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8 text: save it as CSV (UTF-8)") from None
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text[len(mark) :]
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CourseError(f"{path} is not CSV: {error}") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise CourseError(f"{path} is empty")
    width = len(rows[0])
    for number, row in enumerate(rows[1:], 2):
        if len(row) > width:
            raise CourseError(f"{path}: row {number} has {len(row)} cells, its header {width}")
        row.extend([""] * (width - len(row)))
    return Sheet(rows[0], rows[1:], delimiter, mark)


def to_csv(rows: Iterable[Iterable[object]], delimiter: str = ",") -> str:
    """Return rows as CSV in which no cell is a formula; None is an empty cell, a float is short."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([harmless(_text(cell)) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet program runs: text that could be a formula gets a quote.

    A program may run what begins with = + - @, a tab or a line end, also after spaces. Numbers,
    and a dash alone, which Moodle writes for "never", stay as they are. Source: OWASP, CSV
    Injection.
    """
    begins = cell.lstrip(" ")[:1]
    if begins and begins in "=+-@\t\r\n" and not _NUMBER.match(cell) and cell.strip() != "-":
        return "'" + cell
    return cell


def _text(cell):
    if cell is None:
        return ""
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)
