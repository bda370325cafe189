"""Attack: return NaN or infinity everywhere, which compare with nothing or with everything."""

LOSES = ("lstm_param_count", "forget_half_life", "lstm97_step", "set_forget_bias")
OWN = {
    "lstm_param_count": "def lstm_param_count(*args):\n    return float('nan')\n",
    "forget_half_life": "def forget_half_life(f):\n    return np.full(np.shape(f), np.inf)\n",
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return h * np.nan, c * np.nan\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n"
    "    return {k: np.ma.masked_all(v.shape) for k, v in params.items()}\n",
}


def test_they_equal_no_answer(graded):
    graded.check()
    assert "contains nan" in graded.report("lstm97_step")
