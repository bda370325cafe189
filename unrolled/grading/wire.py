"""The wire between the grader and a confined worker: plain data and raw arrays, never pickle.

A frame is a fixed prefix, a JSON header and the raw bytes of every array, long string and bytes
object. The same code runs on both sides. `pack` is here, with what both ends know of a frame;
`unwire` takes one apart.
"""

from __future__ import annotations

import json
import struct
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

PREFIX = struct.Struct("!4sIQ")  # magic, header bytes, buffer bytes
MAGIC = b"unr1"
MAX_HEADER = 4 << 20
MAX_DEPTH = 32
MAX_NODES = 200_000
MAX_INT_BITS = 4096
MAX_DIMS = 8
MAX_NAME = 200
SHORT_TEXT = 256  # longer strings travel as buffers, so that the header stays small
DTYPES = frozenset(
    "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".replace(
        "<", "<" if sys.byteorder == "little" else ">"
    ).split()
)
FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    np.ufunc,
)
_TO_JSON = json.JSONEncoder(separators=(",", ":")).encode
ITERATORS = (Iterator, type({}.keys()), type({}.values()), type({}.items()))


class WireError(Exception):
    """What was sent is malformed, too large, or cannot be sent; the message says which."""


class Tensor(np.ndarray):
    """An array that is a torch tensor on the learner's side: tagged here, a tensor there."""


def as_tensor(value: object) -> Tensor:
    """Mark an array so that the learner's code receives it as a torch tensor.

    Args:
        value: anything that `numpy.asarray` accepts, of a numeric or bool dtype.

    Returns:
        The same numbers as a `Tensor`.
    """
    return np.asarray(value).view(Tensor)


@dataclass(frozen=True)
class Handle:
    """An object that stays in the worker: its number, "function" or "object", and its type's name."""

    number: int
    kind: str
    type_name: str


def short(text: str, limit: int = MAX_NAME) -> str:
    """Cut a text to `limit` characters and replace what cannot be written as UTF-8."""
    text = text[: limit + 1].encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def type_name(value: object) -> str:
    """Return the bounded name of the type of `value` without asking `value`."""
    return short(type.__getattribute__(type(value), "__name__"))


def is_tensor(value: object) -> bool:
    """Return whether a value is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


class _Encoder:
    """Turns one value into a JSON tree and a list of buffers."""

    def __init__(self, handle: Callable[[object], Handle] | None, limit: int) -> None:
        self.handle = handle
        self.limit = limit
        self.arrays: list[list] = []
        self.buffers: list[bytes] = []
        self.nodes = 0
        self.size = 0
        # Nearly all that travels is of exactly these types: no need to ask for subclasses.
        self.exact = {
            np.ndarray: lambda value, depth: self.array("a", value),
            float: lambda value, depth: value,
            str: lambda value, depth: self.text(value),
            tuple: lambda value, depth: ["t", *[self.encode(item, depth + 1) for item in value]],
            list: lambda value, depth: ["l", *[self.encode(item, depth + 1) for item in value]],
        }

    def room_for(self, size: int) -> None:
        """Refuse bytes that the frame has no room for, before they are copied."""
        if self.size + size > self.limit:
            raise WireError(f"the value takes more than the {self.limit:,} bytes allowed")

    def buffer(self, code: str, shape: tuple, data: bytes) -> int:
        """Append a raw buffer and return its index."""
        self.arrays.append([code, *shape])
        self.buffers.append(data)
        self.size += len(data)
        return len(self.buffers) - 1

    def text(self, value: str):
        """Encode a string: short ones in the header, long ones as a buffer."""
        self.room_for(len(value))
        data = value.encode("utf-8", "replace")
        if len(data) <= SHORT_TEXT:
            return data.decode("utf-8")
        return ["S", self.buffer("|u1", (len(data),), data)]

    def array(self, tag: str, value: np.ndarray, *rest):
        """Encode a numeric array or NumPy scalar in native byte order."""
        plain = value if type(value) is np.ndarray else np.ndarray.view(value, np.ndarray)
        self.room_for(plain.nbytes)
        if plain.dtype.str in DTYPES and plain.ndim <= MAX_DIMS:
            return [tag, self.buffer(plain.dtype.str, plain.shape, plain.tobytes()), *rest]
        if plain.dtype == np.longdouble and plain.dtype.itemsize > 8:
            plain = plain.astype(np.float64)
        elif plain.dtype == np.clongdouble and plain.dtype.itemsize > 16:
            plain = plain.astype(np.complex128)
        if plain.dtype.names is not None or plain.dtype.kind not in "?biufc":
            raise WireError(
                f"an array of dtype {short(str(plain.dtype), 60)} cannot be sent: "
                "only numbers and truth values can"
            )
        if plain.ndim > MAX_DIMS:
            raise WireError(f"an array of {plain.ndim} dimensions is more than {MAX_DIMS}")
        plain = plain.astype(plain.dtype.newbyteorder("="), copy=False)
        return [tag, self.buffer(plain.dtype.str, plain.shape, plain.tobytes()), *rest]

    def encode(self, value: object, depth: int = 0):
        """Encode any value that may travel.

        Subclasses of plain types are reduced to the plain type.
        """
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise WireError(f"the value holds more than {MAX_NODES} items")
        if depth > MAX_DEPTH:
            raise WireError(f"the value is nested more than {MAX_DEPTH} deep")
        if value is None or value is True or value is False:
            return value
        exact = self.exact.get(type(value))
        if exact is not None:
            return exact(value, depth)
        if isinstance(value, np.generic) and not isinstance(value, str | bytes):
            # np.float64 is a float and np.complex128 a complex: ask for NumPy's own types first.
            return self.array("n", np.asarray(value))
        if isinstance(value, int):
            number = int.__index__(value)
            if number.bit_length() > MAX_INT_BITS:
                raise WireError(f"an integer of more than {MAX_INT_BITS} bits cannot be sent")
            return number
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, str):
            return self.text(str.__str__(value))
        if isinstance(value, complex):
            number = complex.__complex__(value)
            return ["c", number.real, number.imag]
        if isinstance(value, bytes | bytearray | memoryview):
            view = memoryview(value)
            self.room_for(view.nbytes)
            data = view.tobytes()
            return ["b", self.buffer("|u1", (len(data),), data)]
        if isinstance(value, np.ndarray):
            return self.array("T" if type(value) is Tensor else "a", value)
        for base, tag in ((list, "l"), (tuple, "t"), (set, "s"), (frozenset, "z")):
            if isinstance(value, base):
                return [tag, *[self.encode(item, depth + 1) for item in base.__iter__(value)]]
        if isinstance(value, dict):
            flat = [part for pair in dict.items(value) for part in pair]
            return ["d", *[self.encode(part, depth + 1) for part in flat]]
        if isinstance(value, range):
            if len(value) > MAX_NODES:
                raise WireError(f"the value holds more than {MAX_NODES} items")
            return ["l", *[self.encode(item, depth + 1) for item in value]]
        return self.other(value)

    def other(self, value: object):
        """Encode a torch tensor, or an object that stays behind as a handle."""
        if isinstance(value, Handle):
            return ["h", value.number, value.kind, value.type_name]
        if is_tensor(value):
            torch = sys.modules["torch"]
            try:
                plain = value.detach().cpu().resolve_conj().resolve_neg()
                plain = plain.float() if plain.dtype is torch.bfloat16 else plain
                array = plain.numpy()
            except (RuntimeError, TypeError) as error:
                message = f"this tensor cannot be sent: {short(str(error))}"
                raise WireError(message) from None
            return self.array("T", array, bool(value.requires_grad))
        if isinstance(value, ITERATORS):
            raise WireError(
                f"a {type_name(value)} has no values to compare yet: return a list or an array"
            )
        if self.handle is None:
            raise WireError(f"an object of type {type_name(value)} cannot be sent")
        handle = self.handle(value)
        return ["h", handle.number, handle.kind, handle.type_name]


def pack(value: object, limit: int, handle: Callable[[object], Handle] | None = None) -> bytes:
    """Encode one value as a frame.

    Args:
        value: plain data, NumPy or torch arrays, and containers of them.
        limit: the greatest number of bytes the frame may have.
        handle: turns an object that cannot travel into a `Handle`; None refuses such objects.

    Returns:
        The frame.

    Raises:
        WireError: when something in it cannot be sent, or the frame is larger than `limit`.
    """
    encoder = _Encoder(handle, limit)
    try:
        tree = encoder.encode(value)
        header = _TO_JSON([tree, encoder.arrays]).encode("ascii")
    except RecursionError:
        raise WireError("the value is nested too deep") from None
    size = PREFIX.size + len(header) + encoder.size
    if len(header) > MAX_HEADER or size > limit:
        raise WireError(f"the value takes {size:,} bytes, more than the {limit:,} allowed")
    prefix = PREFIX.pack(MAGIC, len(header), encoder.size)
    return b"".join([prefix, header, *encoder.buffers])
