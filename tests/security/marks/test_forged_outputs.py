"""Attack: hand in cells that already show full points."""

import nbformat

LOSES = "everything"


def EDIT(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            data = {"text/plain": "6.0"}
            cell.outputs = [
                nbformat.v4.new_output("display_data", data=data),
                nbformat.v4.new_output("execute_result", data=data, execution_count=1),
            ]
            cell.execution_count = 1


def test_outputs_are_made_anew(graded):
    graded.check()
    assert "6.0" not in str([cell.get("outputs") for cell in graded.notebook.cells])
