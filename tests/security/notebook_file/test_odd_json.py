"""Attack: the same keys twice, endless numbers, and values of every wrong kind."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    cells = [
        '{"cell_type": ["code"], "id": {"a": 1}, "metadata": [], "source": "x = 1", "source": ""}',
        '{"cell_type": null, "metadata": {"nbgrader": 5}, "source": ["lstm_step = 1"]}',
        '{"id": 1e999, "metadata": {"nbgrader": {"grade_id": ["check-lstm_step"]}}}',
        "{}",
    ]
    whole = '{"cells": [' + ", ".join(cells) + '], "metadata": "", "nbformat": -1e999}'
    (folder / "lstm_gates.ipynb").write_text(whole)


def test_what_can_be_read_is_read(graded):
    graded.check()
    assert graded.result.state == "graded"
