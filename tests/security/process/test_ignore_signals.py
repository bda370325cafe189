"""Attack: ignore every signal and compute where Python cannot be interrupted."""

LOSES = ("forget_half_life",)
OWN = {
    "forget_half_life": """
import signal


def forget_half_life(f):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    return 10**10**9
"""
}


def test_it_is_stopped_all_the_same(graded):
    graded.check()
    assert "longer than the 1.5 seconds" in graded.report("forget_half_life")
