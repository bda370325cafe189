"""Attack: have the kernel do what is forbidden, through a ring that no filter looks into."""

LOSES = ()
CODE = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
attempt("setup", call, 425, 8, ctypes.create_string_buffer(256))
attempt("enter", call, 426, 3, 1, 1, 0, 0)
attempt("register", call, 427, 3, 0, 0, 0)
"""


def test_there_is_no_ring(graded):
    graded.check()
    graded.all_refused()
