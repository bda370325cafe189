"""Attack: return tuples, lists and dictionaries whose own methods run when they are read."""

LOSES = ("lstm97_step", "split_gates", "set_forget_bias", "lstm_step", "lstm_forward")
CODE = """
import itertools, os
class Pair(tuple):
    __iter__ = lambda self: itertools.repeat(0.0)
    __len__ = lambda self: 2
    __getitem__ = lambda self, k: os._exit(0)
class Params(dict):
    def items(self): os._exit(0)
    keys = values = __iter__ = __len__ = __getitem__ = items
class Row(list):
    __iter__ = lambda self: (os._exit(0) for _ in range(4))
"""
OWN = {
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return Pair([h, c])\n",
    "split_gates": "def split_gates(a):\n    return Row([a, a, a, a])\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n    return Params(params)\n",
}


def test_they_arrive_as_the_plain_containers_they_are(graded):
    graded.check()
    assert "exited" not in graded.report("lstm97_step")
