"""Attack: notebooks under many names beside the right one, some of them markup."""

LOSES = ()


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text)
    for name in (
        "<img src=x onerror=alert(1)>",
        "lstm_gates (1)",
        "LSTM_GATES",
        "lstm_gates.ipynb",
    ):
        (folder / f"{name}.ipynb").write_text("{}")


def test_the_right_one_is_graded_and_the_others_are_named_as_text(graded):
    graded.check()
    assert "were not graded" in graded.result.remark
    assert "<img src=x" not in graded.notebook.cells[0].source
