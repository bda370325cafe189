"""Attack: JSON nested deeper than a parser can go."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    deep = '{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}"
    (folder / "lstm_gates.ipynb").write_text(deep)


def test_it_is_not_a_notebook(graded):
    graded.check()
    assert "not valid JSON" in graded.result.remark
