"""Attack: return an array and change it later, from a thread or a finaliser."""

LOSES = ("lstm97_step", "forget_half_life")
CODE = """
import threading, time, weakref
given = []
def later():
    while True:
        time.sleep(0.001)
        for array in given:
            array += 1
threading.Thread(target=later, daemon=True).start()
"""
OWN = {
    "lstm97_step": """
def lstm97_step(x, h, c, params):
    result = h.copy(), c.copy()
    given.extend([*result, x, h, c, *params.values()])
    return result
""",
    "forget_half_life": """
def forget_half_life(f):
    given.append(np.atleast_1d(f))
    return given[-1]
""",
}


def test_what_was_sent_is_a_copy_and_so_is_what_was_asked(graded):
    graded.check()
