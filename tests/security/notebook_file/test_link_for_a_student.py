"""Attack: be, as a whole, a link to another student."""

from pathlib import Path

LOSES = "everything"


def HAND_IN(folder, text, host):
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(Path(host["bystander"]).parent)


def test_the_others_marks_are_not_given_twice(graded):
    graded.check()
    assert "is a link, not a folder" in graded.result.remark
