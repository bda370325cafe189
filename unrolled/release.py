"""From `solutions/<topic>.py` to what learners get, in one direction.

solutions/<topic>.py → build/source (nbgrader's source notebook, check file, recording) → nbgrader's
own generate_assignment → build/release → exercises/<topic>/, the same bytes for the same source.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from unrolled import mistakes
from unrolled.exercise import Cell, Exercise, read_topic
from unrolled.notebooks import nbformat
from unrolled.sources import put_tools_on_path

if TYPE_CHECKING:
    from traitlets.config import Config

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class ReleaseError(Exception):
    """An assignment could not be generated; the message carries nbgrader's own words."""


def source_notebook(exercise: Exercise) -> nbformat.NotebookNode:
    """Return the instructor's notebook of an exercise, solutions included, for nbgrader."""
    cells = [_notebook_cell(cell) for cell in exercise.notebook_cells]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def write_source(topic: str, root: Path, course: Path) -> Path:
    """Write nbgrader's source folder of `topic` below `course` and return it."""
    exercise = read_topic(topic, root)
    folder = course / "source" / topic
    folder.mkdir(parents=True, exist_ok=True)
    check_path = root / "tests" / "checks" / f"test_{topic}.py"
    recording = mistakes.record(exercise, check_path)
    if exercise.quizzes:
        from unrolled.quiz.notebook import quiz_keys  # topics without a quiz need no bank

        sealed = {name: key.sealed() for name, key in quiz_keys(exercise).items()}
        recording = replace(recording, quizzes=sealed)
    shutil.copyfile(check_path, folder / check_path.name)
    recording.write(folder / f"{topic}.json")
    nbformat.write(source_notebook(exercise), folder / f"{topic}.ipynb")
    return folder


def generate(topic: str, course: Path, settings: Config | None = None) -> Path:
    """Run nbgrader's generate_assignment on `topic` and return the release folder.

    settings: nbgrader's, which say which gradebook gets to know the assignment; by default it is
    the one in `course`.
    Raises ReleaseError with nbgrader's log if it fails.
    """
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    put_tools_on_path()
    config = Config()
    config.CourseDirectory.merge((settings or {}).get("CourseDirectory", {}))
    config.CourseDirectory.root = str(course)
    result = NbGraderAPI(config=config).generate_assignment(topic, force=True, create=True)
    if not result["success"]:
        raise ReleaseError(f"nbgrader could not generate {topic!r}:\n{result['log']}")
    return course / "release" / topic


def release(
    topic: str, root: Path, course: Path, exercises: Path, settings: Config | None = None
) -> Path:
    """Make `exercises/<topic>/` from its source, by way of `course`; return the folder.

    settings: as for `generate`.
    """
    write_source(topic, root, course)
    made = generate(topic, course, settings)
    folder = exercises / topic
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for path in sorted(made.iterdir()):
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    return folder


def _notebook_cell(cell: Cell):
    v4 = nbformat.v4
    new_cell = v4.new_markdown_cell if cell.is_markdown else v4.new_code_cell
    source = cell.source
    if cell.kind == "hint":
        source = f"<details><summary>Hint</summary>\n\n{source}\n\n</details>"
    made = new_cell(source, id=cell.cell_id)
    if cell.kind in ("prose", "hint", "question"):
        return made
    made.metadata["nbgrader"] = {
        "grade": cell.kind in ("check", "written"),
        "grade_id": cell.cell_id,
        "locked": cell.kind in ("given", "check"),
        "schema_version": 3,
        "solution": cell.kind in ("exercise", "written"),
        "task": False,
    }
    if cell.points:
        made.metadata["nbgrader"]["points"] = cell.points
    return made
