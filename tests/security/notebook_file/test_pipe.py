"""Attack: hand in a named pipe, at which a reader waits for ever, and another as the time stamp."""

import os

LOSES = "everything"


def HAND_IN(folder, text, host):
    os.mkfifo(folder / "lstm_gates.ipynb")
    os.mkfifo(folder / "timestamp.txt")
    os.mkfifo(folder / "another.ipynb")


def test_nobody_waits(graded):
    graded.check()
    assert "not a plain file" in graded.result.remark
