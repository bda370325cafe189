"""The grader's side of a confined worker: start one, run cells in it, call what they define.

    with Zygote(warm=("numpy", "torch")) as zygote, zygote.worker() as worker:
        worker.run("def double(x): return 2 * x")
        worker.lookup("double")(np.ones(3))

Nothing that a worker sends is trusted: `wire` bounds and rebuilds it, time is kept here, and an
object that stays inside is a number here.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from unrolled.grading.client import CellResult, Worker
from unrolled.grading.limits import Limits, WorkerDied, WorkerTimeout
from unrolled.grading.outputs import LearnerError
from unrolled.grading.remote import RemoteFunction, RemoteObject
from unrolled.grading.sandbox import ConfinementError
from unrolled.grading.wire import WireError

__all__ = [
    "CellResult",
    "ConfinementError",
    "LearnerError",
    "Limits",
    "RemoteFunction",
    "RemoteObject",
    "WireError",
    "Worker",
    "WorkerDied",
    "WorkerTimeout",
    "Zygote",
    "ZygoteDied",
]

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MALLOC_ARENA_MAX": "2",
    # Huge pages from the start: to gather small ones later takes half a second.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
START_SECONDS = 120
FORK_SECONDS = 30
PACKAGES = Path(__file__).resolve().parents[2]
COMMAND = (
    "import sys; sys.path.insert(0, {path!r});"
    "from unrolled.grading.zygote_main import main;"
    "sys.path.remove({path!r}); main({descriptor})"
)


class ZygoteDied(Exception):
    """The server that forks workers is gone."""


class _Starting:
    """What a server needs until it is ready: a place to mount on, and a file for what it says."""

    def __init__(self):
        self.root = tempfile.TemporaryDirectory(prefix="unrolled-root-")
        os.chmod(self.root.name, 0o755)
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> _Starting:
        return self

    def __exit__(self, *_: object) -> None:
        self.root.cleanup()
        self.errors.close()


class Zygote:
    """A server that has paid for the imports once and forks a confined worker in milliseconds.

    Args:
        warm: modules to import beforehand; "torch" also runs one optimiser step.
        allow_unconfined: whether to go on where this host lacks a layer of confinement.
        python: the interpreter to start.
        limits: what a worker may use, where nothing else is said.
        shared: a connection that `another` of a server with the same settings returned; a server of
            one's own is started only if that one has died.
        later: whether to go on while the server gets ready; `wait` must be called before any other
            method then.

    Raises:
        ConfinementError: when a layer is missing and that is not allowed; it names the layer.
    """

    def __init__(
        self,
        warm: Sequence[str] = ("numpy",),
        allow_unconfined: bool = False,
        python: str = sys.executable,
        limits: Limits | None = None,
        shared: socket.socket | None = None,
        later: bool = False,
    ) -> None:
        self.limits = limits or Limits()
        self.warm, self.allow_unconfined, self.python = tuple(warm), allow_unconfined, python
        self.missing: dict[str, str] = {}
        if not sys.platform.startswith("linux"):
            raise ConfinementError(f"a learner's code is confined by Linux, not by {sys.platform}")
        self._lock = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen | None = None
        self._starting: _Starting | None = None
        if shared is not None:
            self._control = shared
        else:
            self._spawn()
        if not later:
            self.wait()

    def wait(self) -> None:
        """Wait until the server is ready and has shown that it can confine a worker."""
        if self._starting is not None:
            self._greet()
        try:
            self.worker(_verify=True).close()
        except BaseException:
            self.close()
            raise

    @property
    def missing_layers(self) -> list[str]:
        """The names of the layers of confinement that this host lacks."""
        return list(self.missing)

    def _spawn(self) -> None:
        """Start the server's process, and leave it to its imports."""
        starting = self._starting = _Starting()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = COMMAND.format(path=str(PACKAGES), descriptor=theirs.fileno())
            self._process = subprocess.Popen(
                [self.python, "-I", "-X", "utf8", "-c", command],
                env=ONE_THREAD | ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=starting.errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control = ours
        settings = {"warm": self.warm, "allow_unconfined": self.allow_unconfined}
        with contextlib.suppress(OSError):  # it may have ended: `_greet` says how
            ours.send(json.dumps(settings | {"root": starting.root.name}).encode())

    def _greet(self) -> None:
        """Wait for the server to be ready; raises what kept it from that."""
        starting, self._starting = self._starting, None
        with starting:
            try:
                hello = self._answer(START_SECONDS)
            except ZygoteDied:
                starting.errors.seek(0)
                said = starting.errors.read()[-2000:].decode("utf-8", "replace")
                self._stop()
                raise ZygoteDied(f"the server of workers did not start: {said}") from None
        if "failed" in hello or "broken" in hello:
            self._stop()
            self.missing = hello["missing"]
            if "failed" in hello:
                raise ConfinementError(hello["failed"])
            raise ZygoteDied(f"the server of workers did not start: {hello['broken']}")
        self.missing = hello["missing"]

    def another(self) -> socket.socket:
        """Have the server fork another one, and return the connection to it; raises ZygoteDied.

        The other one is as warm, answers another process, and ends with this one. A server that has
        died is started anew, once.
        """
        server = self._control
        try:
            return self._another()
        except ZygoteDied:
            self._restart(server)
            return self._another()

    def _another(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, self._lock:
                self._ask({"do": "serve"}, FORK_SECONDS, theirs.fileno())
            ours.settimeout(FORK_SECONDS)
            if not ours.recv(1 << 16):
                raise ZygoteDied("the other server of workers ended")
        except BaseException:
            ours.close()
            raise
        return ours

    def _ask(self, request: dict, seconds: float, descriptor: int | None = None) -> dict:
        """Send one request to the server and wait for its reply; raises ZygoteDied."""
        rights = []
        if descriptor is not None:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        try:
            self._control.settimeout(seconds)
            self._control.sendmsg([json.dumps(request).encode()], rights)
        except OSError as error:
            raise ZygoteDied(f"the server of workers does not answer: {error}") from None
        return self._answer(seconds)

    def _answer(self, seconds: float) -> dict:
        """Wait for one reply of the server; raises ZygoteDied."""
        try:
            self._control.settimeout(seconds)
            data = self._control.recv(1 << 16)
        except OSError as error:
            raise ZygoteDied(f"the server of workers does not answer: {error}") from None
        if not data:
            raise ZygoteDied("the server of workers ended")
        return json.loads(data)

    def worker(self, limits: Limits | None = None, _verify: bool = False) -> Worker:
        """Fork one confined worker.

        A server that has died is started anew, once.

        Args:
            limits: what the worker may use, by default those of this server.

        Returns:
            The worker, with a fresh namespace and an empty scratch folder.

        Raises:
            ConfinementError: when the worker could not be confined.
            ZygoteDied: when the server cannot be had.
        """
        if self._closed:
            raise ZygoteDied("this zygote was closed")
        limits, server = limits or self.limits, self._control
        try:
            return self._fork(limits, _verify)
        except ZygoteDied:
            self._restart(server)
            return self._fork(limits, True)

    def _restart(self, server: socket.socket) -> None:
        """Start anew a server that has died; raises ZygoteDied if this zygote was closed."""
        with self._lock:
            if self._closed:
                raise ZygoteDied("this zygote was closed")
            if self._control is server:  # else another thread has started it anew
                self._stop()
                self._spawn()
                self._greet()

    def _fork(self, limits: Limits, verify: bool) -> Worker:
        ours, theirs = socket.socketpair()
        request = {"do": "fork", "limits": asdict(limits), "verify": verify}
        try:
            with theirs, self._lock:
                server = self._control
                reply = self._ask(request, FORK_SECONDS, theirs.fileno())
            if "failed" in reply:
                found = reply["failed"]
                raise ConfinementError(f"a worker could not be started: {found}")
        except BaseException:
            ours.close()
            raise
        worker = Worker(lambda grace: self._reap(server, reply["pid"], grace), ours, limits)
        try:
            hello = worker.receive(0, FORK_SECONDS)
        except (WorkerDied, WorkerTimeout, WireError) as error:
            worker.close()
            if _is_closed(server):  # it took the worker along
                raise ZygoteDied("the server of workers ended") from None
            raise ConfinementError(f"a worker could not be confined: {error}") from None
        self.missing |= hello["missing"]
        if "failed" in hello:
            worker.close()
            raise ConfinementError(hello["failed"])
        return worker

    def _reap(self, server: socket.socket, pid: int, grace: float) -> dict:
        """Kill and reap one worker; a server that is gone took its workers along."""
        with self._lock:
            if self._closed or server is not self._control:
                return {}
            try:
                return self._ask({"do": "reap", "pid": pid, "grace": grace}, FORK_SECONDS)
            except ZygoteDied:
                return {}

    def disown(self) -> None:
        """Let go of the server in a process that was forked from the one it answers."""
        self._control.close()

    def _stop(self) -> None:
        if self._starting is not None:  # nobody waited for it
            self._starting.__exit__()
        self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End the server and every worker."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._stop()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_closed(connection: socket.socket) -> bool:
    """Return whether the other side of a connection has hung up."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except (OSError, ValueError):  # reset, or closed here
        return True
