"""Attack: return numbers dressed as something else: objects, text, dates, records, complex."""

LOSES = ("lstm_param_count", "forget_half_life", "lstm97_step", "set_forget_bias")
OWN = {
    "lstm_param_count": "def lstm_param_count(D, H, biases=1):\n    return str(4 * H * (D + H + biases))\n",
    "forget_half_life": "def forget_half_life(f):\n    return np.array([object()])\n",
    "lstm97_step": "def lstm97_step(x, h, c, params):\n"
    "    return h.astype('M8[s]'), np.zeros(h.shape, 'i4,f8')\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n"
    "    return {k: v.astype('U8') for k, v in params.items()}\n",
}


def test_they_are_no_numbers(graded):
    graded.check()
