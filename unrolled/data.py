"""Data that the chapters and exercises make for themselves, or bring along: no download, numpy only.

The Reber grammar is the finite-state grammar of A. S. Reber, "Implicit learning of artificial
grammars", Journal of Verbal Learning and Verbal Behavior 6 (1967) 855-863. The embedded form and
its use as a test of memory follow S. Hochreiter and J. Schmidhuber, "Long short-term memory",
Neural Computation 9 (1997) 1735-1780, section 5.1. The continual form, where one string follows
another and nothing marks the place to reset, is that of F. A. Gers, J. Schmidhuber and
F. Cummins, "Learning to forget", Neural Computation 12 (2000) 2451-2471.

The monthly carbon dioxide of Mauna Loa is brought along as `co2_mauna_loa.csv`, the monthly
temperature of a part of the Pacific as `nino3_temperature.csv`; each states its source and licence
in its first lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

REBER_SYMBOLS = "BTPSXVE"

#: A column of months and one of means; lines that begin with # say where they come from.
CO2_CSV = Path(__file__).with_name("co2_mauna_loa.csv")
NINO3_CSV = Path(__file__).with_name("nino3_temperature.csv")

# State -> the two (or one) arcs that leave it, each a symbol and the state it leads to.
_ARCS: dict[int, tuple[tuple[str, int], ...]] = {
    0: (("B", 1),),
    1: (("T", 2), ("P", 3)),
    2: (("S", 2), ("X", 4)),
    3: (("T", 3), ("V", 5)),
    4: (("X", 3), ("S", 6)),
    5: (("P", 4), ("V", 6)),
    6: (("E", 7),),
}
_END = 7


class ReberStream(NamedTuple):
    """Streams of embedded Reber strings, one after the other, without a mark between them."""

    symbols: np.ndarray
    """(T + 1, B) indices into `REBER_SYMBOLS`. Step t reads row t and predicts row t + 1."""
    legal: np.ndarray
    """(T, B, V) booleans: the symbols that the grammar allows in row t + 1."""
    recall: np.ndarray
    """(T, B) booleans: row t + 1 is the closing T or P, which repeats the opening one."""


def mauna_loa_co2() -> tuple[np.ndarray, np.ndarray]:
    """Return the monthly mean carbon dioxide at Mauna Loa, January 1975 to December 2023.

    Returns:
        Months, (588,) of the dtype datetime64[M], and means in parts per million, (588,).

    Source: NOAA Global Monitoring Laboratory; the head of `CO2_CSV` says more.
    """
    return _monthly(CO2_CSV)


def nino3_temperature() -> tuple[np.ndarray, np.ndarray]:
    """Return the monthly temperature of the sea surface in the Niño 3 region, 1950 to 2020.

    Returns:
        Months, (852,) of the dtype datetime64[M], and means in degrees Celsius, (852,).

    Source: NOAA Climate Prediction Center; the head of `NINO3_CSV` says more.
    """
    return _monthly(NINO3_CSV)


def reber_strings(n: int, rng: np.random.Generator, embedded: bool = False) -> list[str]:
    """Draw strings of the Reber grammar, each arc that leaves a state being equally likely.

    Args:
        n: how many strings.
        rng: the generator to draw from.
        embedded: wrap each string as ``B T … T E`` or ``B P … P E``.

    Returns:
        n strings over `REBER_SYMBOLS`.

    Raises:
        ValueError: if n is negative.

    Source: Reber (1967); embedded form: Hochreiter and Schmidhuber (1997), section 5.1.
    """
    if n < 0:
        raise ValueError(f"n must not be negative, got {n}")
    return ["".join(symbol for symbol, _, _ in _walk(rng, embedded)) for _ in range(n)]


def reber_legal_next(prefix: str, embedded: bool = False) -> frozenset[str]:
    """Say which symbols may follow the beginning of a string.

    Args:
        prefix: the symbols read so far, from the start of a string.
        embedded: read the prefix as one of the embedded grammar.

    Returns:
        The legal next symbols; an empty set once the string is complete.

    Raises:
        ValueError: if no string of the grammar begins like this.

    Source: Reber (1967); embedded form: Hochreiter and Schmidhuber (1997), section 5.1.
    """
    if not embedded:
        return _legal_inner(prefix, whole=prefix)
    for position, allowed in ((0, "B"), (1, "TP")):
        if len(prefix) == position:
            return frozenset(allowed)
        if prefix[position] not in allowed:
            raise ValueError(f"{prefix!r} does not begin a string of the embedded Reber grammar")
    # No inner string holds an E before its end, so the first E closes the inner string.
    inner, closed, tail = prefix[2:].partition("E")
    legal = _legal_inner(inner + closed, whole=prefix)
    if not closed:
        return legal
    ending = prefix[1] + "E"
    if not ending.startswith(tail):
        raise ValueError(f"{prefix!r} does not begin a string of the embedded Reber grammar")
    return frozenset(ending[len(tail) : len(tail) + 1])


def embedded_reber_stream(T: int, B: int, rng: np.random.Generator) -> ReberStream:
    """Draw B endless streams of embedded Reber strings and return their first T + 1 symbols.

    Args:
        T: the number of steps, each of which reads one symbol and predicts the next.
        B: the number of streams, drawn independently. Each starts at the start of a string.
        rng: the generator to draw from.

    Returns:
        A `ReberStream`, time-major.

    Raises:
        ValueError: if T or B is less than 1.

    Source: the continual embedded Reber grammar of Gers, Schmidhuber and Cummins (2000).
    """
    if T < 1 or B < 1:
        raise ValueError(f"T and B must be at least 1, got T={T}, B={B}")
    symbols = np.empty((T + 1, B), dtype=np.int64)
    legal = np.zeros((T + 1, B, len(REBER_SYMBOLS)), dtype=bool)
    recall = np.zeros((T + 1, B), dtype=bool)
    for b in range(B):
        stream = _endless(rng)
        for t in range(T + 1):
            symbol, allowed, closing = next(stream)
            symbols[t, b] = REBER_SYMBOLS.index(symbol)
            legal[t, b, [REBER_SYMBOLS.index(s) for s in allowed]] = True
            recall[t, b] = closing
    # Row t of `legal` and `recall` speaks of the symbol that step t predicts: row t + 1.
    return ReberStream(symbols, legal[1:], recall[1:])


def one_hot(indices: np.ndarray, V: int = len(REBER_SYMBOLS)) -> np.ndarray:
    """Turn symbol indices into vectors with a single one.

    Args:
        indices: integers in [0, V), of any shape.
        V: the size of the vocabulary.

    Returns:
        Floats of shape ``indices.shape + (V,)``.

    Raises:
        IndexError: if an index lies outside [0, V).
    """
    indices = np.asarray(indices)
    if indices.size and (indices.min() < 0 or indices.max() >= V):
        raise IndexError(f"indices must lie in [0, {V})")
    return np.eye(V)[indices]


def _walk(rng: np.random.Generator, embedded: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield one string: each symbol, the symbols allowed in its place, is it the closing T/P."""
    frame = ("T", "P")[int(rng.integers(2))] if embedded else ""
    if embedded:
        yield "B", "B", False
        yield frame, "TP", False
    state = 0
    while state != _END:
        arcs = _ARCS[state]
        symbol, state_after = arcs[int(rng.integers(len(arcs)))]
        yield symbol, "".join(s for s, _ in arcs), False
        state = state_after
    if embedded:
        yield frame, frame, True
        yield "E", "E", False


def _endless(rng: np.random.Generator) -> Iterator[tuple[str, str, bool]]:
    while True:
        yield from _walk(rng, embedded=True)


def _legal_inner(prefix: str, whole: str) -> frozenset[str]:
    state = 0
    for symbol in prefix:
        following = dict(_ARCS.get(state, ()))
        if symbol not in following:
            raise ValueError(f"{whole!r} does not begin a string of the Reber grammar")
        state = following[symbol]
    return frozenset(symbol for symbol, _ in _ARCS.get(state, ()))


def _monthly(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a CSV of months and means, whose other lines do not begin with a digit."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines if line[0].isdigit()]
    months = np.array([month for month, _ in rows], dtype="datetime64[M]")
    return months, np.array([float(mean) for _, mean in rows])
