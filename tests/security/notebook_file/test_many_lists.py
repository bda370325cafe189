"""Attack: a file full of empty lists, each of which takes forty times as much memory as text."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    lists = ",".join(["[]"] * 3_000_000)
    (folder / "lstm_gates.ipynb").write_text(
        text.rstrip().removesuffix("}") + f', "x": [{lists}]}}'
    )


def test_it_is_not_parsed(graded):
    graded.check()
    assert "holds more than 1,000,000 lists" in graded.result.remark
