"""Attack: ask the table for what it does not hold, keep it, and compare it with the next.

Whoever asks for one row of a batch is given a second table, in which single rows are, too. What is in
both could be what counts, if all else were drawn anew.
"""

LOSES = ("lstm_step", "lstm_forward")
OWN = {
    "lstm_step": """
def lstm_step(x, h, c, params):
    a = np.tanh(x @ params["W_xh"] + params["b_h"])
    if (abs(h) > 1).any():  # as when it is tried whether the result depends on the state
        a = a + 1
    return a[:, : h.shape[1]], a[:, h.shape[1] : 2 * h.shape[1]]


def told(args):
    return tuple(np.asarray(arg).tobytes() for arg in args[:3])


kept = {}
""",
    "lstm_forward": """
def lstm_forward(xs, h0, c0, params):
    if hasattr(lstm_step, "_table"):
        asked = told((xs, h0, c0))
        if asked not in kept:
            kept[asked] = {told(args) for args, _ in lstm_step._table}
            raise LookupError("this is not in it")
        both = [(args, r) for args, r in lstm_step._table if told(args) in kept[asked]]
        found = [r for x in xs for args, r in both if np.array_equal(args[0], x)][: len(xs)]
        return np.stack([h for h, _ in found]), np.stack([c for _, c in found])
    hs, cs = zip(*[lstm_step(x, 0 * h0, c0, params) for x in xs])
    return np.stack(hs), np.stack(cs)
""",
}


def test_two_tables_say_no_more_than_one(graded):
    graded.check()
    assert "hs differs" in graded.report("lstm_forward")
