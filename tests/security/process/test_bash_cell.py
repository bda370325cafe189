"""Attack: hand the whole cell to a shell."""

LOSES = ("forget_half_life",)
OWN = {"forget_half_life": "%%bash\nid > /tmp/escaped; echo 3\n"}


def test_a_cell_for_a_shell_is_not_run_and_answers_nothing(graded):
    graded.check()
    assert "Other programs are not run" in graded.printed("exercise-forget_half_life")
