"""Attack: negative, infinite and absurd points, which nbgrader turns into full marks."""

LOSES = "everything"


def EDIT(notebook):
    odd = [-1, -1e308, float("inf"), "6", None, [6], {"points": 6}, True]
    for k, cell in enumerate(cell for cell in notebook.cells if "nbgrader" in cell.metadata):
        cell.metadata["nbgrader"]["points"] = odd[k % len(odd)]


def test_they_are_not_read(graded):
    graded.check()
