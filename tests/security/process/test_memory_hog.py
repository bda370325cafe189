"""Attack: take all memory, by one array and by many."""

LOSES = ("forget_half_life",)
CODE = """
import numpy as np
attempt("one array", np.ones, (1 << 20, 1 << 12))
"""
OWN = {
    "forget_half_life": """
def forget_half_life(f):
    kept = []
    while True:
        kept.append(np.empty(1 << 22))
"""
}


def test_memory_runs_out_for_the_hog_alone(graded):
    graded.check()
    graded.all_refused()
    report = graded.report("forget_half_life")
    assert "MemoryError" in report or "more memory than allowed" in report
