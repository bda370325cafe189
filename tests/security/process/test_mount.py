"""Attack: mount something, or take the read-only away."""

LOSES = ()
CODE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
attempt("tmpfs", call, 165, b"none", b"/usr/lib", b"tmpfs", 0, 0)
attempt("remount", call, 165, b"none", b"/", b"", 32, 0)
attempt("bind", call, 165, b"/usr/lib", b"/scratch", b"", 4096, 0)
attempt("proc", call, 165, b"proc", b"/scratch", b"proc", 0, 0)
attempt("umount", call, 166, b"/usr/lib", 2)
attempt("attributes", call, 442, -100, b"/", 0x8000, 0, 32)
for name, number in dict(open_tree=428, move_mount=429, fsopen=430, fsmount=432, fspick=433).items():
    attempt(name, call, number, 0, 0, 0, 0)
attempt("write", open, HOST["packages"] + "/" + HOST["mark"], "w")
"""


def test_nothing_is_mounted(graded):
    graded.check()
    graded.all_refused()
