"""Attack: make a namespace of one's own, in which one is root, or enter another's."""

LOSES = ()
CODE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x02000000):
    attempt(f"unshare {flag:x}", call, 272, flag, 0, 0)
    attempt(f"clone {flag:x}", call, 56, flag | 17, 0, 0, 0, 0)
    attempt(f"thread {flag:x}", call, 56, flag | 0x10000, 0, 0, 0, 0)
attempt("clone3", call, 435, 0, 88)
for descriptor in range(64):
    attempt("setns", call, 308, descriptor, 0)
attempt("ns", os.open, "/proc/self/ns/user", os.O_RDONLY)
"""


def test_no_namespace_is_made_or_entered(graded):
    graded.check()
    graded.all_refused()
