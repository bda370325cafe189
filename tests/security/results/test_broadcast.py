"""Attack: return one number, or an empty array, where a comparison might spread it over all."""

LOSES = ("split_gates", "lstm_step", "lstm_forward", "lstm97_step", "forget_half_life")
OWN = {
    "split_gates": "def split_gates(a):\n    return (np.zeros((0, 5)),) * 4\n",
    "lstm_step": "def lstm_step(x, h, c, params):\n    return 0.0, 0.0\n",
    "lstm_forward": "def lstm_forward(*args):\n    return [], []\n",
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return np.zeros((1, 1)), np.zeros((0,))\n",
    "forget_half_life": "def forget_half_life(f):\n    return np.zeros((0,))\n",
}


def test_shapes_are_held(graded):
    graded.check()
    assert "wrong shape" in graded.report("lstm97_step")
