"""Attack: rewrite the check cells so that they return full points."""

LOSES = "everything"


def EDIT(notebook):
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            cell.source = "6.0"


def test_the_released_checks_are_used_and_the_change_is_told(graded):
    graded.check()
    assert "Locked cells that were edited" in graded.result.remark
