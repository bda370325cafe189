"""The reference of the exercise on time series against autograd, matrix powers and slow loops."""

import numpy as np
import pytest
import torch

from tests.learner.topics import ROOT
from unrolled.exercise import read_topic


@pytest.fixture
def solution():
    return read_topic("time_series", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(31)


def test_mase_of_the_seasonal_naive_forecast_within_the_training_part_is_one(solution, rng):
    x = rng.normal(size=30).cumsum()
    for m in (1, 4, 12):
        assert solution["mase"](x[:-m], x[m:], x, m) == pytest.approx(1)
        assert solution["mase"](x[:-m], x[m:], 7 * x, m) == pytest.approx(1 / 7)


def test_walk_forward_has_no_error_on_what_repeats_and_reads_nothing_later(solution, rng):
    season = rng.normal(size=4)
    errors = solution["walk_forward"](np.tile(season, 6), 4, 5, 6, 3)
    assert errors.shape == ((24 - 6 - 5) // 3 + 1, 6)
    np.testing.assert_allclose(errors, 0, atol=1e-12)
    x = rng.normal(size=20)
    one, other = (
        solution["walk_forward"](np.append(x, later), 3, 20, 1, 1)[0, 0] for later in (0.0, 5.0)
    )
    assert other - one == pytest.approx(5)  # the forecast is the same, whatever comes


def test_walk_forward_is_a_slow_loop(solution, rng):
    x = rng.normal(size=17)
    errors = solution["walk_forward"](x, 3, 5, 4, 2)
    for row, n in enumerate(range(5, 14, 2)):
        for k in range(4):
            same = [x[t] for t in range(n) if (n + k - t) % 3 == 0]
            assert errors[row, k] == pytest.approx(x[n + k] - sum(same) / len(same))


@pytest.mark.parametrize(("p", "k"), [(1, 1), (3, 1), (2, 5), (4, 3)])
def test_ar_fit_is_where_the_gradient_of_the_squares_is_zero(solution, rng, p, k):
    x = rng.normal(size=40).cumsum()
    w = torch.tensor(solution["ar_fit"](x, p, k), requires_grad=True)
    loss = torch.tensor(0.0, dtype=torch.float64)
    for end in range(p, len(x) - k + 1):  # the values before `end` are known
        forecast = w[:p] @ torch.tensor(x[end - p : end]) + w[p]
        loss = loss + (x[end + k - 1] - forecast) ** 2
    loss.backward()
    np.testing.assert_allclose(w.grad.numpy(), 0, atol=1e-8)


def test_ar_forecast_is_a_power_of_the_companion_matrix(solution, rng):
    p, K = 3, 6
    past, weights = rng.normal(size=9), rng.uniform(-0.5, 0.5, size=p + 1)
    companion = np.eye(p + 1, k=1)
    companion[p - 1], companion[p] = weights, np.eye(p + 1)[p]
    state = np.append(past[-p:], 1)
    powers = [np.linalg.matrix_power(companion, k) @ state for k in range(1, K + 1)]
    wanted = [after[p - 1] for after in powers]
    np.testing.assert_allclose(solution["ar_forecast"](past, weights, K), wanted)


def test_direct_vs_recursive_agree_at_the_first_step_and_on_a_series_without_noise(solution, rng):
    x = rng.normal(size=30).cumsum()
    direct, recursive = solution["direct_vs_recursive"](x, 3, 5)
    assert direct[0] == pytest.approx(recursive[0])
    assert np.abs(direct[1:] - recursive[1:]).min() > 1e-3
    wave = np.cos(0.7 * np.arange(40)) + 2  # obeys x_t = 2 cos(0.7) x_(t-1) - x_(t-2) + constant
    direct, recursive = solution["direct_vs_recursive"](wave, 2, 6)
    np.testing.assert_allclose(direct, np.cos(0.7 * np.arange(40, 46)) + 2, atol=1e-9)
    np.testing.assert_allclose(recursive, direct, atol=1e-9)


def test_pinball_loss_has_its_slope_and_its_minimum_where_theory_says(solution, rng):
    actual = rng.normal(size=41)
    for tau in (0.1, 0.5, 0.77):
        grid = np.sort(actual)  # the minimum is at one of the values
        losses = solution["pinball_loss"](np.tile(grid, (41, 1)), actual, np.full(41, tau))
        assert grid[losses.argmin()] == pytest.approx(np.quantile(actual, tau, method="higher"))
        q = torch.tensor(0.123, dtype=torch.float64, requires_grad=True)
        diff = torch.tensor(actual) - q
        torch.where(diff > 0, tau * diff, (tau - 1) * diff).mean().backward()
        assert q.grad.item() == pytest.approx((actual < 0.123).mean() - tau)
        value = solution["pinball_loss"](np.full((41, 1), 0.123), actual, np.array([tau]))
        torch_value = torch.where(diff > 0, tau * diff, (tau - 1) * diff).mean().item()
        assert value[0] == pytest.approx(torch_value)


def test_interval_coverage_of_normal_intervals_is_what_they_claim(solution, rng):
    actual = rng.normal(size=(4000, 2)) * [1, 3]
    ends = np.full((4000, 2), 1.2816) * [1, 3]
    coverage, width = solution["interval_coverage"](-ends, ends, actual)
    np.testing.assert_allclose(coverage, 0.8, atol=0.03)
    np.testing.assert_allclose(width, [2.5632, 7.6896])
