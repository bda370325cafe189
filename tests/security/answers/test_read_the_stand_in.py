"""Attack: read the table that stands in for a wrong earlier part, instead of asking it.

The wrong step hardly looks at the state, so what `lstm_forward` gives follows from it without any
recurrence. While a table stands in the step's place, the results in it are handed back: by their
place, or by the inputs that they belong to.
"""

LOSES = ("lstm_step", "lstm_forward")
OWN = {
    "lstm_step": """
def lstm_step(x, h, c, params):
    a = np.tanh(x @ params["W_xh"] + params["b_h"])
    if (abs(h) > 1).any():  # as when it is tried whether the result depends on the state
        a = a + 1
    return a[:, : h.shape[1]], a[:, h.shape[1] : 2 * h.shape[1]]
""",
    "lstm_forward": """
def lstm_forward(xs, h0, c0, params):
    if hasattr(lstm_step, "_table"):
        table = [(args, result) for args, result in lstm_step._table if len(args[0]) == len(h0)]
        found = [r for x in xs for args, r in table if np.array_equal(args[0], x)][: len(xs)]
        return np.stack([h for h, _ in found]), np.stack([c for _, c in found])
    hs, cs = zip(*[lstm_step(x, 0 * h0, c0, params) for x in xs])
    return np.stack(hs), np.stack(cs)
""",
}


def test_a_table_does_not_say_which_of_its_results_count(graded):
    graded.check()
    assert "hs differs" in graded.report("lstm_forward")
