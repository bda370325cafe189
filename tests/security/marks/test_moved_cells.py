"""Attack: put the answers before what they need, and the checks before the answers."""

LOSES = ()


def EDIT(notebook):
    notebook.cells.reverse()


def test_the_released_order_is_restored(graded):
    graded.check()
    ids = [cell.id for cell in graded.notebook.cells]
    assert ids.index("given-setup") < ids.index("exercise-lstm_step") < ids.index("check-lstm_step")
