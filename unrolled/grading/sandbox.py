"""How a worker is confined: namespaces, a root of libraries only, limits, Landlock, seccomp.

Two stages share the work.
The server that forks workers first moves itself into namespaces of its own, onto a root folder that
holds nothing but read-only libraries, and becomes an unprivileged user: `isolate` and `build_root`.
Each worker then adds namespaces, limits and filters that are its alone: `confine`.
Every layer has a name, is applied with its result checked, and can be shown to hold on this host
before the next layer hides it.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from unrolled.grading import kernel, probes

UNPRIVILEGED = 65534
SCRATCH = "/scratch"
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full")
LIBRARIES = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
)
COURSE = Path(__file__).resolve().parents[2]
FAULTS = (OSError, ImportError, RuntimeError, ValueError)


class ConfinementError(Exception):
    """This host does not offer a layer of confinement, or the layer does not hold."""


@dataclass
class Host:
    """What the server learnt before it let go of the host, for its workers to use.

    Attributes:
        allow_missing: whether to go on without a layer that this host does not offer.
        missing: the layers not had, each with the reason.
        proc: a descriptor of /proc, which no worker keeps; -1 where there is none.
        outside: the namespaces of the host and of the server, where no worker may stay.
        program: the compiled system call filter, or nothing.
        mapped_bytes: address space that the server occupies before any learner's code.
        filling: what keeps the gaps in the server's memory full.
    """

    allow_missing: bool = False
    missing: dict[str, str] = field(default_factory=dict)
    proc: int = -1
    outside: set[str] = field(default_factory=set)
    program: bytes = b""
    mapped_bytes: int = 0
    filling: list = field(default_factory=list, repr=False)

    @contextmanager
    def layer(self, name: str) -> Iterator[None]:
        """Note the layer as missing where the block fails."""
        try:
            yield
        except FAULTS as error:
            self.missing.setdefault(name, str(error))

    def require(self) -> None:
        """Refuse to go on without a layer, unless that is allowed; raises ConfinementError."""
        if self.missing and not self.allow_missing:
            found = "; ".join(f"{name} ({reason})" for name, reason in self.missing.items())
            raise ConfinementError(f"this host lacks what confines a learner's code: {found}")

    def note_namespaces(self) -> None:
        """Remember the namespaces that this process is in, as ones to leave."""
        self.outside |= {os.readlink(f"self/ns/{kind}", dir_fd=self.proc) for kind in NAMESPACES}

    def left(self, kind: str) -> bool:
        """Tell whether this process is in a namespace of its own, not the host's or server's."""
        return os.readlink(f"self/ns/{kind}", dir_fd=self.proc) not in self.outside

    def measure(self) -> None:
        """Note how much address space this process has mapped."""
        statm = os.open("self/statm", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc)
        try:
            self.mapped_bytes = int(os.read(statm, 200).split()[0]) * resource.getpagesize()
        finally:
            os.close(statm)


NAMESPACES = {
    "user": kernel.CLONE_NEWUSER,
    "mnt": kernel.CLONE_NEWNS,
    "net": kernel.CLONE_NEWNET,
    "ipc": kernel.CLONE_NEWIPC,
    "uts": kernel.CLONE_NEWUTS,
}
LAYER_OF = {kind: f"{kind} namespace" for kind in (*NAMESPACES, "pid")}
LAYER_OF |= {"mnt": "mount namespace", "net": "network namespace"}


def look_around() -> Host:
    """Note what has to be known of the host before it is left behind."""
    host = Host()
    host.proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    host.note_namespaces()
    return host


def _write(proc: int, path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _new_user_namespace(host: Host) -> None:
    """Enter a user namespace that knows this user, and for root also an unprivileged one."""
    user, group = os.geteuid(), os.getegid()
    if user != 0:
        kernel.unshare(kernel.CLONE_NEWUSER)
        _map_one(host, user, group)
        return
    # Only a process outside may map two users, so a helper waits there for our word.
    ready, go = os.pipe()
    target = os.getpid()
    helper = os.fork()
    if helper == 0:
        status = 1
        try:
            os.close(go)
            if os.read(ready, 1) == b"1":
                both = f"0 0 1\n{UNPRIVILEGED} {UNPRIVILEGED} 1\n"
                _write(host.proc, f"{target}/uid_map", both)
                _write(host.proc, f"{target}/gid_map", both)
                status = 0
        finally:
            os._exit(status)
    os.close(ready)
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
        os.write(go, b"1")
    finally:
        os.close(go)
        status = os.waitpid(helper, 0)[1]
    if status:
        raise OSError("the users of the new namespace could not be mapped")


def _map_one(host: Host, user: int, group: int) -> None:
    """Let a new user namespace know one user and one group, under their own numbers."""
    _write(host.proc, "self/setgroups", "deny")
    _write(host.proc, "self/uid_map", f"{user} {user} 1")
    _write(host.proc, "self/gid_map", f"{group} {group} 1")


def isolate(host: Host) -> None:
    """Move this process into namespaces of its own; its next child is process 1 of a new one."""
    with host.layer(LAYER_OF["user"]):
        _new_user_namespace(host)
    for kind, flag in (*list(NAMESPACES.items())[1:], ("pid", kernel.CLONE_NEWPID)):
        with host.layer(LAYER_OF[kind]):
            kernel.unshare(flag)


def _libraries() -> list[str]:
    """Return the folders that a Python program reads, each once, outer ones first."""
    prefixes = dict.fromkeys([sys.base_prefix, sys.prefix, sys.exec_prefix])
    own = [f"{prefix}/{name}" for prefix in prefixes for name in ("lib", "lib64")]
    return [path for path in dict.fromkeys([*LIBRARIES, *own]) if os.path.lexists(path)]


def _bind(source: str, root: str) -> None:
    """Show one folder or file of the host at the same place under `root`."""
    target = root + source
    if os.path.lexists(target):
        return  # already shown by a folder above it
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    if os.path.isdir(source):
        os.mkdir(target)
    else:
        open(target, "x").close()
    kernel.mount(source, target, "", kernel.MS_BIND | kernel.MS_REC)


def build_root(host: Host, root: str) -> None:
    """Put this process on a root folder that holds libraries, four devices and nothing else.

    Args:
        host: what is known of the host; a failure is noted there.
        root: an empty folder to build it on.
    """
    with host.layer("read-only root"):
        if LAYER_OF["mnt"] in host.missing:
            raise OSError("there is no mount namespace to build it in")
        kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
        kernel.mount("tmpfs", root, "tmpfs", kernel.MS_NOSUID, "size=1m,mode=755")
        for path in _libraries():
            _bind(path, root)
            if not os.path.islink(root + path):
                kernel.read_only(root + path)
        for path in DEVICES:
            _bind(path, root)
        os.mkdir(root + SCRATCH)
        kernel.read_only(root, recursive=False)
        kernel.pivot_root(root)
        hidden = [COURSE / "solutions", COURSE / ".git", Path("/proc/self"), Path("/sys/kernel")]
        seen = [str(path) for path in hidden if path.exists()]
        if seen:
            raise OSError(f"{', '.join(seen)} would be visible")


def become_unprivileged(host: Host) -> None:
    """Stop being root for good, keeping only what is needed to make namespaces for workers."""
    with host.layer("unprivileged user"):
        namespaced = LAYER_OF["user"] not in host.missing
        if os.geteuid() == 0 and namespaced:
            kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
            os.setgroups([])
            os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
            os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
            # Changing users makes a process undumpable, and its own uid_map then belongs to root.
            kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
        if namespaced:
            kernel.set_capabilities(1 << kernel.CAP_SYS_ADMIN)


def confine(host: Host, limits: dict, scratch: str | None, verify: bool) -> None:
    """Confine this freshly forked process for good, one layer after another.

    Args:
        host: what the server knows; missing layers are noted there.
        limits: the fields of `zygote.Limits`.
        scratch: a folder to work in where no private one can be mounted.
        verify: whether to show that each layer holds.

    Raises:
        ConfinementError: when a layer is missing and that is not allowed.
    """
    for name, apply, holds in _layers(host, limits, scratch):
        if name in host.missing:
            continue
        with host.layer(name):
            apply()
            if verify and not holds():
                raise OSError("applied, yet without effect")
    host.require()


Layer = tuple[str, Callable[[], object], Callable[[], bool]]


def _layers(host: Host, limits: dict, scratch: str | None) -> list[Layer]:
    """List the layers in order: name, how to apply it, how to see that it holds."""
    place = scratch or SCRATCH

    def enter_user() -> None:
        user, group = os.geteuid(), os.getegid()
        kernel.unshare(kernel.CLONE_NEWUSER)
        _map_one(host, user, group)

    def enter(kind: str) -> Layer:
        return (
            LAYER_OF[kind],
            lambda: kernel.unshare(NAMESPACES[kind]),
            lambda: host.left(kind) and (kind != "net" or probes.unreachable()),
        )

    def work_in_scratch() -> None:
        if scratch is None:
            options = f"size={limits['scratch_bytes']},nr_inodes=1024,mode=700"
            flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
            kernel.mount("tmpfs", SCRATCH, "tmpfs", flags, options)
        os.chdir(place)

    def restrict_files() -> None:
        read = kernel.LANDLOCK_READ_FILE
        kernel.landlock(
            {
                "/": read | kernel.LANDLOCK_READ_DIR,
                place: kernel.LANDLOCK_SCRATCH,
                os.devnull: read | kernel.LANDLOCK_WRITE_FILE,
            }
        )

    def is_unprivileged() -> bool:
        bounding = kernel.prctl(kernel.PR_CAPBSET_READ, kernel.CAP_SYS_ADMIN)
        return os.getresuid()[0] != 0 and kernel.capabilities() == 0 and bounding == 0

    return [
        (LAYER_OF["pid"], lambda: None, lambda: os.getpid() == 1),
        (LAYER_OF["user"], enter_user, lambda: host.left("user")),
        *[enter(kind) for kind in NAMESPACES if kind != "user"],
        (
            "read-only root",
            lambda: None,
            lambda: probes.read_only("/") and probes.read_only(os.__file__),
        ),
        (
            "scratch folder",
            work_in_scratch,
            lambda: scratch is None and probes.is_small(place, limits["scratch_bytes"]),
        ),
        ("resource limits", lambda: _limit(host, limits), lambda: _limited(limits)),
        ("unprivileged user", _drop, is_unprivileged),
        (
            "no new privileges",
            lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1),
            lambda: kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) == 1,
        ),
        (
            "landlock",
            restrict_files,
            # Nothing else keeps a process from making a named pipe in its own folder.
            lambda: probes.refuses(lambda: os.mkfifo("pipe"), errno.EACCES),
        ),
        (
            "system call filter",
            lambda: kernel.load_filter(host.program),
            lambda: (
                probes.refuses(lambda: os.fork() or os._exit(0), errno.EPERM)
                and probes.refuses(lambda: socket.socket(socket.AF_UNIX), errno.EPERM)
            ),
        ),
    ]


def _drop() -> None:
    """Give up root, where there was no namespace to give it up in, and every capability."""
    if os.geteuid() == 0:
        os.setgroups([])
        kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)  # the bounding set is lowered below
        os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        kernel.set_capabilities(1 << 8)  # CAP_SETPCAP
    kernel.drop_all_capabilities()
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if not os.access(os.__file__, os.R_OK):
        # Going on, even unconfined, would turn imports into wrong marks.
        raise ConfinementError(f"an unprivileged user cannot read the interpreter at {sys.prefix}")


def _rlimits(limits: dict) -> dict[int, tuple[int, int]]:
    cpu = limits["cpu_seconds"]
    same = {
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_STACK: 8 << 20,
    }
    # Process 1 of a namespace ignores the soft limit's signal; the hard limit kills it.
    return {resource.RLIMIT_CPU: (cpu, cpu + 1)} | {key: (n, n) for key, n in same.items()}


def _limit(host: Host, limits: dict) -> None:
    """Apply the resource limits; memory counts from what the server had mapped already."""
    for key, pair in _rlimits(limits).items():
        hard = resource.getrlimit(key)[1]
        pair = tuple(n if hard == resource.RLIM_INFINITY else min(n, hard) for n in pair)
        resource.setrlimit(key, pair)
    total = host.mapped_bytes + limits["memory_bytes"]
    resource.setrlimit(resource.RLIMIT_AS, (total, total))


def _limited(limits: dict) -> bool:
    wanted = _rlimits(limits)
    return all(resource.getrlimit(key)[1] <= pair[1] for key, pair in wanted.items()) and (
        resource.getrlimit(resource.RLIMIT_AS)[1] != resource.RLIM_INFINITY
    )
