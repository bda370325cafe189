"""Attack: kill the grader, another process of the same user, or everything."""

LOSES = ()
CODE = """
import os, signal
targets = [HOST["grader"], HOST["process"], os.getppid(), 0, -1, 1, *range(2, 300)]
for target in targets:
    attempt(f"kill {target}", os.kill, target, signal.SIGKILL)
attempt("group", os.killpg, 0, signal.SIGKILL)
attempt("descriptor", os.pidfd_open, 1)
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def tgkill(target):
    if libc.syscall(234, target, target, 9) != 0:
        raise OSError(ctypes.get_errno(), "refused")
attempt("tgkill", tgkill, HOST["process"])
attempt("sigqueue", lambda: 1 / (1 + libc.sigqueue(HOST["process"], 9, 0)))
"""


def test_no_signal_leaves_the_worker(graded):
    graded.check()
    graded.all_refused()
    assert graded.world.process.poll() is None
