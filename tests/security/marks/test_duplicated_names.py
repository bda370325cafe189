"""Attack: hand in every check twice, and the answer cells with a second, hostile copy."""

import copy

LOSES = "everything"


def EDIT(notebook):
    doubled = []
    for cell in notebook.cells:
        doubled += [cell, copy.deepcopy(cell)]
        if cell.id.startswith("check-"):
            doubled[-1].source = "6.0"
    notebook.cells = doubled


def test_each_part_counts_once(graded):
    graded.check()
    names = [
        cell.metadata.nbgrader.grade_id
        for cell in graded.notebook.cells
        if "nbgrader" in cell.metadata
    ]
    assert len(names) == len(set(names))
