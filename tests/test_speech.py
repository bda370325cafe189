"""The loader of recordings, on WAV files that the tests write."""

import struct
import wave

import numpy as np
import pytest

from unrolled.speech import error_rate, read_folder, read_wav

RATE = 8000


def write(path, samples, width=2, rate=RATE):
    """Write samples from -1 to 1, (N,) or (N, channels), as a WAV file."""
    samples = np.atleast_2d(np.asarray(samples, dtype=float).T).T
    raw = samples * 127 + 128 if width == 1 else samples * 32767
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.round(raw).astype("u1" if width == 1 else "<i2").tobytes())
    return path


@pytest.fixture
def tone():
    return 0.8 * np.sin(2 * np.pi * 440 * np.arange(500) / RATE)


@pytest.mark.parametrize(("width", "error"), [(1, 0.02), (2, 1e-4)])
def test_samples_come_back_whatever_their_width(tmp_path, tone, width, error):
    got = read_wav(write(tmp_path / "a.wav", tone, width), RATE)
    assert got.shape == tone.shape
    assert np.abs(got - tone).max() < error


@pytest.mark.parametrize("width", [1, 2])
def test_silence_is_zero_and_the_lowest_sample_is_minus_one(tmp_path, width):
    path = write(tmp_path / "a.wav", np.zeros(5), width)
    assert (read_wav(path, RATE) == 0).all()
    raw = path.read_bytes()
    path.write_bytes(raw[: -5 * width] + 5 * (b"\x00" if width == 1 else struct.pack("<h", -32768)))
    assert (read_wav(path, RATE) == -1).all()


@pytest.mark.parametrize("width", [1, 2])
def test_channels_are_averaged_sample_by_sample(tmp_path, tone, width):
    both = np.stack([tone, -0.5 * tone], axis=1)
    got = read_wav(write(tmp_path / "a.wav", both, width), RATE)
    assert got.shape == tone.shape
    assert np.abs(got - 0.25 * tone).max() < 0.02


def test_another_rate_is_refused_with_both_rates(tmp_path, tone):
    path = write(tmp_path / "a.wav", tone, rate=16000)
    with pytest.raises(ValueError, match=r"a\.wav has 16000 samples a second, not 8000"):
        read_wav(path, RATE)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "ends before its header"), (b"hello, this is text", "RIFF"), (b"RIFF", "header")],
)
def test_a_file_that_is_no_recording_is_refused(tmp_path, content, said):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"a\.wav cannot be read as a WAV file: .*{said}"):
        read_wav(path, RATE)


@pytest.mark.parametrize("lost", [1, 2, 700])
def test_a_file_that_is_cut_short_is_refused(tmp_path, tone, lost):
    path = write(tmp_path / "a.wav", tone)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(ValueError, match=r"a\.wav is cut short: \d+ of 1000 bytes"):
        read_wav(path, RATE)


def test_a_file_without_samples_is_refused(tmp_path):
    path = write(tmp_path / "a.wav", np.zeros((0, 1)))
    with pytest.raises(ValueError, match=r"a\.wav has no samples"):
        read_wav(path, RATE)


def test_a_width_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(RATE)
        file.writeframes(bytes(30))
    with pytest.raises(ValueError, match=r"a\.wav has 24 bits a sample; 8 or 16"):
        read_wav(path, RATE)


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_wav(tmp_path / "a.wav", RATE)


def test_a_folder_gives_recordings_with_labels_from_names_and_folders(tmp_path, tone):
    (tmp_path / "seven").mkdir()
    write(tmp_path / "seven" / "0a7c.wav", tone)
    write(tmp_path / "4_ben_0.WAV", tone[:200])
    (tmp_path / "notes.txt").write_text("not a recording", encoding="utf-8")
    read = [(len(samples), label) for samples, label in read_folder(tmp_path, RATE)]
    assert read == [(200, "4"), (500, "seven")]
    named = [label for _, label in read_folder(tmp_path, RATE, label=lambda path: path.name)]
    assert named == ["4_ben_0.WAV", "0a7c.wav"]


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no WAV file"):
        next(read_folder(tmp_path, RATE))


def test_an_error_rate_counts_changes_for_each_wanted_symbol():
    assert error_rate(["1984", "12"], ["1994", "123"]) == 2 / 7
    assert error_rate([[1, 2, 3]], [[2, 3]]) == 1 / 2
    assert error_rate([""], ["ab"]) == 1
    assert error_rate(["kitten"], ["sitting"]) == 3 / 7


def test_an_error_rate_needs_something_wanted():
    with pytest.raises(ValueError, match="no symbols"):
        error_rate(["a"], [""])
    with pytest.raises(ValueError, match="zip"):
        error_rate(["a"], [])
