"""Recordings of speech from WAV files: no download, Python's own `wave` and NumPy only.

A folder of recordings is read as `read_folder(folder, rate)`. Two habits of naming are known: the
label stands in front of the file's name, `7_anna_0.wav`, or it is the name of the folder that the
file lies in, `seven/0a7c.wav`.
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np


def read_wav(path: Path | str, rate: int) -> np.ndarray:
    """Read a WAV file of 8 or 16 bits a sample.

    Args:
        path: the file.
        rate: the samples a second that it must have; nothing is resampled.

    Returns:
        Samples from -1 to 1, of shape (N,): the mean of all channels.

    Raises:
        ValueError: if the file is no such recording, is cut short, has no samples or another rate;
            the message names the file and says what is wrong.
        FileNotFoundError: if there is no such file.
    """
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, found, n = file.getparams()[:4]
            raw = file.readframes(n)
    except (wave.Error, EOFError) as error:
        reason = str(error) or "it ends before its header does"
        raise ValueError(f"{path} cannot be read as a WAV file: {reason}") from error
    if width not in (1, 2):
        raise ValueError(f"{path} has {8 * width} bits a sample; 8 or 16 can be read")
    if found != rate:
        raise ValueError(f"{path} has {found} samples a second, not {rate}: resample it first")
    if len(raw) < n * channels * width:
        raise ValueError(
            f"{path} is cut short: {len(raw)} of {n * channels * width} bytes are there"
        )
    if n == 0:
        raise ValueError(f"{path} has no samples")
    if width == 1:  # eight bits are unsigned, with silence at 128
        samples = np.frombuffer(raw, dtype=np.uint8) / 128.0 - 1.0
    else:
        samples = np.frombuffer(raw, dtype="<i2") / 32768.0
    return samples.reshape(n, channels).mean(axis=1)


def label_of(path: Path) -> str:
    """Return what stands before the first `_` of a file's name, or the folder's name without one."""
    label, mark, _ = path.stem.partition("_")
    return label if mark else path.parent.name


def read_folder(
    folder: Path | str, rate: int, label: Callable[[Path], str] = label_of
) -> Iterator[tuple[np.ndarray, str]]:
    """Yield the recordings below a folder, in the order of their paths.

    Args:
        folder: where to look, in the folders below it too.
        rate: the samples a second that every file must have.
        label: makes the label from the path of a file.

    Returns:
        Pairs of samples, (N,), and a label.

    Raises:
        ValueError: as `read_wav`, when it comes to the file; and if there is no WAV file at all.
    """
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() == ".wav")
    if not paths:
        raise ValueError(f"there is no WAV file below {folder}")
    for path in paths:
        yield read_wav(path, rate), label(path)


def error_rate(said: Iterable[Sequence], wanted: Iterable[Sequence]) -> float:
    """Return how many symbols have to be changed in all outputs, for each symbol that was wanted.

    Args:
        said: the outputs, each a string or a list of symbols.
        wanted: what they should have been, in the same order.

    Returns:
        Insertions, deletions and substitutions over the number of wanted symbols. It may be above 1.

    Raises:
        ValueError: if there are not as many outputs as wanted, or nothing was wanted.
    """
    pairs = list(zip(said, wanted, strict=True))
    length = sum(len(want) for _, want in pairs)
    if not length:
        raise ValueError("there are no symbols to count the errors of")
    return sum(_changes(have, want) for have, want in pairs) / length


def _changes(have, want):
    best = list(range(len(want) + 1))
    for i, symbol in enumerate(have, 1):
        corner, best[0] = best[0], i
        for j, other in enumerate(want, 1):
            here = min(corner + (symbol != other), best[j] + 1, best[j - 1] + 1)
            corner, best[j] = best[j], here
    return best[-1]
