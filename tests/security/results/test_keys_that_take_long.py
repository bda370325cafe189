"""Attack: send keys that collide and are slow to compare, without ever having made such a dictionary."""

LOSES = ("set_forget_bias", "forget_half_life")
CODE = """
from unrolled.grading import wire

encode = wire._Encoder.encode


class Forged:
    def __init__(self, tree):
        self.tree = tree


def encode_or_forge(self, value, depth=0):
    return value.tree if type(value) is Forged else encode(self, value, depth)


wire._Encoder.encode = encode_or_forge


def keys(count):
    for k in range(count):
        yield ["t", *[2.5] * 17, 5 + k * (2**61 - 1)]
"""
OWN = {
    "set_forget_bias": "def set_forget_bias(params, bias):\n"
    "    return Forged(['d', *[part for key in keys(9_000) for part in (key, 0)]])\n",
    "forget_half_life": "def forget_half_life(f):\n    return Forged(['s', *keys(9_000)])\n",
}


def test_they_are_refused_before_they_are_compared(graded):
    graded.check()
    for part in LOSES:
        assert "more than 1000 keys" in graded.report(part)
