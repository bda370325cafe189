"""Attack: hand in a link to the instructor's own notebook."""

from pathlib import Path

LOSES = "everything"


def HAND_IN(folder, text, host):
    source = Path(host["folder"]) / "source" / "lstm_gates" / "lstm_gates.ipynb"
    (folder / "lstm_gates.ipynb").symlink_to(source)


def test_a_link_is_not_followed(graded):
    graded.check()
    assert "is a link, not a file" in graded.result.remark
