"""Attack: put one's own check, checks and grading in the place of the course's."""

LOSES = "everything"
CODE = """
import builtins, sys, types, unrolled
class Full:
    right, points = True, 6.0
    def __repr__(self): return "6.0"
    _repr_html_ = text = __repr__
def check(*args, **kwargs):
    print("right (6 points)")
    return Full()
builtins.check = unrolled.checks = unrolled.check = check
unrolled.GRADING = False
fake = types.ModuleType("unrolled.check")
fake.checks = fake.local = fake.Report = check
for name in ("unrolled.check", "unrolled.report", "unrolled.grading.judge", "pytest"):
    sys.modules[name] = fake
"""


def test_nobody_asks_it(graded):
    graded.check()
    assert "6.0" not in graded.report("lstm_step")
