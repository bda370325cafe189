"""Attack: more cells than anybody writes."""

LOSES = "everything"


def EDIT(notebook):
    notebook.cells += [{"cell_type": "code", "source": "x = 1", "metadata": {}}] * 3000


def test_it_is_told(graded):
    graded.check()
    assert "more than 2000 cells" in graded.result.remark
