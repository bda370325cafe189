"""Attack: leave something in the kernel that outlives the process: shared memory, queues, keys."""

LOSES = ()
CODE = """
import os
from multiprocessing import shared_memory
attempt("named memory", shared_memory.SharedMemory, HOST["mark"], True, 4096)
attempt("dev shm", open, "/dev/shm/" + HOST["mark"], "w")
attempt("memfd", os.memfd_create, HOST["mark"])
attempt("queue", open, "/dev/mqueue/" + HOST["mark"], "w")
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
attempt("shmget", call, 29, 4242, 4096, 0o1666)
attempt("semget", call, 64, 4242, 1, 0o1666)
attempt("msgget", call, 68, 4242, 0o1666)
attempt("mq_open", call, 240, HOST["mark"].encode(), 0o102, 0o666, 0)
attempt("key", call, 248, b"user", b"left", b"data", 4, -5)
"""


def test_nothing_is_left_in_the_kernel(graded):
    graded.check()
    graded.all_refused()
    for kind in ("shm", "sem", "msg"):
        with open(f"/proc/sysvipc/{kind}") as listed:
            assert not [line for line in listed if line.split()[0] == "4242"]
