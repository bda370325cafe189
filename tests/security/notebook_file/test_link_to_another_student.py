"""Attack: hand in a folder that is a link to somebody else's."""

LOSES = "everything"


def HAND_IN(folder, text, host):
    folder.rmdir()
    folder.symlink_to(host["bystander"])


def test_somebody_elses_work_is_not_ones_own(graded):
    graded.check()
    assert "is a link" in graded.result.remark
