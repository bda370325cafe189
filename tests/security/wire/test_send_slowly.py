"""Attack: send an answer one byte at a time, each just before one would be given up."""

LOSES = ("forget_half_life",)
OWN = {
    "forget_half_life": """
import os
import time


def forget_half_life(f):
    for byte in b"unr1\\x00\\x00\\x10\\x00" + bytes(100):
        os.write(3, bytes([byte]))
        time.sleep(0.1)
"""
}


def test_the_time_is_that_of_the_whole_answer(graded):
    graded.check()
    report = graded.report("forget_half_life")
    assert "longer than the 1.5 seconds" in report
