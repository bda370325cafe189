"""Attack: keep the old state in an earlier part, so that a later one need not compute a thing."""

LOSES = ("split_gates", "lstm_step", "lstm_forward")
OWN = {
    "split_gates": """
def split_gates(a):
    like = np.zeros((a.shape[0], a.shape[1] // 4))
    return like, like + 1, like, like + 1
""",
    "lstm_step": "def lstm_step(x, h, c, params):\n    return np.tanh(c), c\n",
}


def test_a_step_that_reads_a_quarter_of_its_input_is_no_step(graded):
    graded.check()
