"""Attack: return what never ends: generators, iterators, endless sequences."""

LOSES = ("lstm_param_count", "forget_half_life", "lstm97_step", "set_forget_bias")
CODE = """
import itertools
class Endless:
    def __getitem__(self, k): return 0.0
    def __len__(self): return 2**62
"""
OWN = {
    "lstm_param_count": "def lstm_param_count(*args):\n    while True:\n        yield 1\n",
    "forget_half_life": "def forget_half_life(f):\n    return itertools.count()\n",
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return Endless()\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n    return iter(params.items())\n",
}


def test_nobody_waits_for_the_end(graded):
    graded.check()
    assert "a generator has no values to compare yet" in graded.report("lstm_param_count")
