"""Attack: return arrays of a class whose operations all say that all is well."""

LOSES = ("lstm97_step", "forget_half_life", "set_forget_bias")
CODE = """
import numpy as np
class Same(np.ndarray):
    shape = property(lambda self: (3, 5))
    dtype = property(lambda self: np.dtype(float))
    __array_ufunc__ = lambda self, ufunc, method, *a, **k: np.bool_(ufunc is not np.not_equal)
    __array_function__ = lambda self, *a, **k: True
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = lambda self, other: np.zeros(1)
    __array__ = lambda self, *a, **k: self
    def __reduce__(self): return (print, ("unpickled",))
    def astype(self, *a, **k): return self
    def tobytes(self, *a): return b""
same = np.zeros((3, 5)).view(Same)
"""
OWN = {
    "lstm97_step": "def lstm97_step(x, h, c, params):\n    return same, same\n",
    "forget_half_life": "def forget_half_life(f):\n    return same\n",
    "set_forget_bias": "def set_forget_bias(params, bias):\n    return {**params, 'b_h': same}\n",
}


def test_it_arrives_as_plain_numbers_or_not_at_all(graded):
    graded.check()
