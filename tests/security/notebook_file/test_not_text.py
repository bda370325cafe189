"""Attack: bytes that are no text: another encoding, a program, a lone surrogate, zero bytes."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_bytes(b"\x7fELF\xff\xfe" + text.encode("utf-16"))


def test_it_is_told(graded):
    graded.check()
    assert "not UTF-8 text" in graded.result.remark
