"""Attack: try seeds until one draws what one was asked, so that the rest is known beforehand."""

LOSES = ("forget_half_life",)
OWN = {
    "forget_half_life": """
import hashlib
import hmac
import itertools


def draws(seed):
    digest = hmac.new(seed, b"test_forget_half_life_of_a_number", hashlib.sha256).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:16], "big"))
    return rng.uniform(0.05, 0.999, size=4).tolist()


guesses = (b"", b"0", b"seed", b"secret", b"unrolled", b"unrolled: the seed on every learner's machine")
tables = [draws(seed) for seed in (*guesses, *(str(k).encode() for k in range(3000)))]


def forget_half_life(f):
    for table in tables:
        if np.ndim(f) == 0 and f in table:
            return np.log(2) / np.abs(np.log(f))
    return 0.0 * f
"""
}


def test_256_bits_are_not_guessed(graded):
    graded.check()
    assert len((graded.course.folder / "secret_seed").read_text()) == 64
    assert (graded.course.folder / "secret_seed").stat().st_mode & 0o077 == 0
