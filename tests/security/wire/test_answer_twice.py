"""Attack: answer before the question, twice, and with the number of the next question."""

LOSES = ("lstm_param_count", "forget_half_life")
CODE = """
import gc, json, os, struct
def frame(tree):
    header = json.dumps(tree).encode()
    return struct.pack("!4sIQ", b"unr1", len(header), 0) + header
"""
OWN = {
    "lstm_param_count": """
def lstm_param_count(D, H, biases=1):
    for number in range(1, 200):
        os.write(3, frame(["d", "n", number, "value", 4 * H * (D + H + biases)]))
    return 4 * H * (D + H + biases)
""",
    "forget_half_life": """
asked = 0


def forget_half_life(f):
    global asked
    asked += 1
    for number in range(20, 60):
        os.write(3, frame(["d", "n", number, "value", 1.0]))
    return 1.0
""",
}


def test_one_question_gets_one_answer(graded):
    graded.check()
    # The first reply to arrive carries another question's number.
    assert "does not belong to the question" in graded.report("lstm_param_count")
