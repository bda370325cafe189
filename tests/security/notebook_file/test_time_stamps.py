"""Attack: a time stamp far in the past, in words, and many."""

LOSES = ()


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text)
    (folder / "timestamp.txt").write_text("9" * 90)


def test_what_is_no_time_is_told(graded):
    graded.check()
    assert "timestamp.txt holds no time" in graded.result.remark
