"""Attack: make an earlier part so poor that any later one seems to follow from it."""

LOSES = ("split_gates", "lstm_step", "lstm_forward")
OWN = {
    "split_gates": """
def split_gates(a):
    zero = np.zeros((a.shape[0], a.shape[1] // 4))
    return zero, zero, zero, zero
""",
    "lstm_step": "def lstm_step(x, h, c, params):\n    return 0 * h, 0 * c\n",
    "lstm_forward": """
def lstm_forward(xs, h0, c0, params):
    return np.zeros((len(xs), *h0.shape)), np.zeros((len(xs), *c0.shape))
""",
}


def test_what_follows_from_nothing_earns_nothing(graded):
    graded.check()
