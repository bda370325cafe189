"""Attack: return more than a grader has room for: integers, strings, arrays, ranges."""

LOSES = ("lstm_param_count", "forget_half_life", "lstm97_step", "set_forget_bias")
OWN = {
    "lstm_param_count": "def lstm_param_count(*args):\n    return 1 << 10_000_000\n",
    "forget_half_life": "def forget_half_life(f):\n    return np.broadcast_to(1.0, (1 << 20, 1 << 20))\n",
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return 'x' * (32 << 20), range(10**15)\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n"
    "    return {**params, 'b_h': np.zeros(1 << 22)}\n",
}


def test_each_is_refused_in_words(graded):
    graded.check()
    assert "an integer of more than 4096 bits cannot be sent" in graded.report("lstm_param_count")
    for part in ("forget_half_life", "lstm97_step", "set_forget_bias"):
        assert "bytes allowed" in graded.report(part)
