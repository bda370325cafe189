"""Attack: add cells with the ids that the grader gives to its own."""

import nbformat

LOSES = "everything"


def EDIT(notebook):
    ids = (
        "about-submission",
        "added-1",
        "added-note-1",
        "check-lstm_step",
        "check-",
        "given-setup",
    )
    for name in ids:
        cell = nbformat.v4.new_code_cell("6.0", id=name)
        cell.metadata["nbgrader"] = {
            "grade": True,
            "grade_id": name,
            "locked": True,
            "points": 6,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        notebook.cells.insert(0, cell)


def test_ids_stay_unique_and_count_for_nothing(graded):
    graded.check()
    ids = [cell.id for cell in graded.notebook.cells]
    assert len(ids) == len(set(ids))
    nbformat.validate(graded.notebook)
