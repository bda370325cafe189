"""Attack: return lists of text, one long and many short: NumPy gives each the room of the longest."""

LOSES = ("lstm_param_count", "lstm97_step", "forget_half_life", "set_forget_bias")
OWN = {
    "lstm_param_count": "def lstm_param_count(*args):\n    return ['x' * 200_000] + ['y'] * 100_000\n",
    "lstm97_step": "def lstm97_step(*args):\n    return [b'x' * 900_000] + [b'y'] * 10_000, 0\n",
    "forget_half_life": "def forget_half_life(f):\n"
    "    return [np.zeros((1000, 500), bool), [['x' * 100_000] * 2 + [0] * 498] + [[0] * 500] * 150]\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n"
    "    return {**params, 'b_h': [['x' * 200_000], *[[k] for k in range(50_000)]]}\n",
}


def test_they_are_refused_before_numpy_sees_them(graded):
    graded.check()
    for part in LOSES:
        assert "a list holds text that is too long" in graded.report(part)
