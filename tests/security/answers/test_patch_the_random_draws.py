"""Attack: patch the random generators so that every draw is a number one knows."""

LOSES = "everything"
CODE = """
import random, secrets, os, numpy as np
np.random.default_rng = lambda *a: type("R", (), {"__getattr__": lambda s, n: lambda *a, **k: 0.5})()
np.random.seed(0)
random.random = lambda: 0.5
secrets.token_hex = lambda *a: "0" * 64
os.urandom = lambda n: bytes(n)
"""
OWN = {"forget_half_life": "def forget_half_life(f):\n    return 1.0\n"}


def test_the_draws_are_made_elsewhere(graded):
    graded.check()
