"""Attack: patch NumPy, the builtins, json, struct and socket where the answers are compared."""

LOSES = "everything"
CODE = """
import builtins, json, math, operator, socket, struct, numpy as np, numpy.testing as testing
np.allclose = np.isclose = np.array_equal = np.all = np.any = lambda *a, **k: True
testing.assert_allclose = testing.assert_array_equal = lambda *a, **k: None
builtins.all = builtins.any = builtins.isinstance = lambda *a: True
builtins.AssertionError = type("AssertionError", (BaseException,), {"__new__": lambda *a: None})
builtins.abs = lambda x: 0
json.dumps = json.JSONEncoder.encode = lambda *a, **k: '[["d","value",true],[]]'
json.loads = lambda *a, **k: {"do": "lookup", "name": "x"}
struct.pack = lambda *a: b""
socket.socket = object
"""


def test_nothing_is_compared_there(graded):
    graded.check()
