"""Attack: be wrong with one's own earlier part, and right as soon as another stands in its place."""

LOSES = ("lstm_step", "lstm_forward")
OWN = {
    "lstm_step": """
def lstm_step(x, h, c, params):
    i, f, g, o = split_gates(x @ params["W_xh"] + params["b_h"])
    c = f * c + i * g
    return o * np.tanh(c), c


mine = lstm_step
""",
    "lstm_forward": """
def lstm_forward(xs, h0, c0, params):
    h, c, hs, cs = h0, c0, [], []
    for x in xs:
        # The old cell state is lost, unless somebody looks on.
        h, c = lstm_step(x, h, c0 if lstm_step is mine else c, params)
        hs.append(h)
        cs.append(c)
    return np.stack(hs), np.stack(cs)
""",
}


def test_what_is_right_for_the_occasion_does_not_follow(graded):
    graded.check()
