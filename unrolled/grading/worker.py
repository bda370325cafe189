"""The confined side of the wire: runs cells, calls functions, keeps the objects that stay inside.

Nothing here is trusted by the grader.
The learner's code shares this process and can change any of it; what it cannot do is leave it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys

import numpy as np

from unrolled.grading import unwire, wire
from unrolled.grading.shell import Shell, describe
from unrolled.standin import unfolded, with_stand_ins

OUT_OF_MEMORY = 77  # exit code: the worker itself could not go on
MAX_HANDLES = 10_000
PRINTED = 4096  # characters kept of what a call prints


def checks(*_args: object, **_kwargs: object):
    """Stand in for `unrolled.checks`: a notebook's own check cells do nothing while it is graded."""
    return lambda *args, **kwargs: None


def read_exactly(descriptor: int, size: int) -> bytearray:
    """Read `size` bytes; raises EOFError when the other side closes first."""
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = os.readv(descriptor, [view])
        if count == 0:
            raise EOFError
        view = view[count:]
    return data


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _tensor(array, requires_grad: bool):
    try:
        import torch
    except ImportError:
        return array
    return torch.from_numpy(array).requires_grad_(requires_grad)


# What is raised where an object's class lies about what it is, so that it cannot be taken apart.
LYING = (TypeError, ValueError, AttributeError)


def refusal(error: Exception) -> str:
    """Say why a value cannot be sent."""
    if isinstance(error, wire.WireError):
        return wire.short(str(error), 500)
    return f"the value cannot be sent ({wire.type_name(error)})"


class Absent(Exception):
    """The learner's code defines no such name."""


class Service:
    """Answers the grader's requests, one after another.

    Args:
        descriptor: the connected socket.
        shell: the learner's shell.
        limits: the fields of `zygote.Limits`.
    """

    def __init__(self, descriptor: int, shell: Shell, limits: dict) -> None:
        self.descriptor, self.shell, self.limits = descriptor, shell, limits
        self.objects: list[object] = []
        # By identity; the list above keeps each object alive, so that no number is used twice.
        self.numbers: dict[int, int] = {}

    def handle(self, value: object) -> wire.Handle:
        """Keep an object here and give it a number."""
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.objects) >= MAX_HANDLES:
                raise wire.WireError(f"more than {MAX_HANDLES} objects are held")
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        kind = "function" if isinstance(value, wire.FUNCTIONS) else "object"
        return wire.Handle(number, kind, wire.type_name(value))

    def resolve(self, handle: wire.Handle) -> object:
        """Return the object with this number."""
        if not 0 <= handle.number < len(self.objects):
            raise wire.WireError("there is no object with this number")
        return self.objects[handle.number]

    def send(self, message: dict) -> None:
        """Send one reply."""
        frame = wire.pack(message, self.limits["reply_bytes"], self.handle)
        write_all(self.descriptor, frame)

    def receive(self) -> dict:
        """Wait for one request."""
        prefix = bytes(read_exactly(self.descriptor, wire.PREFIX.size))
        header, buffers = unwire.frame_lengths(prefix, self.limits["request_bytes"])
        text = bytes(read_exactly(self.descriptor, header))
        data = read_exactly(self.descriptor, buffers)
        return unwire.unpack(text, data, _tensor, self.resolve)

    def serve(self) -> None:
        """Answer requests until the grader closes the socket."""
        for number in itertools.count(1):  # the grader counts its requests in the same way
            try:
                reply = self.answer(self.receive())
                self.send({"n": number, **reply})
            except EOFError:
                return
            except Absent:
                self.send({"n": number, "absent": True})
            except (wire.WireError, *LYING) as error:
                self.send({"n": number, "refused": refusal(error)})

    def answer(self, request: dict) -> dict:
        """Do what one request asks for."""
        what = request["do"]
        if what == "run":
            outputs, error = self.shell.run(
                request["cell"], request["source"], self.limits["output_bytes"]
            )
            return {"outputs": outputs, "error": error}
        if what == "lookup":
            if request["name"] not in self.shell.user_ns:
                raise Absent
            return {"value": self.shell.user_ns[request["name"]]}
        if what == "functions":
            names = self.shell.user_ns
            found = {name: names.get(name) for name in request["names"]}
            return {"values": {k: v for k, v in found.items() if type(v) in wire.FUNCTIONS}}
        if what == "attribute":
            return self.attribute(request["object"], request["name"])
        if what == "calls":
            return {"results": self.call_all(request["calls"], request["note"])}
        return self.call(request["object"], request["args"], request["kwargs"])

    def attribute(self, owner: object, name: str) -> dict:
        """Read an attribute, which may run the learner's code."""
        try:
            with self.shell.recording(PRINTED):
                return {"value": getattr(owner, name)}
        except AttributeError:
            raise Absent from None
        except BaseException as error:
            return {"error": describe(error)}

    def call_all(self, calls: list, note: bool) -> list[bytes]:
        """Make several calls, and pack what each gives before the next is made.

        A function may give away the same array each time, and fill it anew.
        calls: of each the function, and as frames of their own its arguments and, if there are any,
        the tables that stand in for other functions meanwhile.
        """
        frames = []
        with self.shell.recording(0):
            for function, frame, *tables in calls:
                args, kwargs = self.unpacked(frame)
                for table in tables:
                    stand_ins = unfolded(*self.unpacked(table))
                    function = with_stand_ins(function, self.shell.user_ns, stand_ins)
                before = snapshot([args, kwargs]) if note else None
                try:
                    reply = {"value": function(*args, **kwargs)}
                except BaseException as error:  # SystemExit, too, is the learner's
                    reply = {"error": describe(error)}
                reply["mutated"] = note and changed(before, [args, kwargs])
                frames.append(self.packed(reply))
        return frames

    def unpacked(self, frame: bytes) -> object:
        """Return what is in a frame that came with a request."""
        header, buffers = unwire.split(frame, self.limits["request_bytes"])
        return unwire.unpack(header, buffers, _tensor, self.resolve)

    def packed(self, reply: dict) -> bytes:
        """Return a reply as a frame, or one that says why it cannot be sent."""
        try:
            return wire.pack(reply, self.limits["reply_bytes"], self.handle)
        except (wire.WireError, *LYING) as error:
            return wire.pack({"refused": refusal(error)}, self.limits["reply_bytes"])

    def call(self, function, args: tuple, kwargs: dict) -> dict:
        """Call a function on copies that are its own, and note whether it wrote into them."""
        before = snapshot([args, kwargs])
        with self.shell.recording(PRINTED) as recorder:
            try:
                value, error = function(*args, **kwargs), None
            except BaseException as raised:  # SystemExit, too, is the learner's
                value, error = None, describe(raised)
        mutated = changed(before, [args, kwargs])
        printed = "".join(
            output["text"] for output in recorder.finish() if output["output_type"] == "stream"
        )
        if error is not None:
            return {"error": error, "mutated": mutated, "printed": printed}
        return {"value": value, "mutated": mutated, "printed": printed}


def snapshot(value: object) -> object:
    """Return something that stays equal only while a value, and all that it holds, is unchanged."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, list | tuple):
        return type(value), [snapshot(item) for item in value]
    if isinstance(value, dict):
        return [(key, snapshot(item)) for key, item in value.items()]
    if isinstance(value, int | float | complex | str | bytes | None):
        return type(value), repr(value)  # nan differs from itself
    if wire.is_tensor(value):
        return snapshot(value.detach().cpu().numpy())
    return id(value)


def changed(before: object, value: object) -> bool:
    """Return whether a value is no longer what its snapshot was taken of."""
    try:
        return snapshot(value) != before
    except Exception:  # what is in it now may be of a class that the learner wrote
        return True


def run_worker(descriptor: int, shell: Shell, limits: dict) -> None:
    """Serve until the grader hangs up, then end this process without any cleaning up.

    Args:
        descriptor: the connected socket.
        shell: the learner's shell, made before the fork.
        limits: the fields of `zygote.Limits`.
    """
    status = 0
    try:
        shell.user_ns["__name__"] = "__main__"
        Service(descriptor, shell, limits).serve()
    except MemoryError:
        status = OUT_OF_MEMORY
    except BaseException:
        status = 1
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
        os._exit(status)
