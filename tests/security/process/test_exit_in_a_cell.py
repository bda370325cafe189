"""Attack: end the process in the middle of the notebook, so that nothing after it is judged."""

LOSES = ("forget_half_life",)
OWN = {"forget_half_life": "import os\nos._exit(0)\n"}


def test_it_costs_that_cell_alone(graded):
    graded.check()
    assert "was stopped and left out: exited with code 0" in graded.result.remark
