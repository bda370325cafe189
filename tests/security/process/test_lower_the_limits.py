"""Attack: lower one's own limits, so that the kernel ends one as if by no fault of one's own.

What was killed by others is judged again, and again: three times the time.
"""

LOSES = ()
CODE = """
import resource

for name in ("AS", "CPU", "FSIZE", "NOFILE", "NPROC", "STACK"):
    limit = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(limit)
    attempt(name, resource.setrlimit, limit, (soft, hard - 1))
    attempt(name + " for me", resource.prlimit, 0, limit, (1, 1))
print("seconds:", resource.getrlimit(resource.RLIMIT_CPU)[0])
"""


def test_no_limit_is_changed(graded):
    graded.check()
    graded.all_refused()
    assert "seconds: 60" in graded.printed()
