"""Take apart what came over the wire, all of it as hostile.

Every length is checked against a limit before anything is allocated, every tag against a list, every
index against a count. What comes out is of exact built-in types, of NumPy's and of `wire`'s own, so
no method of the other side's objects ever runs here.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from unrolled.grading.wire import (
    DTYPES,
    MAGIC,
    MAX_DEPTH,
    MAX_DIMS,
    MAX_HEADER,
    MAX_INT_BITS,
    MAX_NODES,
    PREFIX,
    Handle,
    Tensor,
    WireError,
    short,
)

MAX_ODD_KEYS = 10_000  # keys whose hashes the sender can make collide
ITEM_BYTES = {code: np.dtype(code).itemsize for code in DTYPES}
CONTAINERS = frozenset("ltszd")


def frame_lengths(prefix: bytes, limit: int) -> tuple[int, int]:
    """Check the first bytes of a frame before anything is allocated for the rest.

    Args:
        prefix: exactly `PREFIX.size` bytes.
        limit: the greatest number of bytes the frame may have.

    Returns:
        The lengths of the header and of the buffers, in bytes.

    Raises:
        WireError: when these are not the first bytes of a frame of at most `limit` bytes.
    """
    magic, header, buffers = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise WireError("these bytes are not a frame")
    if header > MAX_HEADER or PREFIX.size + header + buffers > limit:
        raise WireError(f"a frame of {header + buffers:,} bytes is more than the {limit:,} allowed")
    return header, buffers


class _Decoder:
    """Rebuilds a value from a checked tree."""

    def __init__(self, arrays, buffers, tensor, resolve) -> None:
        self.arrays = self.slices(arrays, buffers)
        self.tensor = tensor
        self.resolve = resolve
        self.nodes = 0
        self.odd_keys = 0

    @staticmethod
    def slices(
        arrays: object, buffers: memoryview
    ) -> list[tuple[str, tuple[int, ...], memoryview]]:
        """Check that the declared arrays fill the buffer bytes exactly."""
        if type(arrays) is not list or len(arrays) > MAX_NODES:
            raise WireError("the list of arrays is malformed")
        found, start = [], 0
        for entry in arrays:
            if type(entry) is not list or not entry or type(entry[0]) is not str:
                raise WireError("the description of an array is malformed")
            code, *shape = entry
            if code not in DTYPES:
                raise WireError("an array has a dtype that is not allowed")
            if len(shape) > MAX_DIMS:
                raise WireError("an array has an impossible shape")
            # Python integers do not overflow, so a huge shape is seen before it is allocated.
            length = ITEM_BYTES[code]
            for n in shape:
                if type(n) is not int or n < 0:
                    raise WireError("an array has an impossible shape")
                if n >= 1 << 40:
                    raise WireError("an array claims more bytes than were sent")
                length *= n
            if start + length > len(buffers):
                raise WireError("an array claims more bytes than were sent")
            found.append((code, tuple(shape), buffers[start : start + length]))
            start += length
        if start != len(buffers):
            raise WireError("bytes were sent that belong to no array")
        return found

    def array(self, index: object) -> np.ndarray:
        """Return a private, writable copy of one array, once: else a short frame fills memory."""
        if type(index) is not int or not 0 <= index < len(self.arrays) or not self.arrays[index]:
            raise WireError("an array is named that was not sent, or twice")
        code, shape, data = self.arrays[index]
        self.arrays[index] = None
        return np.frombuffer(data, dtype=code).reshape(shape).copy()

    def decode(self, node: object, depth: int = 0):
        """Rebuild one value; only exact built-in types come out."""
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise WireError("the value has too many items or is nested too deep")
        kind = type(node)
        if node is None or kind is bool or kind is float:
            return node
        if kind is int:
            if node.bit_length() > MAX_INT_BITS:
                raise WireError("an integer is too long")
            return node
        if kind is str:
            return node if node.isascii() else node.encode("utf-8", "replace").decode("utf-8")
        if kind is not list or not node or type(node[0]) is not str:
            raise WireError("a value is malformed")
        tag = node[0]
        if tag == "a" and len(node) == 2:
            return self.array(node[1])
        if tag in CONTAINERS:
            return self.container(tag, [self.decode(item, depth + 1) for item in node[1:]])
        return self.leaf(tag, node[1:])

    def container(self, tag: str, items: list):
        """Build a list, tuple, set, frozenset or dict."""
        if tag == "l":
            return items
        if tag == "t":
            return tuple(items)
        keys = items[::2] if tag == "d" else items
        # Hashes of text are secret to this process, and those of small integers spread.
        for key in keys:
            if type(key) is not str and not (type(key) is int and key.bit_length() < 32):
                self.odd_keys += 1
        if self.odd_keys > MAX_ODD_KEYS:
            raise WireError(f"more than {MAX_ODD_KEYS} keys are neither text nor small integers")
        try:
            if tag == "s":
                return set(items)
            if tag == "z":
                return frozenset(items)
            if len(items) % 2:
                raise WireError("a dictionary is malformed")
            return dict(zip(items[::2], items[1::2], strict=True))
        except TypeError:
            raise WireError("a key or member cannot be hashed") from None

    def leaf(self, tag: str, rest: list):
        """Build what is not a container: arrays, scalars, bytes, long text, handles."""
        if tag == "c" and len(rest) == 2 and all(type(part) is float for part in rest):
            return complex(*rest)
        if tag == "h" and len(rest) == 3 and type(rest[0]) is int and rest[0].bit_length() < 63:
            number, kind, name = rest
            if kind in ("function", "object") and type(name) is str and self.resolve is not None:
                return self.resolve(Handle(number, kind, short(name)))
        if tag == "T" and len(rest) in (1, 2) and all(type(flag) is bool for flag in rest[1:]):
            return self.tensor(self.array(rest[0]), bool(rest[1:] and rest[1]))
        if tag in ("a", "n", "b", "S") and len(rest) == 1:
            array = self.array(rest[0])
            if tag == "a":
                return array
            if tag == "n" and array.ndim == 0:
                return array[()]
            if tag in ("b", "S") and array.dtype == np.uint8 and array.ndim == 1:
                data = array.tobytes()
                return data if tag == "b" else data.decode("utf-8", "replace")
        raise WireError("a value is malformed")


def unpack(
    header: bytes,
    buffers: bytes | bytearray,
    tensor: Callable[[np.ndarray, bool], object] = lambda array, _: array.view(Tensor),
    resolve: Callable[[Handle], object] | None = None,
) -> object:
    """Rebuild the value that a frame holds.

    Args:
        header: the JSON header, of the length that `frame_lengths` gave.
        buffers: the bytes behind it.
        tensor: makes a tensor from an array and its `requires_grad`; by default a `Tensor`.
        resolve: turns a `Handle` into what stands for it; None refuses handles.

    Returns:
        The value, built anew: plain types, NumPy arrays and whatever the two functions return.

    Raises:
        WireError: when the frame is malformed in any way.
    """
    # Each item of a JSON list costs one of these bytes: this bounds memory before parsing.
    if header.count(b",") + header.count(b"[") + header.count(b"{") > 8 * MAX_NODES:
        raise WireError("the value has too many items")
    try:
        message = json.loads(header)
        if type(message) is not list or len(message) != 2:
            raise WireError("the header is malformed")
        return _Decoder(message[1], memoryview(buffers), tensor, resolve).decode(message[0])
    except WireError:
        raise
    except RecursionError:
        raise WireError("the value is nested too deep") from None
    except (ValueError, OverflowError, UnicodeError):
        raise WireError("the header is not the JSON it should be") from None
