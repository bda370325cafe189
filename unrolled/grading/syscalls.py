"""Which system calls a learner's code may make: a list of what is allowed, all else refused."""

from __future__ import annotations

import errno
import tempfile

# What CPython, NumPy, torch and matplotlib need to compute and to use their own scratch folder.
ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev lseek sendfile copy_file_range
open openat close close_range dup dup2 dup3 fcntl flock pipe pipe2
stat fstat lstat newfstatat statx access faccessat faccessat2 statfs fstatfs
getdents getdents64 getcwd chdir fchdir readlink readlinkat
rename renameat renameat2 mkdir mkdirat rmdir unlink unlinkat link linkat symlink symlinkat
chmod fchmod fchmodat umask utimensat truncate ftruncate fallocate fsync fdatasync fadvise64
poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
mmap munmap mprotect mremap madvise brk msync mincore membarrier
futex futex_waitv set_robust_list get_robust_list set_tid_address rseq arch_prctl
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
restart_syscall pause alarm setitimer getitimer
timer_create timer_settime timer_gettime timer_delete timer_getoverrun
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getgroups
getresuid getresgid uname sysinfo getrusage getrlimit getrandom getcpu capget
sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler
sched_get_priority_max sched_get_priority_min getpriority get_mempolicy
exit exit_group wait4 waitid
""".split()

# Refused in the same way as everything that is not listed, but with "not permitted" instead of
# "not implemented", so that a learner who tries one reads a message that is true.
FORBIDDEN = """
execve execveat fork vfork socket socketpair connect bind listen accept accept4
sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
ptrace process_vm_readv process_vm_writev kcmp kill tkill pidfd_open pidfd_getfd pidfd_send_signal
mount umount2 pivot_root chroot unshare setns keyctl add_key request_key bpf perf_event_open
io_uring_setup io_uring_enter io_uring_register userfaultfd memfd_create personality
shmget shmat msgget semget mq_open mknod mknodat chown fchown lchown fchownat
setuid setgid setreuid setregid setresuid setresgid setgroups capset seccomp
name_to_handle_at open_by_handle_at fanotify_init inotify_init1 syslog acct reboot
init_module finit_module delete_module kexec_load swapon swapoff settimeofday clock_settime
sethostname setdomainname quotactl setxattr lsetxattr fsetxattr setpriority ioprio_set
""".split()

IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIOCLEX
PRCTLS = (15, 16, 21, 23, 39)  # thread name; reading what confines us
CLONE_THREAD = 0x00010000
CLONE_NAMESPACES = 0x7E020080


def compile_filter() -> bytes:
    """Compile the list into a seccomp program.

    Returns:
        The program, as `kernel.load_filter` takes it.

    Raises:
        ImportError, RuntimeError: where libseccomp is missing.
        OSError: where it refuses a rule.
    """
    import pyseccomp

    # "Not implemented" makes the C library fall back to the older calls that are listed.
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))

    def add(action: int, name: str, *arguments: pyseccomp.Arg) -> None:
        # A name that libseccomp or this architecture does not know stays at the default: refused.
        number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
        if number >= 0:
            rules.add_rule(action, number, *arguments)

    masked, equal, other = pyseccomp.MASKED_EQ, pyseccomp.EQ, pyseccomp.NE
    for name in ALLOWED:
        add(pyseccomp.ALLOW, name)
    for name in FORBIDDEN:
        add(pyseccomp.ERRNO(errno.EPERM), name)
    thread = pyseccomp.Arg(0, masked, CLONE_THREAD | CLONE_NAMESPACES, CLONE_THREAD)
    process = pyseccomp.Arg(0, masked, CLONE_THREAD, 0)
    add(pyseccomp.ALLOW, "clone", thread)
    add(pyseccomp.ERRNO(errno.EPERM), "clone", process)
    # A worker is process 1 of its namespace: raise() and abort() reach itself and nobody else.
    add(pyseccomp.ALLOW, "tgkill", pyseccomp.Arg(0, equal, 1))
    # Limits may be read. Who lowers its own is killed by another's word: it would be tried again.
    add(pyseccomp.ALLOW, "prlimit64", pyseccomp.Arg(2, equal, 0))
    add(pyseccomp.ERRNO(errno.EPERM), "prlimit64", pyseccomp.Arg(2, other, 0))
    for request in IOCTLS:
        add(pyseccomp.ALLOW, "ioctl", pyseccomp.Arg(1, equal, request))
    for option in PRCTLS:
        add(pyseccomp.ALLOW, "prctl", pyseccomp.Arg(0, equal, option))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
