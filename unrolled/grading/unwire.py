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

MAX_ODD_KEYS = 1_000  # keys whose hashes the sender can make collide, and that are slow to compare
# NumPy, asked for the array of a list, gives every entry as many bytes as the longest text needs.
MAX_TEXT_BYTES = 1 << 26
KINDS = {code: np.dtype(code) for code in DTYPES}
CONTAINERS = frozenset("ltszd")
_FROM_JSON = json.JSONDecoder().decode


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


def split(frame: bytes, limit: int) -> tuple[bytes, memoryview]:
    """Return the header of a whole frame, and the bytes behind it; raises as `frame_lengths` does."""
    start = PREFIX.size
    if len(frame) < start:
        raise WireError("these bytes are not a frame")
    header, buffers = frame_lengths(frame[:start], limit)
    middle = start + header
    if len(frame) != middle + buffers:
        raise WireError("a frame is longer or shorter than it says")
    return frame[start:middle], memoryview(frame)[middle:]


class _Decoder:
    """Rebuilds a value from a tree, of which nothing is known, and the bytes behind it."""

    def __init__(self, buffers, tensor, resolve) -> None:
        self.buffers = buffers
        self.start = 0  # of what is not yet taken
        self.tensor = tensor
        self.resolve = resolve
        self.nodes = 0
        self.numbers = 0  # in arrays
        self.widest = 0  # bytes that NumPy needs for the longest text in a list
        self.odd_keys = 0

    def whole(self, tree: object) -> object:
        """Rebuild the value of a tree, which must take all the bytes behind it."""
        value = self.decode(tree)
        if self.start != len(self.buffers):
            raise WireError("bytes were sent that belong to no array")
        if self.widest * (self.nodes + self.numbers) > MAX_TEXT_BYTES:
            raise WireError("a list holds text that is too long")
        return value

    def take(self, length: int) -> int:
        """Take so many of the bytes, and return where they begin."""
        start = self.start
        self.start += length
        if self.start > len(self.buffers):
            raise WireError("an array claims more bytes than were sent")
        return start

    def array(self, code: object, shape: list) -> np.ndarray:
        """Return a private, writable array of the next bytes."""
        if type(code) is not str or code not in KINDS:
            raise WireError("an array has a dtype that is not allowed")
        if len(shape) > MAX_DIMS:
            raise WireError("an array has an impossible shape")
        # Python integers do not overflow, so a huge shape is seen before it is allocated.
        kind = KINDS[code]
        length = kind.itemsize
        for n in shape:
            if type(n) is not int or n < 0:
                raise WireError("an array has an impossible shape")
            if n >= 1 << 40:
                raise WireError("an array claims more bytes than were sent")
            length *= n
        self.numbers += length // kind.itemsize
        return np.ndarray(shape, kind, self.buffers, self.take(length)).copy()

    def decode(self, node: object, depth: int = 0):
        """Rebuild one value; only exact built-in types come out."""
        kind = type(node)
        if kind is list:
            tag = node[0] if node else None
            if type(tag) is not str:
                raise WireError("a value is malformed")
            if tag == "a" and len(node) > 1:
                return self.array(node[1], node[2:])
            if tag not in CONTAINERS:
                return self.leaf(tag, node[1:])
            self.nodes += len(node) - 1
            if self.nodes > MAX_NODES or depth >= MAX_DEPTH:
                raise WireError("the value has too many items or is nested too deep")
            depth += 1
            items = [self.decode(item, depth) for item in node[1:]]
            if tag != "d":
                for item in items:
                    if type(item) is str or type(item) is bytes:
                        width = len(item) if type(item) is bytes else 4 * len(item)
                        self.widest = max(self.widest, width)
            return items if tag == "l" else self.container(tag, items)
        if kind is float or node is None or kind is bool:
            return node
        if kind is str:
            return node if node.isascii() else node.encode("utf-8", "replace").decode("utf-8")
        if kind is not int:
            raise WireError("a value is malformed")
        if node.bit_length() > MAX_INT_BITS:
            raise WireError("an integer is too long")
        return node

    def container(self, tag: str, items: list):
        """Build a tuple, set, frozenset or dict."""
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
        if tag == "T" and len(rest) > 1 and type(rest[0]) is bool:
            return self.tensor(self.array(rest[1], rest[2:]), rest[0])
        if tag == "n" and len(rest) == 1:
            return self.array(rest[0], [])[()]
        if tag in ("b", "S") and len(rest) == 1 and type(rest[0]) is int and rest[0] >= 0:
            start = self.take(rest[0])
            data = bytes(self.buffers[start : self.start])
            return data if tag == "b" else data.decode("utf-8", "replace")
        raise WireError("a value is malformed")


def unpack(
    header: bytes,
    buffers: bytes | bytearray | memoryview,
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
        tree = _FROM_JSON(header.decode("ascii"))
        return _Decoder(memoryview(buffers), tensor, resolve).whole(tree)
    except WireError:
        raise
    except RecursionError:
        raise WireError("the value is nested too deep") from None
    except (ValueError, OverflowError, UnicodeError):
        raise WireError("the header is not the JSON it should be") from None
