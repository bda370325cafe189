"""One confined worker as the grader sees it: send it cells and calls, keep the time, trust nothing."""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from unrolled.grading import unwire, wire
from unrolled.grading.limits import Limits, WorkerDied, WorkerTimeout, how_it_ended
from unrolled.grading.outputs import LearnerError, error_output, learner_error, rebuild
from unrolled.grading.remote import RemoteFunction, RemoteObject, RemoteValue
from unrolled.grading.wire import WireError
from unrolled.standin import Tables, folded

GRACE_SECONDS = 0.5  # between hanging up and having ended
READ_BYTES = 1 << 16
AHEAD = 1 << 16  # bytes of requests that are sent before the first is answered


@dataclass
class CellResult:
    """What one cell showed, in nbformat's form, and what it raised."""

    outputs: list[dict] = field(default_factory=list)
    error: LearnerError | None = None


class Worker:
    """One confined process that runs one learner's notebook; made by `Zygote.worker`."""

    def __init__(
        self, reap: Callable[[float], dict], connection: socket.socket, limits: Limits
    ) -> None:
        self._reap, self._connection, self.limits = reap, connection, limits
        self._number = 0
        self._ahead = bytearray()  # the beginning of a reply, which came with the one before
        self._size = 0  # of the last reply
        self._sources: list[tuple[object, str]] = []
        self._ended: str | None = None
        self.taken = ""  # "lost" with its server, or "killed": by no fault in it, for all we know

    def run(self, source: str, timeout: float | None = None, cell: object = None) -> CellResult:
        """Run one notebook cell as Jupyter would.

        Args:
            source: the cell's text.
            timeout: seconds; by default `limits.cell_seconds`.
            cell: what to call the cell in errors; by default its number, from 1.

        Returns:
            What it showed and what it raised.

        Raises:
            WorkerTimeout, WorkerDied, WireError: and the worker is of no more use.
        """
        name = len(self._sources) + 1 if cell is None else cell
        return next(self.run_all([(name, source)], timeout))

    def run_all(
        self, cells: Sequence[tuple[object, str]], timeout: float | None = None
    ) -> Iterator[CellResult]:
        """Run notebook cells, each with its name in errors, and yield what each showed.

        The worker is told of several at once and need not wait for us between them. `timeout`
        and what is raised are those of `run`, for each cell by itself.
        """
        seconds = timeout or self.limits.cell_seconds
        waiting = deque(cells)
        while waiting:
            frames, numbers = [], []
            # What fits the connection's buffer: else each side could wait for the other to read.
            while waiting and (not frames or sum(map(len, frames)) + len(waiting[0][1]) < AHEAD):
                self._sources.append(waiting.popleft())
                request = {"do": "run", "cell": len(self._sources), "source": self._sources[-1][1]}
                frames.append(self._frame(request))
                numbers.append(self._number)
            deadline = self._send(b"".join(frames), seconds)
            for number in numbers:
                yield self._shown(self._reply(number, seconds, deadline, more=number < numbers[-1]))
                deadline = time.monotonic() + seconds

    def _shown(self, reply: dict) -> CellResult:
        try:
            outputs = rebuild(reply.get("outputs"), self.limits.output_bytes)
            error = reply.get("error")
            error = None if error is None else learner_error(error, self._sources)
        except WireError as malformed:
            self._fail(str(malformed))
            raise
        if error is not None:
            outputs.append(error_output(error))
        return CellResult(outputs, error)

    def lookup(self, name: str) -> object:
        """Return what the learner's code calls `name`: a plain value or a handle.

        Raises:
            KeyError: when it defines no such name.
            WireError: when the value can neither travel nor be handled by name.
        """
        reply = self._ask({"do": "lookup", "name": name}, self.limits.call_seconds)
        if reply.get("absent") is True:
            raise KeyError(name)
        return reply.get("value")

    def functions(self, names: Sequence[str]) -> dict[str, RemoteFunction]:
        """Look up several names with one message, and return those that are functions.

        Raises:
            WorkerTimeout, WorkerDied, WireError: and nothing is known of any of them.
        """
        request = {"do": "functions", "names": list(names)}
        found = self._ask(request, self.limits.call_seconds).get("values")
        if type(found) is not dict:
            raise WireError("a list of functions is malformed")
        return {name: found[name] for name in names if type(found.get(name)) is RemoteFunction}

    def attribute(self, owner: RemoteValue, name: str) -> object:
        """Return an attribute of an object that stays inside; raises AttributeError."""
        request = {"do": "attribute", "object": self._handle(owner), "name": name}
        reply = self._ask(request, self.limits.call_seconds)
        if reply.get("absent") is True:
            raise AttributeError(f"{owner!r} has no attribute {name!r}")
        self._raise(reply)
        return reply.get("value")

    def call(
        self, function: RemoteValue, args: tuple, kwargs: dict, timeout: float | None = None
    ) -> dict:
        """Call something that stays inside, on copies of the arguments.

        Returns:
            `value`, `mutated` (whether it wrote into its arguments) and `printed`.

        Raises:
            LearnerError: what the learner's code raised.
            WorkerTimeout, WorkerDied: and the worker is of no more use.
            WireError: when an argument or what came back cannot travel.
        """
        request = {"do": "call", "object": function, "args": args, "kwargs": kwargs}
        reply = self._ask(request, timeout or self.limits.call_seconds)
        if self._size > self.limits.result_bytes:
            del reply  # the traceback would keep it
            raise self._too_large(self._size)
        self._raise(reply)
        printed = reply.get("printed")
        return {
            "value": reply.get("value"),
            "mutated": reply.get("mutated") is True,
            "printed": printed if type(printed) is str else "",
        }

    def packed(self, args: tuple, kwargs: dict) -> bytes:
        """Return the arguments of a call as they travel; raises WireError where they cannot."""
        return wire.pack([args, kwargs], self.limits.request_bytes, self._outgoing)

    def packed_tables(self, tables: Tables) -> bytes:
        """Return tables that stand in for functions as they travel; raises WireError likewise."""
        return wire.pack(folded(tables), self.limits.request_bytes, self._outgoing)

    def call_all(
        self,
        calls: Sequence[tuple[RemoteValue, bytes] | tuple[RemoteValue, bytes, bytes]],
        timeout: float,
        note: bool = False,
    ) -> list[bytes]:
        """Make several calls, one after another, with one message.

        Args:
            calls: for each what to call, its arguments as `packed` returns them and, where the
                learner's code is to find stand-ins meanwhile, what `packed_tables` returns.
            timeout: seconds for all of them.
            note: whether to find out which of them write into their arguments.

        Returns:
            For each call what came of it, for `unpacked`. From the same answer come the same bytes.

        Raises:
            WorkerTimeout, WorkerDied: and the worker is of no more use.
            WireError: when the arguments together cannot travel, or the results cannot.
        """
        calls = [list(call) for call in calls]
        reply = self._ask({"do": "calls", "calls": calls, "note": note}, timeout)
        frames = reply.get("results")
        if type(frames) is not list or len(frames) != len(calls):
            raise WireError("as many results were wanted as there were calls")
        for frame in frames:
            if type(frame) is not bytes:
                raise WireError("a result is malformed")
        return frames

    def unpacked(self, frame: bytes) -> tuple[object, bool] | Exception:
        """Take apart what came of a call that was made together with others.

        Returns:
            Its value and whether it wrote into its arguments, or the LearnerError that it raised, or
            the WireError that says why its result cannot travel.

        Raises:
            WireError: when these are not the bytes that an honest worker sends.
        """
        if len(frame) > self.limits.result_bytes:
            return self._too_large(len(frame))
        header, buffers = unwire.split(frame, self.limits.result_bytes)
        result = unwire.unpack(header, buffers, resolve=self._incoming)
        if type(result) is not dict:
            raise WireError("a result is malformed")
        try:
            self._refused(result)
            self._raise(result)
        except (WireError, LearnerError) as error:
            return error
        return result.get("value"), result.get("mutated") is True

    def _too_large(self, size: int) -> WireError:
        allowed = self.limits.result_bytes
        return WireError(f"the value takes {size:,} bytes, more than the {allowed:,} allowed")

    def _handle(self, value: object) -> object:
        if isinstance(value, RemoteValue):
            if value._worker is not self:
                raise WireError("an object of another worker cannot be sent to this one")
            return value._handle
        raise TypeError(type(value))

    def _outgoing(self, value: object) -> wire.Handle:
        try:
            return self._handle(value)
        except TypeError:
            name = wire.type_name(value)
            raise WireError(f"an object of type {name} cannot be sent") from None

    def _incoming(self, handle: wire.Handle) -> RemoteValue:
        kind = RemoteFunction if handle.kind == "function" else RemoteObject
        return kind(self, handle)

    def _raise(self, reply: dict) -> None:
        if reply.get("error") is not None:
            raise learner_error(reply["error"], self._sources)

    def _ask(self, request: dict, seconds: float) -> dict:
        """Send a request and wait for its reply, and for no longer than `seconds`."""
        frame = self._frame(request)
        number = self._number
        return self._reply(number, seconds, self._send(frame, seconds))

    def _frame(self, request: dict) -> bytes:
        """Pack a request, and count it: the worker counts in the same way."""
        if self._ended:
            raise WorkerDied(self._ended)
        frame = wire.pack(request, self.limits.request_bytes, self._outgoing)
        self._number += 1
        return frame

    def _send(self, frames: bytes, seconds: float) -> float:
        """Send requests, and return until when the reply to the first is waited for."""
        if self._ended:
            raise WorkerDied(self._ended)
        if select.select([self._connection], [], [], 0)[0]:
            self._spoke_unasked()
        deadline = time.monotonic() + seconds
        try:
            self._connection.settimeout(seconds)
            self._connection.sendall(frames)
        except TimeoutError:
            self._timed_out(seconds)
        except OSError:
            self._died("stopped listening")
        return deadline

    def _reply(self, number: int, seconds: float, deadline: float, more: bool = False) -> dict:
        reply = self.receive(number, seconds, deadline, more)
        self._refused(reply)
        return reply

    @staticmethod
    def _refused(reply: dict) -> None:
        refused = reply.get("refused")
        if refused is not None:
            raise WireError(wire.short(refused, 500) if type(refused) is str else "refused")

    def receive(
        self, number: int, seconds: float, deadline: float | None = None, more: bool = False
    ) -> dict:
        """Receive the reply with this number, which others may follow if there is `more`.

        Raises what `run` does.
        """
        deadline = deadline or time.monotonic() + seconds
        limit = self.limits.reply_bytes
        data, self._ahead = self._ahead, bytearray()
        try:
            size = wire.PREFIX.size
            data = self._read(data, size, seconds, deadline)
            header, buffers = unwire.frame_lengths(bytes(data[:size]), limit)
            end = self._size = size + header + buffers
            data = self._read(data, end, seconds, deadline)
            view = memoryview(data)[size:end]
            reply = unwire.unpack(bytes(view[:header]), view[header:], resolve=self._incoming)
            if type(reply) is not dict or type(reply.get("n")) is not int or reply["n"] != number:
                raise WireError("the reply does not belong to the question")
            if more:
                self._ahead = data[end:]
            elif len(data) > end:
                raise WireError("sent bytes that nobody asked for")
        except WireError as error:
            self._fail(str(error))
            raise
        return reply

    def _read(self, data: bytearray, size: int, seconds: float, deadline: float) -> bytearray:
        """Read on until there are `size` bytes, or a few more that came with them."""
        while len(data) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                self._timed_out(seconds)
            try:
                self._connection.settimeout(left)
                piece = self._connection.recv(max(READ_BYTES, min(size - len(data), 1 << 20)))
            except TimeoutError:
                self._timed_out(seconds)
            except OSError:
                piece = b""
            if not piece:
                self._died("hung up")
            data += piece
        return data

    def _timed_out(self, seconds: float) -> None:
        message = f"stopped: it took longer than the {seconds:g} seconds it was given"
        self._fail(message)
        raise WorkerTimeout(message)

    def _spoke_unasked(self) -> None:
        """Tell a worker that answers before the question from one that has hung up."""
        try:
            early = self._connection.recv(1, socket.MSG_PEEK)
        except OSError:
            early = b""
        if early:
            raise WorkerDied(self._fail("sent bytes that nobody asked for"))
        self._died("hung up")

    def _died(self, otherwise: str) -> None:
        raise WorkerDied(self._fail(otherwise, GRACE_SECONDS))

    def _fail(self, reason: str, grace: float = 0.0) -> str:
        """End the worker, and say how it ended if it did so by itself, else `reason`."""
        if self._ended is None:
            ended = self._reap(grace)
            self._connection.close()
            self._ended = how_it_ended(ended, self.limits) or reason
            self.taken = "killed" if "SIGKILL" in self._ended else "" if ended else "lost"
        return self._ended

    def close(self) -> None:
        """Kill and reap the worker and all it started."""
        self._fail("this worker was closed")

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
