"""Attack: change the arguments, so that the grader compares with what one has made of them."""

LOSES = ("lstm97_step", "forget_half_life", "set_forget_bias")
OWN = {
    "lstm97_step": """
def lstm97_step(x, h, c, params):
    for array in (x, h, c, *params.values()):
        array[...] = 0
    params.clear()
    return h, c
""",
    "forget_half_life": """
def forget_half_life(f):
    if isinstance(f, np.ndarray):
        f[...] = 0.5
        return f * 0 + 1
    return 1.0
""",
    "set_forget_bias": """
def set_forget_bias(params, bias):
    for key in params:
        params[key] *= 0
    return params
""",
}


def test_the_graders_own_numbers_stay(graded):
    graded.check()
    assert "writes into the arrays it is given" in graded.report("lstm97_step")
