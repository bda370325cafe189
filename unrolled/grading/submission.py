"""Read what was handed in, and rebuild the notebook from the instructor's copy.

From the learner come the sources of solution cells and of cells the learner added. Everything
else, locked cells, check cells, points and metadata, comes from the release notebook.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from unrolled.grading.files import MAX_NOTEBOOK_BYTES
from unrolled.grading.markdown import harmless
from unrolled.grading.work import Work
from unrolled.notebooks import nbformat

MAX_CELLS = 2_000
MAX_SOURCE = 200_000
MAX_SOURCES = 4_000_000  # characters in all cells; a class of such notebooks is read ahead
MAX_BRACKETS = 1_000_000  # a list of two letters takes 80 bytes of memory, a dictionary 200
MAX_NOTES = 100_000  # characters of Markdown; a page made of much more can take minutes to render


@dataclass
class Submission:
    """A notebook rebuilt for grading, and what was found wrong with the file on the way.

    notebook: the release notebook with the learner's sources in it. problems: sentences for the
    table and the feedback page. readable: False if nothing could be taken from the file.
    """

    notebook: nbformat.NotebookNode
    problems: list[str] = field(default_factory=list)
    readable: bool = True

    @property
    def work(self) -> Work:
        """The code that will be judged: all code cells but the checks."""
        return Work(
            tuple(
                (cell.id, cell.source)
                for cell in self.notebook.cells
                if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("grade")
            )
        )


class UnreadableNotebook(ValueError):
    """The file is not a notebook from which anything can be taken; the message says why."""


def read_submission(path: Path, release: nbformat.NotebookNode) -> Submission:
    """Read the notebook at `path`; never raises for what a learner may have put there.

    An unreadable file gives the release notebook unchanged, which earns nothing, and a problem
    that says what is wrong with the file.
    """
    try:
        cells = list(_cells(_load(path)))
    except UnreadableNotebook as error:
        problem = f"The file could not be read: {error} Nothing in it was graded."
        return Submission(_copied(release), [problem], readable=False)
    submission = rebuild(cells, release)
    others = _other_notebooks(path)
    if others:
        submission.problems.append(f"Notebooks beside {path.name} were not graded: {others}.")
    return submission


def rebuild(cells: list[dict], release: nbformat.NotebookNode) -> Submission:
    """Put the learner's sources into a copy of the release notebook.

    cells: dictionaries with `name` (the cell's nbgrader id or ""), `cell_type` and `source`.
    Cells the learner added stay where they were, after the released cell they followed.
    """
    problems = {}
    known = {_name(cell): cell for cell in release.cells if _name(cell)}
    theirs, added, anchor = {}, {None: []}, None
    for name, cell in zip(_names(cells, known, problems), cells, strict=True):
        if name in known and name not in theirs:
            theirs[name] = cell
            anchor = name
        elif cell["source"].strip():
            added.setdefault(anchor, []).append(cell)
    rebuilt = _Rebuilt(problems)
    rebuilt.add(added[None])
    for cell in release.cells:
        rebuilt.restore(cell, theirs.get(_name(cell)))
        rebuilt.add(added.get(_name(cell), []) if _name(cell) else [])
    notebook = _copied({**release, "cells": []})
    notebook.cells = rebuilt.cells
    return Submission(
        notebook, [f"{what}: {', '.join(names)}." for what, names in problems.items()]
    )


def _names(cells, known, problems):
    """Return the released cell that each cell is, or "": by its name, else by what it holds.

    Some programs drop names and metadata when they save, and a learner may write an answer into a
    cell of their own: then a cell is known by its released text or by the function it defines.
    """
    names = [cell["name"] if cell["name"] in known else "" for cell in cells]
    missing = {name: cell for name, cell in known.items() if name not in names}
    by_text = {cell.source.strip(): name for name, cell in missing.items()}
    for k, cell in enumerate(cells):
        name = "" if names[k] else by_text.pop(cell["source"].strip(), "")
        if name:
            names[k] = name
            del missing[name]
    for name, released in missing.items():
        if released.cell_type == "code" and _is_solution(released):
            kind, _, own = name.partition("-")
            begins = f"{own} *=(?!=)" if kind == "answer" else rf"(?:def|class) +{re.escape(own)}\b"
            defines = re.compile(f"^{begins}", re.M)
            for k, cell in enumerate(cells):
                if not names[k] and cell["cell_type"] == "code" and defines.search(cell["source"]):
                    names[k] = name
                    problems.setdefault("Answers found outside their own cells", []).append(name)
                    break
    return names


class _Rebuilt:
    """The cells of the notebook to grade, in order, and what was found wrong with theirs."""

    def __init__(self, problems):
        self.cells, self._problems = [], problems
        self._code = self._notes = self._shown = 0

    def restore(self, released, theirs):
        """Add the released cell, with the learner's source if it is theirs to write."""
        cell = _copied(released)
        self.cells.append(cell)
        if not cell.metadata.get("nbgrader"):
            return
        solution = _is_solution(cell)
        if theirs is None:
            self._found("Missing cells, for which the released ones stand in", cell)
            return
        if solution and theirs["cell_type"] != cell.cell_type:
            self._found(f"Cells that were turned into {theirs['cell_type']} cells", cell)
        elif not solution and theirs["source"].strip() != cell.source.strip():
            self._found(
                "Locked cells that were edited, for which the released ones were used", cell
            )
        # A cell left as it was keeps its checksum, by which nbgrader knows that nothing was answered.
        if solution and theirs["source"] != cell.source:
            code = cell.cell_type == "code"
            cell.source = theirs["source"] if code else harmless(theirs["source"])

    def add(self, extras):
        """Add cells of the learner's own."""
        for extra in extras:
            if extra["cell_type"] == "code":
                self._code += 1
                made = nbformat.v4.new_code_cell(extra["source"], id=f"added-{self._code}")
            else:
                self._notes += 1
                source = harmless(extra["source"])
                made = nbformat.v4.new_markdown_cell(source, id=f"added-note-{self._notes}")
                self._shown += len(source)
                if self._shown > MAX_NOTES:
                    self._found("Notes that are too long to be shown", made)
                    continue
            self.cells.append(made)

    def _found(self, what, cell):
        self._problems.setdefault(what, []).append(_name(cell))


def _copied(part):
    """Return a copy of a part of a notebook, in a quarter of the time that `copy.deepcopy` takes."""
    if isinstance(part, dict):
        return nbformat.NotebookNode({key: _copied(value) for key, value in part.items()})
    return [_copied(item) for item in part] if isinstance(part, list) else part


def _is_solution(cell):
    """Return whether a cell is for the learner to write: a solution, or one that is left open."""
    meta = cell.metadata.get("nbgrader", {})
    return meta.get("solution", False) or not meta.get("locked", True)


def _name(cell):
    """The name by which a cell is known: nbgrader's id, or the cell's own where it has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "") or cell.get("id", "")


def _load(path):
    try:
        # The student's own folder, too, may be a link to another student's.
        for part, what in ((path, "file"), (path.parent, "folder"), (path.parent.parent, "folder")):
            if part.is_symlink():
                raise UnreadableNotebook(f"{part.name} is a link, not a {what}.")
        if not path.exists():
            others = _other_notebooks(path)
            if others:
                raise UnreadableNotebook(f"there is no {path.name}; the folder holds {others}.")
            raise UnreadableNotebook(f"there is no {path.name}, nor any other notebook.")
        if not path.is_file():
            raise UnreadableNotebook(f"{path.name} is not a plain file.")
        if path.stat().st_size > MAX_NOTEBOOK_BYTES:
            raise UnreadableNotebook(f"it is larger than {MAX_NOTEBOOK_BYTES // 10**6} MB.")
        if path.stat().st_size == 0:
            raise UnreadableNotebook("it is empty.")
        data = path.read_bytes()
        if data.count(b"[") + data.count(b"{") > MAX_BRACKETS:
            raise UnreadableNotebook(f"it holds more than {MAX_BRACKETS:,} lists and dictionaries.")
        return json.loads(data.decode("utf-8-sig"))
    except UnreadableNotebook:
        raise
    except OSError as error:
        raise UnreadableNotebook(f"{error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnreadableNotebook("it is not UTF-8 text.") from None
    except (ValueError, RecursionError):
        raise UnreadableNotebook("it is not valid JSON, so not a notebook.") from None


def _other_notebooks(path):
    """Return the names of the other notebooks in the folder, the first few, in words."""
    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.suffix == ".ipynb" and p != path)
    except OSError:
        return ""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _cells(data):
    if not isinstance(data, dict):
        raise UnreadableNotebook("it is not a notebook.")
    if not isinstance(data.get("cells"), list):
        raise UnreadableNotebook("it has no list of cells (is it an older notebook format?).")
    if len(data["cells"]) > MAX_CELLS:
        raise UnreadableNotebook(f"it has more than {MAX_CELLS} cells.")
    left = MAX_SOURCES
    for cell in data["cells"]:
        if not isinstance(cell, dict):
            raise UnreadableNotebook("one of its cells is not a cell.")
        source = cell.get("source", "")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str) or len(source) > MAX_SOURCE:
            raise UnreadableNotebook("the source of one of its cells is not text of normal size.")
        left -= len(source)
        if left < 0:
            raise UnreadableNotebook(f"its cells hold more than {MAX_SOURCES:,} characters.")
        yield plain_cell(cell, source)


def plain_cell(cell: dict, source: str) -> dict:
    """Return what `rebuild` takes of a notebook's cell, whose metadata may be of any shape."""
    metadata = cell.get("metadata")
    graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = graded.get("grade_id") if isinstance(graded, dict) else None
    name = name or cell.get("id")
    return {
        "name": name if isinstance(name, str) else "",
        "cell_type": "code" if cell.get("cell_type") == "code" else "markdown",
        # A lone surrogate is valid in JSON and in no file.
        "source": source.encode("utf-8", "replace").decode(),
    }
