"""Attack: a student whose name is a path, a command, an option, a page and a line of its own."""

STUDENT = "-rf $(touch x) `id` ..%2f <b onclick=x>'\"\\ \n\u202e\x1b[31m;é"
LOSES = ()


def test_it_is_a_name_like_any_other(graded):
    from unrolled.grading.table import table

    graded.check()
    shown = table([graded.result], graded.whole.everything, 100)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not list(graded.course.root.rglob("x"))
