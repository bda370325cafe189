"""Attack: look for the answer among everything else that is asked with the same message."""

LOSES = ("split_gates", "lstm_step", "lstm_forward")
CODE = """
import sys
from unrolled.grading import unwire

seen = []


def arrays(value):
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    return [one for item in value for one in arrays(item)] if isinstance(value, (list, tuple, type({}.values()))) else []


def look_around():
    frame = sys._getframe()
    while frame and frame.f_code.co_name != "call_all":
        frame = frame.f_back
    for _, asked in frame.f_locals["calls"] if frame else ():
        seen.extend(arrays(unwire.unpack(*unwire.split(asked, 1 << 30), resolve=lambda handle: None)))
"""
OWN = {
    "split_gates": """
def split_gates(a):
    look_around()
    shape = len(a), a.shape[1] // 4
    return tuple([one for one in seen if one.shape == shape] + [np.zeros(shape)] * 4)[:4]
""",
    "lstm_step": """
def lstm_step(x, h, c, params):
    look_around()
    return tuple([one for one in seen if one.shape == h.shape and one is not h] + [h, c])[:2]
""",
    "lstm_forward": """
def lstm_forward(xs, h0, c0, params):
    look_around()
    shape = len(xs), *h0.shape
    return tuple([one for one in seen if one.shape == shape] + [np.zeros(shape)] * 2)[:2]
""",
}


def test_no_question_holds_the_answer_to_another(graded):
    graded.check()
    for part in LOSES:
        assert "differ" in graded.report(part)
