"""Attack: return dictionaries with keys that are equal to all keys, or too many, or that collide."""

LOSES = ("set_forget_bias", "forget_half_life", "lstm97_step")
CODE = """
class Key(str):
    __eq__ = lambda self, other: True
    __hash__ = lambda self: 0
"""
OWN = {
    "set_forget_bias": "def set_forget_bias(params, bias):\n"
    "    return {'<b>' + 'k' * 90 + str(k): 0 for k in range(30_000)}\n",
    "forget_half_life": "def forget_half_life(f):\n    return {k * (2**61 - 1): k for k in range(9_000)}\n",
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return {Key('h'): h, Key('c'): c}\n",
}


def test_they_are_read_in_bounded_time_and_told_in_bounded_words(graded):
    graded.check()
    assert len(graded.report("set_forget_bias")) < 10_000
    assert len(graded.result.remark) < 10_000
