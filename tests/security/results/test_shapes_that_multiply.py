"""Attack: return small arrays whose axes all differ, from a part with which the reference computes.

Where two of them meet, each number of one meets each of the other: three thousand and three thousand
make gigabytes.
"""

LOSES = ("split_gates", "lstm_step", "lstm_forward")
OWN = {
    "split_gates": """
def split_gates(a):
    n = 3000
    return np.ones((1, n, 1, 1), bool), np.ones((n, 1, 1, 1), bool), np.ones(1), np.ones(1)
""",
    "lstm_step": "def lstm_step(x, h, c, params):\n    return 0 * h, 0 * c\n",
    "lstm_forward": """
def lstm_forward(xs, h0, c0, params):
    return np.zeros((len(xs), *h0.shape)), np.zeros((len(xs), *c0.shape))
""",
}


def test_nothing_follows_from_them(graded):
    graded.check()
    assert graded.result.state == "graded"
    assert "differs in 15 of 15 numbers" in graded.report("lstm_step")
