"""Read what was handed in, and rebuild the notebook from the instructor's copy.

From the learner come the sources of solution cells and of cells the learner added. Everything
else, locked cells, check cells, points and metadata, comes from the release notebook.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

MAX_BYTES = 20_000_000  # a notebook with many pictures in its outputs still fits
MAX_CELLS = 2_000
MAX_SOURCE = 200_000

# A tag, a comment or a processing instruction: the browser would act on it, Markdown lets it pass.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# The target of a link or picture, `](…)` or `]: …`, that is anything but a plain web address.
_LINK = re.compile(r"\](?=(?:\(|:)\s*(?!https?://))")


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
    def digest(self) -> str:
        """A fingerprint of the code that will be graded."""
        code = [cell.source for cell in self.notebook.cells if cell.cell_type == "code"]
        return hashlib.sha256(json.dumps(code).encode()).hexdigest()


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
        return Submission(copy.deepcopy(release), [problem], readable=False)
    return rebuild(cells, release)


def rebuild(cells: list[dict], release: nbformat.NotebookNode) -> Submission:
    """Put the learner's sources into a copy of the release notebook.

    cells: dictionaries with `name` (the cell's nbgrader id or ""), `cell_type` and `source`.
    Cells the learner added stay where they were, after the released cell they followed.
    """
    known = {_name(cell): cell for cell in release.cells if _name(cell)}
    theirs, added, anchor = {}, {None: []}, None
    for cell in cells:
        name = cell["name"]
        if name in known and name not in theirs:
            theirs[name] = cell
            anchor = name
        elif cell["source"].strip():
            added.setdefault(anchor, []).append(cell)
    problems, rebuilt, count = {}, [], 0
    for cell in [None, *release.cells]:
        name = _name(cell) if cell is not None else None
        if cell is not None:
            rebuilt.append(_restore(cell, theirs.get(name), problems))
        for extra in added.get(name, []) if name is not None or cell is None else []:
            count += 1
            rebuilt.append(_added(extra, f"added-{count}"))
    notebook = copy.deepcopy(release)
    notebook.cells = rebuilt
    return Submission(
        notebook, [f"{what}: {', '.join(names)}." for what, names in problems.items()]
    )


def _restore(cell, theirs, problems):
    """Return the released cell, with the learner's source if it is theirs to write."""
    cell = copy.deepcopy(cell)
    meta = cell.metadata.get("nbgrader", {})
    if not meta:
        return cell
    solution = meta.get("solution")
    if theirs is None:
        found = "Missing cells, for which the released ones stand in"
    elif solution and theirs["cell_type"] != cell.cell_type:
        found = f"Cells that were turned into {theirs['cell_type']} cells"
    elif not solution and theirs["source"].strip() != cell.source.strip():
        found = "Locked cells that were edited, for which the released ones were used"
    else:
        found = None
    if found:
        problems.setdefault(found, []).append(_name(cell))
    if solution and theirs is not None:
        cell.source = (
            harmless(theirs["source"]) if cell.cell_type == "markdown" else theirs["source"]
        )
    return cell


def _added(cell, cell_id):
    if cell["cell_type"] == "code":
        return nbformat.v4.new_code_cell(cell["source"], id=cell_id)
    return nbformat.v4.new_markdown_cell(harmless(cell["source"]), id=cell_id)


def harmless(markdown: str) -> str:
    """Return Markdown in which no HTML, and no link but to the web, is left to act in a browser."""
    return _LINK.sub(r"\\]", _TAG.sub("&lt;", markdown))


def _name(cell):
    """The name by which a cell is known: nbgrader's id, or the cell's own where it has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "") or cell.get("id", "")


def _load(path):
    try:
        if path.is_symlink() or not path.is_file():
            raise UnreadableNotebook(f"{path.name} is not a plain file.")
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableNotebook(f"it is larger than {MAX_BYTES // 10**6} MB.")
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UnreadableNotebook(f"{error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnreadableNotebook("it is not UTF-8 text.") from None
    except (ValueError, RecursionError):
        raise UnreadableNotebook("it is not valid JSON, so not a notebook.") from None


def _cells(data):
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise UnreadableNotebook("it has no list of cells (is it an older notebook format?).")
    if len(data["cells"]) > MAX_CELLS:
        raise UnreadableNotebook(f"it has more than {MAX_CELLS} cells.")
    for cell in data["cells"]:
        if not isinstance(cell, dict):
            raise UnreadableNotebook("one of its cells is not a cell.")
        source = cell.get("source", "")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str) or len(source) > MAX_SOURCE:
            raise UnreadableNotebook("the source of one of its cells is not text of normal size.")
        metadata = cell.get("metadata")
        graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        name = graded.get("grade_id") if isinstance(graded, dict) else None
        name = name or cell.get("id")
        yield {
            "name": name if isinstance(name, str) else "",
            "cell_type": cell["cell_type"] if cell.get("cell_type") == "code" else "markdown",
            "source": source.encode("utf-8", "replace").decode(),
        }
