"""Attack: ask the kernel for what only an administrator needs, or for another process's memory."""

import os

import pytest

# Numbers of x86-64.
CALLS = {
    "ptrace": (101, 16, 1, 0, 0),
    "process_vm_readv": (310, 1, 0, 0, 0),
    "process_vm_writev": (311, 1, 0, 0, 0),
    "mount": (165, 0, 0, 0, 0),
    "umount2": (166, 0, 2, 0, 0),
    "pivot_root": (155, 0, 0, 0, 0),
    "chroot": (161, 0, 0, 0, 0),
    "unshare user": (272, 0x10000000, 0, 0, 0),
    "unshare mount": (272, 0x00020000, 0, 0, 0),
    "setns": (308, 3, 0, 0, 0),
    "open_tree": (428, -100, 0, 1, 0),
    "fsopen": (430, 0, 0, 0, 0),
    "mount_setattr": (442, -100, 0, 0, 0),
    "keyctl": (250, 0, 0, 0, 0),
    "add_key": (248, 0, 0, 0, 0),
    "bpf": (321, 0, 0, 0, 0),
    "perf_event_open": (298, 0, 0, 0, 0),
    "io_uring_setup": (425, 1, 0, 0, 0),
    "userfaultfd": (323, 0, 0, 0, 0),
    "memfd_create": (319, 0, 0, 0, 0),
    "memfd_secret": (447, 0, 0, 0, 0),
    "shmget": (29, 0, 4096, 0o1600, 0),
    "setuid": (105, 0, 0, 0, 0),
    "capset": (126, 0, 0, 0, 0),
    "personality": (135, 0x0040000, 0, 0, 0),
    "modify_ldt": (154, 0, 0, 0, 0),
    "open_by_handle_at": (304, 0, 0, 0, 0),
    "a call of the future": (1000, 0, 0, 0, 0),
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
def test_every_such_call_is_refused_by_the_filter(attack):
    worker = attack("import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)")
    source = "def call(*numbers):\n    return libc.syscall(*numbers), ctypes.get_errno()"
    worker.run(source)
    call = worker.lookup("call")
    answers = {name: call(*numbers) for name, numbers in CALLS.items()}
    not_permitted, not_implemented = 1, 38
    allowed = {
        name: answer
        for name, answer in answers.items()
        if answer[0] != -1 or answer[1] not in (not_permitted, not_implemented)
    }
    assert allowed == {}


def test_the_worker_holds_no_capability_and_cannot_gain_one(attack):
    source = """
import ctypes
libc = ctypes.CDLL(None)
no_new_privileges = libc.prctl(39, 0, 0, 0, 0)
bounding = [libc.prctl(23, number, 0, 0, 0) for number in range(41)]
import os
users = os.getresuid() + os.getresgid()
"""
    worker = attack(source)
    assert worker.lookup("no_new_privileges") == 1
    assert not any(number == 1 for number in worker.lookup("bounding"))
    assert 0 not in worker.lookup("users")
