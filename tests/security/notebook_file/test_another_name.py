"""Attack: hand in nothing but a notebook by another name, in another case."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    (folder / "LSTM_Gates.ipynb").write_text(text)


def test_it_is_named(graded):
    graded.check()
    assert "the folder holds LSTM_Gates.ipynb" in graded.result.remark
