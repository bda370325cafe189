"""Attack: hand in a folder by the name of the notebook."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").mkdir()
    (folder / "lstm_gates.ipynb" / "lstm_gates.ipynb").write_text(text)


def test_it_is_told(graded):
    graded.check()
    assert "not a plain file" in graded.result.remark
