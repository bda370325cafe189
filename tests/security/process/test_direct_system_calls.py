"""Attack: make system calls by number, past Python and the C library, old and new ones."""

LOSES = ()
CODE = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
numbers = dict(
    personality=135, keyctl=250, add_key=248, request_key=249, bpf=321, perf_event_open=298,
    userfaultfd=323, memfd_create=319, memfd_secret=447, shmget=29, msgget=68, semget=64,
    mq_open=240, modify_ldt=154, open_by_handle_at=304, name_to_handle_at=303, fanotify_init=300,
    inotify_init1=294, inotify_init=253, swapon=167, reboot=169, init_module=175, kexec_load=246,
    acct=163, settimeofday=164, clock_settime=227, sethostname=170, iopl=172, ioperm=173,
    quotactl=179, syslog=103, setpriority=141, sched_setscheduler=144, vhangup=153, sysctl=156,
    nfsservctl=180, lookup_dcookie=212, migrate_pages=256, move_pages=279, mbind=237,
    process_madvise=440, pidfd_getfd=438, quotactl_fd=443, landlock_create_ruleset=444,
    seccomp=317, capset=126, setxattr=188, mknod=133, signalfd=282, socket=41, socketpair=53,
    future=1000,
)
for name, number in numbers.items():
    attempt(name, call, number, 0x0040000, 0, 0, 0, 0)
"""


def test_every_such_call_is_refused(graded):
    import os

    import pytest

    graded.check()
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers are those of x86-64")
    graded.all_refused()
