"""Attack: keep the table that stands in for a wrong earlier part, and answer with it from then on.

The right `lstm_forward` earns its points, for it follows from the wrong step. While that is found
out, it copies what stands in the step's place; the step looks there first whenever it is asked.
"""

LOSES = ("lstm_step",)
OWN = {
    "lstm_step": """
tables = []


def lstm_step(x, h, c, params):
    for table in tables:
        for args, result in table:
            if np.array_equal(args[0], x) and np.array_equal(args[1], h):
                return result
    i, f, g, o = split_gates(x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"])
    c = f * c + i * g
    return o * c, c
""",
    "lstm_forward": """
def lstm_forward(xs, h0, c0, params):
    if hasattr(lstm_step, "_table"):
        tables.append(lstm_step._table)
    h, c, hs, cs = h0, c0, [], []
    for x in xs:
        h, c = lstm_step(x, h, c, params)
        hs.append(h)
        cs.append(c)
    return np.stack(hs), np.stack(cs)
""",
}


def test_what_stood_in_earns_no_points_later(graded):
    graded.check()
    assert "follows correctly from your own earlier part" in graded.report("lstm_forward")
