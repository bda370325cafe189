"""Attack: return an object that is equal to whatever it is compared with."""

LOSES = "everything"
CODE = """
def yes(self, other=None): return True
methods = dict(__eq__=yes, __ne__=lambda s, o: False, __lt__=yes, __le__=yes, __gt__=yes, __ge__=yes,
               __bool__=yes, __hash__=lambda s: 0, __len__=lambda s: 4, __getitem__=lambda s, k: s,
               __iter__=lambda s: iter([s, s]), __sub__=lambda s, o: 0, __rsub__=lambda s, o: 0,
               __abs__=lambda s: 0, __float__=lambda s: 0.0, __int__=lambda s: 0, __index__=lambda s: 0,
               __instancecheck__=yes, __contains__=yes, keys=lambda s: s, shape=(3, 5))
Same = type("Same", (), methods)
same = Same()
"""
OWN = {
    name: f"def {name}(*args):\n    return same\n"
    for name in "split_gates lstm_param_count lstm_step lstm97_step forget_half_life".split()
} | {
    "set_forget_bias": "def set_forget_bias(params, bias):\n    return dict.fromkeys(params, same)\n"
}


def test_it_is_a_number_to_nobody(graded):
    graded.check()
