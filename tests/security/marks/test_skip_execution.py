"""Attack: tag every cell so that it is skipped: silence would be full marks."""

LOSES = "everything"


def EDIT(notebook):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "remove-cell", "raises-exception", "parameters"]


def test_a_tag_is_not_read(graded):
    graded.check()
    assert not [cell for cell in graded.notebook.cells if cell.metadata.get("tags")]
