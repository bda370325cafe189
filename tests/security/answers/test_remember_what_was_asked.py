"""Attack: answer rightly once, and from then on give back whatever was said first."""

LOSES = ("lstm97_step",)
OWN = {
    "lstm97_step": """
first = []


def lstm97_step(x, h, c, params):
    H = h.shape[1]
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    i, g, o = sigmoid(a[:, :H]), np.tanh(a[:, H : 2 * H]), sigmoid(a[:, 2 * H :])
    c = c + i * g
    first.append((o * np.tanh(c), c))
    # The first check looks at shapes alone: what it is told does not matter, but it is kept.
    return first[-1] if len(first) > 1 else (0 * h, 0 * c)
"""
}


def test_a_check_of_shapes_is_no_place_to_hide(graded):
    graded.check()
