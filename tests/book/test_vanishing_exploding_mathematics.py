"""What the chapter on vanishing and exploding gradients and its quiz say that needs no page to run."""

import math
from pathlib import Path

import numpy as np
import pytest

from unrolled.quiz.items import read_items

ROOT = Path(__file__).parents[2]


def test_powers_lie_between_those_of_radius_and_norm():
    rng = np.random.default_rng(0)
    for _ in range(20):
        W = rng.normal(size=(5, 5))
        radius, norm = np.abs(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2)
        for n in (1, 2, 7, 30):
            size = np.linalg.norm(np.linalg.matrix_power(W, n), 2)
            assert radius**n <= size * (1 + 1e-9)
            assert size <= norm**n * (1 + 1e-9)


def test_the_bound_on_a_jacobian_holds_and_is_not_one_on_its_radius():
    rng = np.random.default_rng(1)
    W, grew = 3 * np.array([[1.0, -1.0], [1.0, -1.0]]), False
    for _ in range(200):
        slopes = rng.uniform(0, 1, size=2)
        J = W * slopes
        assert np.linalg.norm(J, 2) <= np.linalg.norm(W, 2) * slopes.max() * (1 + 1e-12)
        eigenvalues = np.sort(np.abs(np.linalg.eigvals(J)))
        np.testing.assert_allclose(eigenvalues, [0, 3 * abs(slopes[0] - slopes[1])], atol=1e-7)
        grew |= eigenvalues[1] > 1
    assert grew
    assert not (W @ W).any()


def test_conditions_the_network_of_radius_zero_goes_on_growing():
    """Thousands of steps from eight starts: the factor per step is above 1, and the same."""
    W, b = 3 * np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-1.5, 3.0])
    starts = np.random.default_rng(0).uniform(-1, 1, size=(8, 2))
    h, change, log = np.tanh(starts), np.tile([1.0, 0.3], (8, 1)), np.zeros(8)
    for t in range(3000):
        h = np.tanh(h @ W + b)
        change = (change @ W) * (1 - h**2)
        size = np.linalg.norm(change, axis=1, keepdims=True)
        change /= size
        log += np.log(size[:, 0]) * (t >= 500)
    factors = np.exp(log / 2500)
    assert factors.min() > 1.5
    assert np.ptp(factors) < 0.1


def test_numbers_in_the_quiz_are_right():
    items = {item.id: item for item in read_items("vanishing_exploding", ROOT)}
    left = items["one_percent"]
    assert left.options[left.right].text == str(round(math.log(0.1) / math.log(0.98)))
    for steps, share in ((34, 0.50), (45, 0.40), (50, 0.36)):
        said = next(o.says for o in left.options if f"{{{steps}}}" in o.says)
        assert f"{share:.2f}" in said
        assert 0.98**steps == pytest.approx(share, abs=0.006)
    reading = items["powers_of_a_triangle"]
    assert reading.options[reading.right].text.split() == ["True", "True", "False"]
    rest = 0.3
    derivative = 1.0
    for _ in range(100):
        rest = math.tanh(2 * rest)
        derivative *= 2 * (1 - rest**2)
    assert rest == pytest.approx(0.96, abs=0.005)
    assert derivative < 1e-60
