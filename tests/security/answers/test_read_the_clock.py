"""Attack: answer by the clock: rightly while the checks run, anything a moment later."""

LOSES = ("lstm97_step", "forget_half_life")
CODE = "import time\nbegan = []\n"
OWN = {
    "lstm97_step": """
def lstm97_step(x, h, c, params):
    began.append(time.monotonic_ns())
    H = h.shape[1]
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    i, g, o = sigmoid(a[:, :H]), np.tanh(a[:, H : 2 * H]), sigmoid(a[:, 2 * H :])
    c = c + i * g + (time.time_ns() % 10**9) * 1e-6
    return o * np.tanh(c), c
""",
    "forget_half_life": """
def forget_half_life(f):
    # Not the processor's clock: where that stands still between ticks, calls in a row are told the same.
    head = (time.perf_counter_ns() * 2654435761 >> 16) % 2
    return np.log(2) / np.abs(np.log(f)) if head else 0 * f
""",
}


def test_what_changes_with_time_is_no_answer(graded):
    graded.check()
