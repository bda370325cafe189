"""Attack: return objects that lie about their class, and numbers that lie about their value."""

LOSES = ("lstm97_step", "forget_half_life", "lstm_param_count", "set_forget_bias")
CODE = """
import numpy as np
class Fake:
    __class__ = np.ndarray
class FakeDict:
    __class__ = dict
    def keys(self): return {"W_xh", "W_hh", "b_h"}
class Int(int):
    def __index__(self): raise SystemExit
    def __eq__(self, other): return True
    def bit_length(self): return 1
class Float(float):
    def __float__(self): return float("inf")
    def __eq__(self, other): return True
"""
OWN = {
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return Fake(), Fake()\n",
    "forget_half_life": "def forget_half_life(f):\n    return Float(1)\n",
    "lstm_param_count": "def lstm_param_count(*args):\n    return Int(1 << 60)\n",
    "set_forget_bias": "def set_forget_bias(*args):\n    return FakeDict()\n",
}


def test_a_lie_earns_nothing_and_stops_nothing(graded):
    graded.check()
