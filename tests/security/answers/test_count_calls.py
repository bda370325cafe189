"""Attack: answer by the order in which one is asked: rightly in that of the checks alone."""

LOSES = ("lstm_param_count",)
CODE = "asked = others = 0\n"
OWN = {
    # Checks run side by side. Each asks one thing a turn, two for the parameters and so many others:
    "lstm_param_count": """
def lstm_param_count(D, H, biases=1):
    global asked
    asked += 1
    as_the_checks_do = others == (0, 0, 3, 3, 5, 5, 6, 6)[min(asked, 8) - 1]
    return 4 * H * (D + H + biases) + (not as_the_checks_do)
""",
    "forget_half_life": """
def forget_half_life(f):
    global others
    others += 1
    with np.errstate(divide="ignore"):
        return np.log(2) / np.abs(np.log(f))
""",
}


def test_asked_again_in_another_order_it_says_something_else(graded):
    graded.check()
    assert "this call then gave another answer" in graded.report("lstm_param_count")
