"""Attack: raise the points of what one has, and lower those of what one has not."""

LOSES = ("lstm_step", "lstm_forward")
OWN = {"lstm_step": "lstm_step = None\n", "lstm_forward": "lstm_forward = None\n"}


def EDIT(notebook):
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            has = cell.id not in ("check-lstm_step", "check-lstm_forward")
            cell.metadata["nbgrader"]["points"] = 1000 if has else 0


def test_points_are_those_of_the_course(graded):
    graded.check()
