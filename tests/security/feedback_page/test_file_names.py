"""Attack: markup in the names of files, which the page names as not graded."""

LOSES = ()


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text)
    for name in ("<script>x()<&#47;script>", "'\"><img src=x onerror=x()>", "$\\href{x}{y}$ `*_"):
        (folder / f"{name}.ipynb").write_text("{}")


def test_they_are_shown_as_text(graded, harmless):
    graded.check()
    harmless(graded)
