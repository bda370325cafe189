"""The exercise as a learner has it: a notebook, a plain kernel, the exercise folder."""

import json
import shutil
import subprocess
import sys

import nbformat
import pytest

pytestmark = pytest.mark.slow


def executed(topic, folder):
    """Execute the released notebook as three learners fill it in; return {who: notebook}.

    Nothing is written, all is right, or the first part is wrong. One command runs them, each in a
    kernel of its own.
    """
    right = {item: topic.exercise.cell("exercise", item).source for item in topic.items}
    filled = {"blank": {}, "solved": right, "wrong": {**right, first(topic): mistake(topic).code}}
    shutil.copytree(topic.folder, folder)
    for who, cells in filled.items():
        notebook = nbformat.read(folder / f"{topic.name}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = cells.get(cell.id.removeprefix("exercise-"), cell.source)
        nbformat.write(notebook, folder / f"{who}.ipynb")
    paths = [folder / f"{who}.ipynb" for who in filled]
    options = ["--to", "notebook", "--execute", "--inplace"]
    command = [sys.executable, "-m", "nbconvert", *options, *paths]
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)
    assert run.returncode == 0, run.stderr
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def first(topic):
    """Return the name of the first part: later ones may use it."""
    return next(iter(topic.items))


def mistake(topic):
    """Return the last known mistake of the first part."""
    return [mistake for mistake in topic.mistakes if mistake.exercise == first(topic)][-1]


def outputs(notebook, item):
    """Return what the check of `item` shows, as text and as HTML."""
    (cell,) = [cell for cell in notebook.cells if cell.id == f"check-{item}"]
    (output,) = cell.outputs
    return output.data["text/plain"], output.data["text/html"]


def assert_clean(notebook):
    streams = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert {out.output_type for out in streams} <= {"execute_result"}
    assert "Traceback" not in json.dumps(streams)


def test_a_notebook_says_what_is_missing_what_is_right_and_what_is_wrong(topic, tmp_path):
    notebooks = executed(topic, tmp_path / topic.name)
    assert_clean(notebooks["blank"])
    assert_clean(notebooks["solved"])
    for item in topic.items:
        text, html = outputs(notebooks["blank"], item)
        assert text.startswith(f"{item}: not yet, 0 of ")
        assert "is not written yet" in text
        assert "is not written yet" in html
        text, html = outputs(notebooks["solved"], item)
        assert text.startswith(f"{item}: right")
        assert "✗" not in text + html
    text, html = outputs(notebooks["wrong"], first(topic))
    assert f"→ {mistake(topic).says}" in text
    assert 'class="mistake"' in html
