"""From the learner come sources; all else comes from the release, however the file was edited."""

import copy

import nbformat
import pytest

from unrolled.grading.submission import read_submission

HALF_LIFE = "exercise-forget_half_life"


@pytest.fixture
def rebuilt(notebook, release, tmp_path):
    """Let `edit` change a right notebook's cells, hand it in and return the submission."""

    def run(edit):
        made = nbformat.reads(notebook(), as_version=4)
        edit(made, {cell.id: cell for cell in made.cells})
        path = tmp_path / "lstm_gates.ipynb"
        nbformat.write(made, path, version=nbformat.NO_CONVERT)
        submission = read_submission(path, release)
        nbformat.validate(submission.notebook)
        return submission

    return run


def sources(submission):
    return {cell.id: cell.source for cell in submission.notebook.cells}


def locked(release):
    return {
        cell.id: cell
        for cell in release.cells
        if not cell.metadata.get("nbgrader", {}).get("solution")
    }


def test_a_right_notebook_has_no_problems_and_keeps_every_answer(rebuilt, notebook):
    submission = rebuilt(lambda made, cells: None)
    assert submission.problems == []
    handed_in = nbformat.reads(notebook(), as_version=4)
    assert sources(submission) == {cell.id: cell.source for cell in handed_in.cells}


def test_locked_cells_points_metadata_and_outputs_are_the_releases_own(rebuilt, release):
    def edit(made, cells):
        for cell in made.cells:
            nbgrader = cell.metadata.get("nbgrader", {})
            if cell.id.startswith(("check", "given", "prose", "hint")):
                cell.source = "6.0"
            if "points" in nbgrader:
                nbgrader.points = 100
            nbgrader["locked"] = False
            cell.metadata["tags"] = ["skip-execution"]
            if cell.cell_type == "code":
                cell.outputs = [nbformat.v4.new_output("stream", text="6.0")]

    submission = rebuilt(edit)
    found = {cell.id: cell for cell in submission.notebook.cells}
    for name, cell in locked(release).items():
        assert found[name] == cell
    assert [c.metadata for c in submission.notebook.cells] == [c.metadata for c in release.cells]
    (problem,) = submission.problems
    assert problem.startswith("Locked cells that were edited")
    assert "check-lstm_step" in problem


def test_missing_cells_come_back_as_released(rebuilt, release):
    def edit(made, cells):
        gone = {HALF_LIFE, "check-lstm_step", "given-setup"}
        made.cells = [cell for cell in made.cells if cell.id not in gone]

    submission = rebuilt(edit)
    assert list(sources(submission)) == [cell.id for cell in release.cells]
    assert sources(submission)[HALF_LIFE] == next(
        cell.source for cell in release.cells if cell.id == HALF_LIFE
    )
    assert submission.problems == [
        "Missing cells, for which the released ones stand in: "
        f"given-setup, check-lstm_step, {HALF_LIFE}."
    ]


def test_moved_cells_are_put_back_and_keep_their_answers(rebuilt, notebook):
    submission = rebuilt(lambda made, cells: made.cells.reverse())
    assert submission.problems == []
    handed_in = nbformat.reads(notebook(), as_version=4)
    assert sources(submission) == {cell.id: cell.source for cell in handed_in.cells}


def test_an_answer_turned_into_text_is_told_and_runs_as_code(rebuilt):
    def edit(made, cells):
        cells[HALF_LIFE].cell_type = "markdown"
        del cells[HALF_LIFE]["outputs"], cells[HALF_LIFE]["execution_count"]
        cells["written-limits"].cell_type = "raw"

    submission = rebuilt(edit)
    assert submission.problems == [f"Cells that were turned into markdown cells: {HALF_LIFE}."]
    types = {cell.id: cell.cell_type for cell in submission.notebook.cells}
    assert (types[HALF_LIFE], types["written-limits"]) == ("code", "markdown")


def test_added_cells_stay_where_they_were(rebuilt):
    def edit(made, cells):
        where = made.cells.index(cells[HALF_LIFE])
        made.cells.insert(where, nbformat.v4.new_code_cell("def helper(): pass"))
        made.cells.insert(where + 2, nbformat.v4.new_markdown_cell("my notes"))
        made.cells.insert(0, nbformat.v4.new_code_cell("import math"))
        made.cells.append(nbformat.v4.new_code_cell("  \n"))

    order = list(sources(rebuilt(edit)))
    assert order[:2] == ["added-1", "prose-1"]
    where = order.index(HALF_LIFE)
    assert order[where - 1 : where + 2] == ["added-2", HALF_LIFE, "added-note-1"]
    assert len([name for name in order if name.startswith("added")]) == 3  # empty cells are none


def test_a_helper_in_an_added_cell_is_found(judged, notebook):
    def edit(made):
        where = [cell.id for cell in made.cells].index(HALF_LIFE)
        helper = nbformat.v4.new_code_cell("def half(f):\n    return np.log(2) / np.abs(np.log(f))")
        made.cells.insert(where - 1, helper)

    own = "def forget_half_life(f):\n    with np.errstate(divide='ignore'):\n        return half(f)"
    assert judged(notebook({"forget_half_life": own}, edit=edit)).points == 27


@pytest.mark.parametrize("right_one", ["first", "last"])
def test_of_a_cell_copied_twice_the_one_that_runs_last_counts(judged, notebook, right_one):
    def edit(made):
        where = [cell.id for cell in made.cells].index(HALF_LIFE)
        twin = copy.deepcopy(made.cells[where])
        twin.id = "another"  # JupyterLab gives a copy an id of its own, and nbgrader's id stays
        wrong = twin if right_one == "first" else made.cells[where]
        wrong.source = "def forget_half_life(f):\n    return 0"
        made.cells.insert(where + 1, twin)

    report = judged(notebook(edit=edit)).reports["forget_half_life"]
    assert report.right == (right_one == "last")


def test_cells_without_ids_or_metadata_are_known_by_what_they_hold(rebuilt, release):
    def edit(made, cells):
        made.nbformat_minor = 4
        for cell in made.cells:
            del cell["id"]
            cell.metadata = nbformat.NotebookNode()

    submission = rebuilt(edit)
    found = sources(submission)
    released = {cell.id: cell.source for cell in release.cells}
    assert [name for name in found if name not in released] == []
    assert {name: found[name] for name in locked(release)} == {
        name: released[name] for name in locked(release)
    }
    assert "raise NotImplementedError" not in "".join(found.values())
    (problem,) = submission.problems
    assert problem.startswith("Answers found outside their own cells: exercise-split_gates, ")


def test_an_answer_written_into_a_cell_of_ones_own_is_found(judged, notebook):
    def edit(made):
        where = [cell.id for cell in made.cells].index(HALF_LIFE)
        made.cells[where] = nbformat.v4.new_code_cell(made.cells[where].source)

    verdict = judged(notebook(edit=edit))
    assert verdict.points == 27
    assert verdict.problems == [f"Answers found outside their own cells: {HALF_LIFE}."]


def test_notes_too_long_to_render_are_left_out_and_said_so(rebuilt):
    def edit(made, cells):
        made.cells += [nbformat.v4.new_markdown_cell("word " * 30_000) for _ in range(20)]

    submission = rebuilt(edit)
    shown = [c.source for c in submission.notebook.cells if c.cell_type == "markdown"]
    assert sum(map(len, shown)) < 250_000
    assert "the rest of this cell was left out" in shown[-1]
    assert submission.problems[0].startswith("Notes that are too long to be shown: added-note-5,")


def test_equal_work_has_one_digest_and_other_work_another(rebuilt):
    def say(made, cells):
        cells["written-limits"].source = "Clip them."
        made.cells.insert(3, nbformat.v4.new_markdown_cell("a note"))

    def add_a_space(made, cells):
        cells[HALF_LIFE].source += " "

    first = rebuilt(lambda made, cells: None).work.digest
    assert rebuilt(say).work.digest == first
    assert rebuilt(add_a_space).work.digest != first
