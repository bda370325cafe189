"""The few Linux calls that Python's standard library does not offer, each with its result checked."""

from __future__ import annotations

import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_GET_NO_NEW_PRIVS = 39
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CAP_SYS_ADMIN = 21
CAP_LAST = 63

# System call numbers that are the same on every architecture of this age.
SYS_MOUNT_SETATTR = 442
SYS_LANDLOCK_CREATE_RULESET = 444
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
SYS_CAPGET = {"x86_64": 125, "aarch64": 90}
SECCOMP_SET_MODE_FILTER = 1

MADV_COLLAPSE = 25
HUGE_PAGE = 2 << 20

LANDLOCK_WRITE_FILE, LANDLOCK_READ_FILE, LANDLOCK_READ_DIR = 1 << 1, 1 << 2, 1 << 3
# Write and read files, make and remove files and folders, rename, truncate: no links, no devices.
LANDLOCK_SCRATCH = sum(1 << bit for bit in (1, 2, 3, 4, 5, 7, 8, 13, 14))

_libc = ctypes.CDLL(None, use_errno=True)
_locked = ctypes.PyDLL(None, use_errno=True)  # keeps Python's lock during a call
_locked.malloc.restype = ctypes.c_size_t
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long
MACHINE = os.uname().machine


def _check(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def _long(value: int) -> ctypes.c_long:
    return ctypes.c_long(value)


def _number(table: dict[str, int], what: str) -> int:
    if MACHINE not in table:
        raise OSError(f"{what} is not known on {MACHINE}")
    return table[MACHINE]


def allocate(size: int) -> int:
    """Allocate so many bytes as C programs do, for good, and return their address."""
    return _locked.malloc(ctypes.c_size_t(size))


def plain_fork() -> int:
    """Fork as `os.fork` does, without what Python and modules do then for the sake of other threads.

    That would cost the child three hundred copied pages. Only for a process with a single thread,
    whose child seeds its own random numbers. Raises OSError.
    """
    return _check(_locked.fork(), "fork")


def unshare(flags: int) -> None:
    """Move this process into new namespaces; raises OSError."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Move this process (for a pid namespace, its children) into a namespace; raises OSError."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(flags)), "setns")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a filesystem; raises OSError."""
    texts = [text.encode() or None for text in (source, target, kind)]
    result = _libc.mount(*texts, ctypes.c_ulong(flags), options.encode() or None)
    _check(result, f"mount {target}")


def read_only(target: str, recursive: bool = True) -> None:
    """Make a mount (and all below it) read-only, without set-uid or devices; raises OSError."""
    attributes = struct.pack(
        "=QQQQ", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0, 0, 0
    )
    at_fdcwd, at_recursive = -100, 0x8000 if recursive else 0
    result = _syscall(
        _long(SYS_MOUNT_SETATTR),
        _long(at_fdcwd),
        target.encode(),
        _long(at_recursive),
        attributes,
        _long(len(attributes)),
    )
    _check(result, f"mount_setattr {target}")


def pivot_root(new_root: str) -> None:
    """Make `new_root` the root of this mount namespace and let go of the old one; raises OSError."""
    os.chdir(new_root)
    # Both arguments ".": the old root is stacked on the new one, and detached from there.
    _check(_syscall(_long(_number(SYS_PIVOT_ROOT, "pivot_root")), b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", ctypes.c_int(MNT_DETACH)), "umount")
    os.chdir("/")


def prctl(option: int, argument: int = 0, second: int = 0) -> int:
    """Call prctl and return its result; raises OSError."""
    return _check(_libc.prctl(option, argument, second, 0, 0), f"prctl {option}")


def set_capabilities(mask: int) -> None:
    """Make `mask` the permitted and effective capabilities, and nothing inheritable."""
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = struct.pack("=Ii", 0x20080522, 0)
    data = struct.pack("=6I", low, low, 0, high, high, 0)
    _check(_syscall(_long(_number(SYS_CAPSET, "capset")), header, data), "capset")


def capabilities() -> int:
    """Return every capability that this process has in any of its three sets."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
    data = ctypes.create_string_buffer(24)
    _check(_syscall(_long(_number(SYS_CAPGET, "capget")), header, data), "capget")
    sets = struct.unpack("=6I", data.raw[:24])
    return (sets[0] | sets[1] | sets[2]) | (sets[3] | sets[4] | sets[5]) << 32


def drop_all_capabilities() -> None:
    """Give up every capability in every set, the bounding set included; raises OSError."""
    for capability in range(CAP_LAST + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            if capability <= CAP_SYS_ADMIN:
                raise
            break  # the kernel knows no higher one
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    set_capabilities(0)


def landlock_version() -> int:
    """Return the version of Landlock that the kernel offers; raises OSError where there is none."""
    number = _long(SYS_LANDLOCK_CREATE_RULESET)
    return _check(_syscall(number, None, _long(0), _long(1)), "landlock")


def landlock(allowed: dict[str, int]) -> None:
    """Confine this process to what is allowed of files; raises OSError.

    TCP, abstract sockets and signals to the outside are closed where the kernel's version allows.

    Args:
        allowed: for each folder or file, what may be done there: a sum of LANDLOCK_ numbers.
    """
    version = landlock_version()
    known = 13 + (version >= 2) + (version >= 3)
    handled = (1 << known) - 1 | (1 << 15 if version >= 5 else 0)
    network = 0b11 if version >= 4 else 0
    scope = 0b11 if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = struct.pack("=QQQ", handled, network, scope)[:size]
    create = _long(SYS_LANDLOCK_CREATE_RULESET)
    ruleset = _check(_syscall(create, attributes, _long(size), _long(0)), "landlock_create_ruleset")
    try:
        for path, access in allowed.items():
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("=Qi", access & handled, folder)
                add = _long(SYS_LANDLOCK_ADD_RULE)
                result = _syscall(add, _long(ruleset), _long(1), rule, _long(0))
                _check(result, "landlock_add_rule")
            finally:
                os.close(folder)
        restrict = _long(SYS_LANDLOCK_RESTRICT_SELF)
        _check(_syscall(restrict, _long(ruleset), _long(0)), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def load_filter(program: bytes) -> None:
    """Load a compiled seccomp program into this process; raises OSError.

    Args:
        program: an array of `struct sock_filter`, eight bytes each.
    """
    instructions = ctypes.create_string_buffer(program, len(program))
    pointer = ctypes.addressof(instructions)
    description = struct.pack("@HP", len(program) // 8, pointer)
    number = _long(_number(SYS_SECCOMP, "seccomp"))
    result = _syscall(number, _long(SECCOMP_SET_MODE_FILTER), _long(0), description)
    _check(result, "seccomp")


def gather_pages(proc: int) -> None:
    """Move this process's memory into huge pages: a child then takes a third of the time to fork.

    A fork copies a table entry for each page. Where the kernel has no huge pages, or is older than
    6.1, nothing changes.

    Args:
        proc: a descriptor of /proc.
    """
    with open(os.open("self/maps", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)) as file:
        lines = file.read().splitlines()
    for line in lines:
        addresses, rights, _, _, _, *name = line.split(None, 5)
        if rights != "rw-p" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(address, 16) for address in addresses.split("-"))
        start, end = -(-start // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
        if start < end:
            size = ctypes.c_size_t(end - start)
            _libc.madvise(ctypes.c_void_p(start), size, ctypes.c_int(MADV_COLLAPSE))
