"""The grader's side of a confined worker: start one, run cells in it, call what they define.

    with Zygote(warm=("numpy", "torch")) as zygote, zygote.worker() as worker:
        worker.run("def double(x): return 2 * x")
        worker.lookup("double")(np.ones(3))

Nothing that a worker sends is trusted: `wire` bounds and rebuilds it, time is kept here, and an
object that stays inside is a number here.
"""

from __future__ import annotations

import array
import json
import select
import socket
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict

from unrolled.grading.client import CellResult, Worker
from unrolled.grading.limits import Limits, WorkerDied, WorkerTimeout
from unrolled.grading.outputs import LearnerError
from unrolled.grading.remote import RemoteFunction, RemoteObject
from unrolled.grading.sandbox import ConfinementError
from unrolled.grading.spawn import ServerProcess
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

START_SECONDS = 120
FORK_SECONDS = 30


class ZygoteDied(Exception):
    """The server that forks workers is gone."""


class Zygote:
    """A server that has paid for the imports once and forks a confined worker in milliseconds.

    Args:
        warm: modules to import beforehand; "torch" also runs one optimiser step.
        allow_unconfined: whether to go on where this host lacks a layer of confinement.
        python: the interpreter to start.
        limits: what a worker may use, where nothing else is said.
        shared: a connection that `another` of a server with the same settings returned; a server of
            one's own is started only if that one has died.
        process: a server that was started already and has not been told its settings.
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
        process: ServerProcess | None = None,
        later: bool = False,
    ) -> None:
        self.limits = limits or Limits()
        self.warm, self.allow_unconfined, self.python = tuple(warm), allow_unconfined, python
        self.missing: dict[str, str] = {}
        if not sys.platform.startswith("linux"):
            raise ConfinementError(f"a learner's code is confined by Linux, not by {sys.platform}")
        self._lock = threading.Lock()
        self._closed = False
        self._process: ServerProcess | None = None
        self._ready = False
        if shared is not None:
            self._control, self._ready = shared, True
        else:
            self._spawn(process)
        if not later:
            self.wait()

    def wait(self) -> None:
        """Wait until the server is ready and has shown that it can confine a worker."""
        if not self._ready:
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

    def _spawn(self, process: ServerProcess | None = None) -> None:
        """Start the server's process, if it is not given, and leave it to its imports."""
        self._process = process or ServerProcess(self.python)
        self._control, self._ready = self._process.control, False
        self._process.tell({"warm": self.warm, "allow_unconfined": self.allow_unconfined})

    def _greet(self) -> None:
        """Wait for the server to be ready; raises what kept it from that."""
        try:
            hello = self._answer(START_SECONDS)
        except ZygoteDied:
            said = self._process.said()
            self._stop()
            raise ZygoteDied(f"the server of workers did not start: {said}") from None
        self._ready = True
        self.missing = hello["missing"]
        if "failed" in hello or "broken" in hello:
            self._stop()
            if "failed" in hello:
                raise ConfinementError(hello["failed"])
            raise ZygoteDied(f"the server of workers did not start: {hello['broken']}")
        self._process.settle()

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
        self._control.close()
        if self._process is not None:
            self._process.end()

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
