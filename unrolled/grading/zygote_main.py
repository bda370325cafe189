"""The server that forks confined workers, started by `zygote.Zygote` with an empty environment.

It imports what notebooks need once, leaves the host behind, and then only forks: it never reads a
byte that a learner's code wrote.
It holds no check, no reference and no seed.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import gc
import importlib
import importlib.util
import json
import os
import random
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading

import numpy as np

import unrolled
from unrolled.grading import sandbox, syscalls, unwire, wire, worker
from unrolled.grading.later import Later
from unrolled.grading.shell import Shell, make_shell

# What a notebook may import of the course itself; the checkout is out of sight later.
LEARNER_MODULES = ("unrolled.data", "unrolled.plots")
MAX_MESSAGE = 1 << 16
WORKER_SOCKET = 3
REHEARSALS = 12
SMALL = 4000  # objects that fill the gaps of one size
MANY = 20_000  # blocks of one size that the C library may have had freed
IN_A_ROW = 16  # blocks that lie so were cut from where nothing was: there are no more gaps
# What notebooks do: the usual parts of NumPy, and the forms of code that a cell is made of.
CELLS = (
    "1 + 1",
    "def f(x, y):\n    return x + y['a']",
    "1\nraise ValueError",
    """
import numpy as np
from unrolled import checks
check = checks("rehearsal", globals())
class Cell:
    def __init__(self, n):
        self.n = n
def part(x, params, n=2):
    found, total = [], 0.0
    for t in range(n):
        a = x @ params["W"] + params["b"]
        h = np.tanh(a[:, :2]) / (1.0 + np.exp(-a[:, 2:]))
        found.append(h)
        total += h.sum() + np.log(h.max() + 2.0) + h.mean()
    return np.stack(found), np.concatenate([h, np.zeros_like(h)]), {**params, "n": n}, float(total)
part(np.ones((2, 3)), {"W": np.ones((3, 4)), "b": np.zeros(4)})
""",
)


def warm_up(names: list[str]) -> None:
    """Import modules, and let torch do once what is slow the first time.

    Args:
        names: the modules; "torch.optim" also makes one optimiser, which takes torch two seconds.

    Raises:
        RuntimeError: when a module started a thread: a forked child would wait for it for ever.
    """
    # A quarter of torch's import is for its compilers, and is made up for when they are asked for.
    with Later("torch._meta_registrations"):
        for name in names:
            importlib.import_module(name)
    if "torch" in names:
        _warm_torch(sys.modules["torch"])
    if "torch.optim" in names:
        sys.modules["torch"].optim.Adam([sys.modules["torch"].nn.Parameter()])
    for name in LEARNER_MODULES:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    unrolled.GRADING = True
    unrolled.checks = worker.checks
    if threading.active_count() != 1 or len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError(f"importing {', '.join(names)} started a thread")


def _warm_torch(torch) -> None:
    # Before any operation: a process that ever used two threads leaves its children hanging.
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    output, _ = torch.nn.LSTM(2, 3)(torch.zeros(2, 1, 2))
    output.sum().backward()


def receive(control: socket.socket) -> tuple[dict | None, int]:
    """Wait for a request from the grader.

    Returns:
        The request and the descriptor that came with it (or -1); None when the grader hung up.
    """
    data, ancillary, _, _ = control.recvmsg(
        MAX_MESSAGE, socket.CMSG_SPACE(array.array("i").itemsize)
    )
    descriptor = -1
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptor = array.array("i", content)[0]
    return (json.loads(data) if data else None), descriptor


class Server:
    """Forks workers on request and reaps them.

    Args:
        control: the socket to the grader.
        host: what was learnt of the host.
        shell: the shell that every worker starts with.
    """

    def __init__(self, control: socket.socket, host: sandbox.Host, shell: Shell) -> None:
        self.control, self.host, self.shell = control, host, shell
        self.children: dict[int, str | None] = {}  # process id, folder to remove
        self.own_pids = os.pidfd_open(os.getpid())

    def serve(self) -> None:
        """Answer the grader until it hangs up."""
        while True:
            request, descriptor = receive(self.control)
            if request is None:
                return
            if request["do"] == "fork":
                try:
                    reply = self.fork(request, descriptor)
                except OSError as error:
                    reply = {"failed": str(error)}
                os.close(descriptor)
            elif request["do"] == "serve":
                reply = self.serve_also(descriptor)
            else:
                reply = self.reap(request["pid"], request["grace"])
            self.control.send(json.dumps(reply).encode())

    def serve_also(self, descriptor: int) -> dict:
        """Fork a second server, as warm as this one, for another process of the grader's."""
        if sandbox.LAYER_OF["pid"] not in self.host.missing:
            # It lives in this server's own namespace, and so ends with it.
            sandbox.kernel.setns(self.own_pids, sandbox.kernel.CLONE_NEWPID)
        child = os.fork()
        if child == 0:
            self.control.close()
            self.control, self.children = socket.socket(fileno=descriptor), {}
            os.close(self.own_pids)
            self.own_pids = os.pidfd_open(os.getpid())
            return {}
        os.close(descriptor)
        return {"pid": child}

    def fork(self, request: dict, descriptor: int) -> dict:
        """Fork one worker, which confines itself before it reads a request."""
        scratch = None
        if "read-only root" in self.host.missing:
            scratch = tempfile.mkdtemp(prefix="unrolled-scratch-")
            os.chmod(scratch, 0o777)
        if sandbox.LAYER_OF["pid"] not in self.host.missing:
            # The next child is process 1 of a namespace below ours, not beside the last child.
            sandbox.kernel.setns(self.own_pids, sandbox.kernel.CLONE_NEWPID)
            sandbox.kernel.unshare(sandbox.kernel.CLONE_NEWPID)
        child = sandbox.kernel.plain_fork()
        if child == 0:
            self.become_worker(descriptor, request, scratch)
        self.children[child] = scratch
        return {"pid": child}

    def become_worker(self, descriptor: int, request: dict, scratch: str | None) -> None:
        """Confine this child and serve; never returns."""
        limits = request["limits"]
        try:
            self.host.proc = _keep_only(descriptor, self.host.proc)
            try:
                sandbox.confine(self.host, limits, scratch, request["verify"])
                hello = {"n": 0, "missing": self.host.missing}
            except sandbox.ConfinementError as error:
                hello = {"n": 0, "failed": str(error), "missing": self.host.missing}
            if self.host.proc >= 0:
                os.close(self.host.proc)
            _live_in(os.getcwd())
            worker.write_all(WORKER_SOCKET, wire.pack(hello, limits["reply_bytes"]))
            if "failed" not in hello:
                worker.run_worker(WORKER_SOCKET, self.shell, limits)
        finally:
            os._exit(1)

    def reap(self, child: int, grace: float) -> dict:
        """Kill a worker if it still runs after `grace` seconds, and say how it ended."""
        if child not in self.children:
            return {"error": "no such worker"}
        scratch = self.children.pop(child)
        if grace:  # it has hung up, and may be about to end
            descriptor = os.pidfd_open(child)
            select.select([descriptor], [], [], grace)
            os.close(descriptor)
        finished, status, usage = os.wait4(child, os.WNOHANG)
        if not finished:
            os.kill(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        return {
            "ended_by_itself": bool(finished),
            "status": os.waitstatus_to_exitcode(status),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
        }


def _live_in(folder: str) -> None:
    """Make a folder the home of everything that looks for one."""
    places = (("HOME", folder), ("TMPDIR", folder), ("MPLCONFIGDIR", f"{folder}/.matplotlib"))
    for name, place in places:  # `update` would ask every kind of mapping there is what it is given
        os.environ[name] = place
    tempfile.tempdir = None  # what the server found is out of sight now
    random.seed(0)  # Python draws a new seed after each fork


def _keep_only(descriptor: int, proc: int) -> int:
    """Close every descriptor but the worker's socket and /proc; return the latter's new number."""
    null = os.open(os.devnull, os.O_RDWR)
    kept = [null, null, null, descriptor, *([proc] if proc >= 0 else [])]
    # By way of copies above all new places, so that no copy overwrites another's original.
    copies = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 16) for number in kept]
    for place, copy in enumerate(copies):
        os.dup2(copy, place, inheritable=False)
    os.closerange(len(copies), os.sysconf("SC_OPEN_MAX"))
    return WORKER_SOCKET + 1 if proc >= 0 else -1


def rehearse(shell: Shell) -> None:
    """Do what every worker will do, so that nothing is imported or first tried out in each of them.

    Python rewrites a function's instructions when it has run some times; in a worker that would be
    a page to copy. The global random generators start the same in each worker: the same work earns
    the same marks.
    """
    service = worker.Service(
        -1, shell, {"reply_bytes": 1 << 20, "request_bytes": 1 << 20, "output_bytes": 100}
    )
    for _ in range(REHEARSALS):
        for source in CELLS:
            service.answer({"do": "run", "cell": 0, "source": source})
        array = np.ones((2, 3))
        sent = wire.pack([(array, {"a": array}), {}], 1 << 20)
        request = {"do": "calls", "calls": [[shell.user_ns["f"], sent]] * 2, "note": True}
        frame = wire.pack(request, 1 << 20, service.handle)
        unpacked = unwire.unpack(*unwire.split(frame, 1 << 20), resolve=service.resolve)
        for answered in (unpacked, {"do": "functions", "names": ["f", "part"]}):
            wire.pack(service.answer(answered), 1 << 20, service.handle)
    shell.reset(new_session=False)
    np.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def fill_gaps() -> list:
    """Fill the gaps between Python's objects, and between the C library's; return what fills them.

    What a worker makes anew then lies together instead of everywhere between old objects, and each
    page that a worker writes to has to be copied first. A few megabytes cost nothing here.
    """
    for size in range(24, 1033, 16):  # the sizes of which the C library keeps freed blocks apart
        last = row = 0
        for _ in range(MANY):
            block = sandbox.kernel.allocate(size)
            row = row + 1 if block == last + size + 8 else 0
            if row == IN_A_ROW:
                break
            last = block
        else:  # this is another C library, which lays blocks out in its own way
            break
    small = [[object() for _ in range(SMALL)], [k + 0.5 for k in range(SMALL)]]
    empty = sys.getsizeof(b"")
    for size in range(48, 513, 16):  # the sizes of blocks that CPython's allocator hands out
        count = SMALL if size <= 128 else SMALL // 8
        small.append([bytes(size - empty) for _ in range(count)])
    return small


def prepare(settings: dict) -> tuple[sandbox.Host, Shell]:
    """Import, measure, and leave the host behind; runs in process 1 of the server's namespaces."""
    warm_up(settings["warm"])
    folder = tempfile.mkdtemp(prefix="unrolled-shell-")
    try:
        shell = make_shell(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    host = settings["host"]
    with host.layer("system call filter"):
        host.program = syscalls.compile_filter()
    with host.layer("landlock"):
        sandbox.kernel.landlock_version()
    host.measure()
    host.note_namespaces()
    sandbox.build_root(host, settings["root"])
    sandbox.become_unprivileged(host)
    # Only now: the kernel forgets it when a process changes users.
    sandbox.kernel.prctl(sandbox.kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    host.require()
    rehearse(shell)
    host.filling = fill_gaps()
    gc.freeze()
    gc.enable()
    if host.proc >= 0:
        sandbox.kernel.gather_pages(host.proc)
    return host, shell


def main(descriptor: int) -> None:
    """Serve on an inherited socket; the first message holds the settings."""
    os.environ.pop("GLIBC_TUNABLES", None)  # it was read when this process began
    # A judging process that starts this one has less memory than workers get.
    resource.setrlimit(resource.RLIMIT_DATA, (resource.getrlimit(resource.RLIMIT_DATA)[1],) * 2)
    gc.disable()  # a sixth of what imports take; `prepare` switches it on again
    control = socket.socket(fileno=descriptor)
    settings, _ = receive(control)
    if settings is None:  # nobody needs this server after all
        return
    host = sandbox.look_around()
    host.allow_missing = settings["allow_unconfined"]
    settings["host"] = host
    sandbox.isolate(host)
    child = os.fork()
    if child:
        control.close()
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    try:
        host, shell = prepare(settings)
    except Exception as error:
        confined = isinstance(error, sandbox.ConfinementError)
        kind, text = "broken", f"{type(error).__name__}: {error}"
        if confined:
            kind, text = "failed", str(error)
        control.send(json.dumps({kind: text[:4000], "missing": host.missing}).encode())
        os._exit(1)
    control.send(json.dumps({"missing": host.missing}).encode())
    with contextlib.suppress(ConnectionError):
        Server(control, host, shell).serve()
    os._exit(0)  # the kernel then ends every worker with this process
