"""Attack: a time stamp that is a link to a file of the instructor's."""

LOSES = ()


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text)
    (folder / "timestamp.txt").symlink_to(host["seed"])


def test_it_is_not_read(graded):
    graded.check()
    seed = (graded.course.folder / "secret_seed").read_text()
    page = graded.course.folder / "autograded" / graded.student / "lstm_gates"
    assert seed not in "".join(path.read_text() for path in page.iterdir())
