"""Attack: set the random generators so that the next draw is known."""

LOSES = ()
CODE = """
import random, numpy as np, os
random.seed(1)
np.random.seed(1)
attempt("pool", lambda: open("/dev/urandom", "wb"))
attempt("entropy", lambda: os.open("/dev/random", os.O_WRONLY))
print("draws:", random.random(), np.random.rand())
"""


def test_the_grader_draws_from_its_own(graded):
    graded.check()
    assert "SUCCEEDED" not in graded.printed()
