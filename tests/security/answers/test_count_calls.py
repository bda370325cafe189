"""Attack: answer by the order in which one is asked: rightly until the later parts have their turn."""

LOSES = ("lstm_param_count",)
CODE = "later = 0\n"
OWN = {
    "lstm_param_count": """
def lstm_param_count(D, H, biases=1):
    return 4 * H * (D + H + biases) + later
""",
    "forget_half_life": """
def forget_half_life(f):
    global later
    later = 1
    with np.errstate(divide="ignore"):
        return np.log(2) / np.abs(np.log(f))
""",
}


def test_asked_again_in_another_order_it_says_something_else(graded):
    graded.check()
    assert "this call then gave another answer" in graded.report("lstm_param_count")
