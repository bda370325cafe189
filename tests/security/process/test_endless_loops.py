"""Attack: never end: in a cell, and in a call."""

LOSES = ("forget_half_life", "set_forget_bias")
OWN = {
    "forget_half_life": "while True:\n    pass\n",
    "set_forget_bias": "def set_forget_bias(*args):\n    while True:\n        pass\n",
}


def test_each_costs_its_part_alone(graded):
    graded.check()
    assert "was stopped and left out" in graded.printed("exercise-forget_half_life")
    assert "longer than the 1.5 seconds" in graded.report("set_forget_bias")
