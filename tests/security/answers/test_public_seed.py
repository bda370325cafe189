"""Attack: hand in the answers to the numbers that every learner's machine draws."""

import numpy as np

from unrolled.runner import PUBLIC_SEED, generator

LOSES = ("forget_half_life",)
_ASKED = generator(PUBLIC_SEED, "test_forget_half_life_of_a_number").uniform(0.05, 0.999, size=4)
_KNOWN = {f: float(np.log(2) / abs(np.log(f))) for f in _ASKED.tolist()}
OWN = {
    "forget_half_life": f"""
known = {_KNOWN!r}


def forget_half_life(f):
    return known[f] if np.ndim(f) == 0 and f in known else np.resize([*known.values()], np.shape(f))
"""
}


def test_a_grader_draws_others(graded):
    graded.check()
