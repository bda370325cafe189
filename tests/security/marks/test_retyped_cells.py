"""Attack: turn checks into text, answers into checks, and locked cells into answers."""

LOSES = "everything"


def EDIT(notebook):
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader")
        if cell.id.startswith("check-"):
            cell.cell_type = "markdown"
            for name in ("outputs", "execution_count"):
                cell.pop(name, None)
            meta.update(grade=False, solution=True, locked=False)
        elif cell.id.startswith("exercise-"):
            meta.update(grade=True, solution=False, locked=True, points=27)


def test_what_a_cell_is_comes_from_the_release(graded):
    graded.check()
    types = {cell.id: cell.cell_type for cell in graded.notebook.cells}
    assert types["check-lstm_step"] == "code"
