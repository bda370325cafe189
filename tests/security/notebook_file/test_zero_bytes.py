"""Attack: characters that end text, or turn it round, in the source of every cell."""

LOSES = ("lstm_step", "lstm_forward")
OWN = {"lstm_step": "def lstm_step(*args):\n    return '\0'\n"}
CODE = "print('a\\0b', '\u202e', '\x0c')\n'\x0c\u2028'\n"
MARKDOWN = "be\0fore \u202e after"


def test_a_cell_with_a_zero_byte_is_no_program_and_the_others_run(graded):
    graded.check()
    assert "null bytes" in graded.report("lstm_step")
    assert "\0" not in graded.printed()
