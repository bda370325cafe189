"""Attack: find out whether one is asked for the first time or again, and answer accordingly.

The first time a worker is told to note what is written into arguments; later it is not.
"""

LOSES = ("lstm_param_count", "forget_half_life")
CODE = """
import sys


def first():
    frame = sys._getframe()
    while frame and frame.f_code.co_name != "call_all":
        frame = frame.f_back
    return frame is not None and frame.f_locals["note"]
"""
OWN = {
    "lstm_param_count": """
def lstm_param_count(D, H, biases=1):
    return 4 * H * (D + H + biases) if first() else 0
""",
    "forget_half_life": """
def forget_half_life(f):
    with np.errstate(divide="ignore"):
        right = np.abs(np.log(2) / np.log(f))
    return f if first() else right
""",
}


def test_right_once_is_not_right(graded):
    graded.check()
    assert "asked again, in another order" in graded.report("lstm_param_count")
    assert "asked again" not in graded.report("forget_half_life")
