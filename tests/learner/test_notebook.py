"""The exercise as a learner has it: a notebook, a plain kernel, the exercise folder."""

import json
import shutil
import subprocess
import sys

import nbformat
import pytest

pytestmark = pytest.mark.slow


def run_notebook(topic, folder, cells):
    """Execute a copy of the released notebook with these exercise cells; return it."""
    shutil.copytree(topic.folder, folder)
    path = folder / f"{topic.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        item = cell.id.removeprefix("exercise-")
        if item in cells:
            cell.source = cells[item]
    nbformat.write(notebook, path)
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--inplace",
        path,
    ]
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)
    assert run.returncode == 0, run.stderr
    return nbformat.read(path, as_version=4)


def outputs(notebook, item):
    """Return what the check of `item` shows, as text and as HTML."""
    (cell,) = [cell for cell in notebook.cells if cell.id == f"check-{item}"]
    (output,) = cell.outputs
    return output.data["text/plain"], output.data["text/html"]


def assert_clean(notebook):
    streams = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert {out.output_type for out in streams} <= {"execute_result"}
    assert "Traceback" not in json.dumps(streams)


def test_a_blank_notebook_runs_to_its_end_and_says_what_is_not_written(topic, tmp_path):
    notebook = run_notebook(topic, tmp_path / topic.name, {})
    assert_clean(notebook)
    for item in topic.items:
        text, html = outputs(notebook, item)
        assert text.startswith(f"{item}: not yet, 0 of ")
        assert "is not written yet" in text
        assert "is not written yet" in html


def test_a_solved_notebook_is_right_throughout(topic, tmp_path):
    cells = {item: topic.exercise.cell("exercise", item).source for item in topic.items}
    notebook = run_notebook(topic, tmp_path / topic.name, cells)
    assert_clean(notebook)
    for item in topic.items:
        text, html = outputs(notebook, item)
        assert text.startswith(f"{item}: right")
        assert "✗" not in text + html


def test_a_notebook_full_of_mistakes_names_each(topic, tmp_path):
    last = {mistake.exercise: mistake for mistake in topic.mistakes}
    cells = {item: mistake.code for item, mistake in last.items()}
    # Later parts use earlier ones: only the first parts to be wrong can be told from their results.
    first = next(iter(topic.items))
    right = {item: topic.exercise.cell("exercise", item).source for item in topic.items}
    notebook = run_notebook(topic, tmp_path / topic.name, {**right, first: cells[first]})
    text, html = outputs(notebook, first)
    assert f"→ {last[first].says}" in text
    assert 'class="mistake"' in html
