"""Attack: trace another process, or read and write its memory."""

LOSES = ()
CODE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
for pid in (HOST["grader"], HOST["process"], 1, 2):
    attempt("ptrace attach", call, 101, 16, pid, 0, 0)
    attempt("ptrace seize", call, 101, 0x4206, pid, 0, 0)
    attempt("readv", call, 310, pid, 0, 0, 0, 0, 0)
    attempt("writev", call, 311, pid, 0, 0, 0, 0, 0)
    attempt("kcmp", call, 312, pid, pid, 0, 0, 0)
    attempt("mem", open, f"/proc/{pid}/mem", "rb")
    attempt("maps", open, f"/proc/{pid}/maps")
attempt("traceme", call, 101, 0, 0, 0, 0)
"""


def test_no_other_process_is_read(graded):
    graded.check()
    graded.all_refused()
