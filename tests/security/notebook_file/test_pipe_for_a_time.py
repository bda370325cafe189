"""Attack on the run: a right notebook with a named pipe for its time stamp."""

import os

LOSES = ()


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text)
    os.mkfifo(folder / "timestamp.txt")


def test_nobody_waits_and_lateness_is_not_counted(graded):
    graded.check()
    assert "timestamp.txt holds no time" in graded.result.remark
