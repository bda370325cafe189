"""Attack: change modules in memory, in the hope that the next student is judged with them."""

LOSES = "everything"
CODE = """
import builtins, json, socket, struct, sys, numpy as np
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
for module in [m for name, m in list(sys.modules.items()) if name.startswith("unrolled")]:
    for name in list(vars(module)):
        if not name.startswith("__") and callable(getattr(module, name)):
            try:
                setattr(module, name, lambda *a, **k: True)
            except Exception:
                pass
"""


def test_they_end_with_the_worker(graded):
    graded.check()
