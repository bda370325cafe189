"""Attack: delete the check cells, so that there is nothing to fail."""

LOSES = "everything"


def EDIT(notebook):
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("check-")]


def test_they_come_back(graded):
    graded.check()
    assert "Missing cells" in graded.result.remark
