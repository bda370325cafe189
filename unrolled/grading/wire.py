"""The wire between the grader and a confined worker: plain data and raw arrays, never pickle.

A frame is a fixed prefix, a JSON header and the raw bytes of every array, long string and bytes
object, in the order in which the header names them. The same code runs on both sides. `pack` is here,
with what both ends know of a frame; `unwire` takes one apart.
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
_CODES = {np.dtype(code): code for code in DTYPES}
_TO_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
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
    """Turns one value into a JSON tree and the bytes of its arrays, in the order of the tree."""

    def __init__(self, handle: Callable[[object], Handle] | None, limit: int) -> None:
        self.handle = handle
        self.limit = limit
        self.buffers: list[bytes] = []
        self.nodes = 0
        self.size = 0

    def spend(self, size: int) -> None:
        """Refuse bytes that the frame has no room for, before they are copied."""
        self.size += size
        if self.size > self.limit:
            raise WireError(f"the value takes more than the {self.limit:,} bytes allowed")

    def text(self, value: str):
        """Encode a string: short ones in the header, long ones behind it."""
        if len(value) <= SHORT_TEXT and value.isascii():
            return value
        if len(value) > self.limit:
            self.spend(len(value))
        data = value.encode("utf-8", "replace")
        if len(data) <= SHORT_TEXT:
            return data.decode("utf-8")
        return self.raw("S", data)

    def raw(self, tag: str, data: bytes):
        """Encode bytes, which go behind the header."""
        self.spend(len(data))
        self.buffers.append(data)
        return [tag, len(data)]

    def array(self, value: np.ndarray, *tags):
        """Encode a numeric array in native byte order: its tags, its dtype and its shape."""
        plain = value if type(value) is np.ndarray else np.ndarray.view(value, np.ndarray)
        code = _CODES.get(plain.dtype)
        if code is None or plain.ndim > MAX_DIMS:
            return self.odd_array(plain, *tags)
        self.spend(plain.nbytes)
        self.buffers.append(plain.tobytes())
        return [*tags, code, *plain.shape]

    def odd_array(self, plain: np.ndarray, *tags):
        """Encode an array whose dtype has to be changed for that, or refuse it."""
        if plain.ndim > MAX_DIMS:
            raise WireError(f"an array of {plain.ndim} dimensions is more than {MAX_DIMS}")
        if plain.dtype.names is not None or plain.dtype.kind not in "?biufc":
            raise WireError(
                f"an array of dtype {short(str(plain.dtype), 60)} cannot be sent: "
                "only numbers and truth values can"
            )
        given = plain.nbytes
        self.spend(given)
        if plain.dtype == np.longdouble and plain.dtype.itemsize > 8:
            plain = plain.astype(np.float64)
        elif plain.dtype == np.clongdouble and plain.dtype.itemsize > 16:
            plain = plain.astype(np.complex128)
        plain = plain.astype(plain.dtype.newbyteorder("="), copy=False)
        data = plain.tobytes()
        self.size += len(data) - given
        self.buffers.append(data)
        return [*tags, plain.dtype.str, *plain.shape]

    def items(self, tag: str, values, depth: int):
        """Encode what a container holds."""
        self.nodes += len(values)
        if self.nodes > MAX_NODES:
            raise WireError(f"the value holds more than {MAX_NODES} items")
        if depth >= MAX_DEPTH:
            raise WireError(f"the value is nested more than {MAX_DEPTH} deep")
        depth += 1
        return [tag, *[self.encode(value, depth) for value in values]]

    def encode(self, value: object, depth: int = 0):
        """Encode any value that may travel; nearly all that does is of exactly these types."""
        kind = type(value)
        if kind is np.ndarray:
            return self.array(value, "a")
        if kind is float or value is None or kind is bool:
            return value
        if kind is str:
            return self.text(value)
        if kind is tuple:
            return self.items("t", value, depth)
        if kind is list:
            return self.items("l", value, depth)
        if kind is dict:
            return self.items("d", [part for pair in value.items() for part in pair], depth)
        if kind is int and value.bit_length() <= MAX_INT_BITS:
            return value
        if kind is bytes:
            return self.raw("b", value)
        return self.subclass(value, depth)

    def subclass(self, value: object, depth: int):
        """Encode a value of a rarer type; a subclass of a plain type is reduced to that type."""
        if isinstance(value, np.generic) and not isinstance(value, str | bytes):
            # np.float64 is a float and np.complex128 a complex: ask for NumPy's own types first.
            return self.array(np.asarray(value), "n")
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
            if view.nbytes > self.limit:
                self.spend(view.nbytes)
            return self.raw("b", view.tobytes())
        if isinstance(value, np.ndarray):
            return self.array(value, *(("T", False) if type(value) is Tensor else "a"))
        for base, tag in ((list, "l"), (tuple, "t"), (set, "s"), (frozenset, "z")):
            if isinstance(value, base):
                return self.items(tag, list(base.__iter__(value)), depth)
        if isinstance(value, dict):
            flat = [part for pair in dict.items(value) for part in pair]
            return self.items("d", flat, depth)
        if isinstance(value, range):
            if len(value) > MAX_NODES:
                raise WireError(f"the value holds more than {MAX_NODES} items")
            return self.items("l", value, depth)
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
            return self.array(array, "T", bool(value.requires_grad))
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
        header = _TO_JSON(tree).encode("ascii")
    except RecursionError:
        raise WireError("the value is nested too deep") from None
    size = PREFIX.size + len(header) + encoder.size
    if len(header) > MAX_HEADER or size > limit:
        raise WireError(f"the value takes {size:,} bytes, more than the {limit:,} allowed")
    prefix = PREFIX.pack(MAGIC, len(header), encoder.size)
    return b"".join([prefix, header, *encoder.buffers])
