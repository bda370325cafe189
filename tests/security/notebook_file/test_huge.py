"""Attack: hand in two hundred megabytes that take no room on the disk."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    with (folder / "lstm_gates.ipynb").open("wb") as file:
        file.write(text.encode())
        file.truncate(200 << 20)


def test_it_is_not_even_read(graded):
    graded.check()
    assert "larger than 20 MB" in graded.result.remark
