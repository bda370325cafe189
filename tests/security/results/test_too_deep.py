"""Attack: return what is nested without end, or holds itself."""

LOSES = ("lstm_param_count", "forget_half_life", "lstm97_step", "set_forget_bias")
CODE = """
import functools
deep = functools.reduce(lambda x, _: [x], range(100_000), 1)
itself = []
itself.append(itself)
loop = {}
loop["loop"] = loop
"""
OWN = {
    "lstm_param_count": "def lstm_param_count(*args):\n    return deep\n",
    "forget_half_life": "def forget_half_life(f):\n    return itself\n",
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return loop, loop\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n    return {**params, 'b_h': [[1.0] * 300_000]}\n",
}


def test_each_is_refused_in_words(graded):
    graded.check()
    for part in LOSES[:3]:
        assert "nested more than 32 deep" in graded.report(part)
    assert "more than 200000 items" in graded.report("set_forget_bias")
