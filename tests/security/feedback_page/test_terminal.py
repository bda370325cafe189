"""Attack: names and messages that steer the terminal in which the table is printed."""

STUDENT = "feedback_page-\x1b[2J\x07\u202e"
LOSES = ("forget_half_life",)
OWN = {
    "forget_half_life": "def forget_half_life(f):\n"
    "    raise ValueError('\\x1b]0;title\\x07\\x1b[2J\\r\\n\\u202e' * 100)\n"
}


def test_the_table_holds_printable_characters_alone(graded):
    from unrolled.grading.table import table

    graded.check()
    shown = table([graded.result], graded.whole.everything, 100)
    assert all(character.isprintable() or character == "\n" for character in shown)
