"""Attack: return objects that turn into whatever array, number or buffer is asked for."""

LOSES = ("lstm97_step", "forget_half_life", "lstm_param_count")
CODE = """
import numpy as np
class Sneak:
    __array_interface__ = {"shape": (3, 5), "typestr": "<f8", "data": (0, False), "version": 3}
    __array_priority__ = 1e9
    def __array__(self, *a, **k): return np.zeros((3, 5))
    def __float__(self): return 1.0
    def __int__(self): return 1
    def __index__(self): return 1
    def __complex__(self): return 1j
    def __dlpack__(self, *a, **k): raise SystemExit
    def __buffer__(self, flags): raise SystemExit
"""
OWN = {
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return Sneak(), Sneak()\n",
    "forget_half_life": "def forget_half_life(f):\n    return Sneak()\n",
    "lstm_param_count": "def lstm_param_count(*args):\n    return Sneak()\n",
}


def test_no_protocol_is_asked(graded):
    graded.check()
    assert "is a Sneak that does not hold plain numbers" in graded.report("forget_half_life")
