"""Attack: return values that the report quotes: names of types, keys, text."""

LOSES = ("lstm97_step", "forget_half_life", "set_forget_bias", "lstm_param_count")
CODE = """
evil = "<script>document.title = 'owned'</script><img src=x onerror=\\"document.title='owned'\\">"
"""
OWN = {
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return type(evil, (), {})()\n",
    "forget_half_life": "def forget_half_life(f):\n    return evil\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n    return {evil: 1, '$\\\\href{x}{y}$': 2}\n",
    "lstm_param_count": "def lstm_param_count(*args):\n    return type('`*' + evil, (), {})\n",
}


def test_it_is_shown_as_text(graded, harmless):
    graded.check()
    harmless(graded)
