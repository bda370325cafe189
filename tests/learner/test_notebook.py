"""The exercise as a learner has it: a notebook, a plain kernel, the exercise folder."""

import copy
import json
import shutil
import subprocess
import sys

import nbformat
import pytest

pytestmark = pytest.mark.slow


def executed(topic, folder):
    """Execute the released notebook as a learner goes through it; return the cells of each pass.

    First nothing is written; then all is right; then the first part is wrong. All three passes run
    in one kernel, one after the other, as cells do that are written anew.
    """
    right = {item: topic.exercise.cell("exercise", item).source for item in topic.items}
    passes = {"blank": {}, "solved": right, "wrong": {**right, first(topic): mistake(topic).code}}
    shutil.copytree(topic.folder, folder)
    path = folder / f"{topic.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    given, cells = notebook.cells, []
    for who, filled in passes.items():
        for cell in copy.deepcopy(given):
            cell.source = filled.get(cell.id.removeprefix("exercise-"), cell.source)
            cell.id = f"{who}-{cell.id}"
            cells.append(cell)
    notebook.cells = cells
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
    done = nbformat.read(path, as_version=4).cells
    return {who: [c for c in done if c.id.startswith(f"{who}-")] for who in passes}


def first(topic):
    """Return the name of the first part: later ones may use it."""
    return next(iter(topic.items))


def mistake(topic):
    """Return the last known mistake of the first part."""
    return [mistake for mistake in topic.mistakes if mistake.exercise == first(topic)][-1]


def outputs(cells, item):
    """Return what the check of `item` shows, as text and as HTML."""
    (cell,) = [cell for cell in cells if cell.id.partition("-")[2] == f"check-{item}"]
    (output,) = cell.outputs
    return output.data["text/plain"], output.data["text/html"]


def assert_clean(cells):
    streams = [out for cell in cells for out in cell.get("outputs", ())]
    assert {out.output_type for out in streams} <= {"execute_result"}
    assert "Traceback" not in json.dumps(streams)


def test_a_notebook_says_what_is_missing_what_is_right_and_what_is_wrong(topic, tmp_path):
    passes = executed(topic, tmp_path / topic.name)
    assert_clean(passes["blank"])
    assert_clean(passes["solved"])
    for item in topic.items:
        text, html = outputs(passes["blank"], item)
        assert text.startswith(f"{item}: not yet, 0 of ")
        assert "is not written yet" in text
        assert "is not written yet" in html
        text, html = outputs(passes["solved"], item)
        assert text.startswith(f"{item}: right")
        assert "✗" not in text + html
    text, html = outputs(passes["wrong"], first(topic))
    assert f"→ {mistake(topic).says}" in text
    assert 'class="mistake"' in html
