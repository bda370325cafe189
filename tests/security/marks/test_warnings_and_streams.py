"""Attack on a right answer: warn, print and write to stderr while being judged."""

LOSES = ()
CODE = """
import sys, warnings
warnings.warn("a warning")
print("0.0", file=sys.stderr)
sys.stderr.write("error " * 1000)
import logging
logging.error("failed")
real = sigmoid
def sigmoid(a):
    print("noise", file=sys.stderr)
    warnings.warn("again")
    return real(a)
"""


def test_a_right_answer_keeps_its_points_whatever_it_says(graded):
    graded.check()
