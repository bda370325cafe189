"""The reference of vanishing_exploding against autograd, finite differences and long products."""

from pathlib import Path

import numpy as np
import pytest
import torch

from unrolled.exercise import read_topic

ROOT = Path(__file__).parents[2]
T, B, D, H = 7, 3, 2, 5


@pytest.fixture(scope="module")
def solution():
    return read_topic("vanishing_exploding", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def network(rng):
    """Return a step of a tanh network in PyTorch, its W_hh, inputs and the first state."""
    W_xh, W_hh, b_h = rng.normal(size=(D, H)), 0.7 * rng.normal(size=(H, H)), rng.normal(size=H)
    xs, h0 = rng.normal(size=(T, B, D)), rng.uniform(-0.9, 0.9, size=(B, H))
    drive = torch.tensor(xs @ W_xh + b_h)

    def states(h, W):
        found = []
        for a in drive:
            h = torch.tanh(a + h @ W)
            found.append(h)
        return found

    return states, W_hh, h0


def test_jacobian_is_that_of_autograd(solution, network):
    states, W_hh, h0 = network
    W = torch.tensor(W_hh)
    h1 = states(torch.tensor(h0), W)[0].numpy()
    got = solution["jacobian"](h1, W_hh)

    def first_step(h):
        return states(h, W)[0]

    every = torch.autograd.functional.jacobian(first_step, torch.tensor(h0)).numpy()
    for b in range(B):  # PyTorch has outputs first, then inputs, for every pair of sequences
        np.testing.assert_allclose(got[b], every[b, :, b, :].T, atol=1e-12)


def test_grad_norm_by_lag_is_the_size_of_autograds_gradients(solution, network, rng):
    states, W_hh, h0 = network
    h0_leaf = torch.tensor(h0, requires_grad=True)
    hs, dh = states(h0_leaf, torch.tensor(W_hh)), rng.normal(size=(B, H))
    gradients = torch.autograd.grad((hs[-1] * torch.tensor(dh)).sum(), [*hs[::-1], h0_leaf])
    expected = np.array([np.sqrt((g.numpy() ** 2).sum(axis=1)) for g in gradients])
    values = np.array([h.detach().numpy() for h in hs])
    np.testing.assert_allclose(solution["grad_norm_by_lag"](values, W_hh, dh), expected, rtol=1e-10)


def test_weight_grad_by_lag_is_the_gradient_of_each_copy_of_the_weights(solution, network, rng):
    states, W_hh, h0 = network
    values = np.array([h.numpy() for h in states(torch.tensor(h0), torch.tensor(W_hh))])
    dh = rng.normal(size=(B, H))
    got = solution["weight_grad_by_lag"](values, h0, W_hh, dh)

    W = torch.tensor(W_hh, requires_grad=True)
    (states(torch.tensor(h0), W)[-1] * torch.tensor(dh)).sum().backward()
    np.testing.assert_allclose(got.sum(axis=0), W.grad.numpy(), atol=1e-12)

    hair = 1e-6  # a copy of W_hh for each step, of which one entry moves
    for lag, j, k in ((0, 1, 2), (3, 4, 0), (T - 1, 2, 2)):
        ends = []
        for sign in (1, -1):
            h = states(torch.tensor(h0), torch.tensor(W_hh))
            before = torch.tensor(h0) if lag == T - 1 else h[T - 2 - lag]
            moved = torch.tensor(W_hh)
            moved[j, k] += sign * hair
            drive = torch.atanh(h[T - 1 - lag]) - before @ torch.tensor(W_hh)
            state = torch.tanh(drive + before @ moved)
            for t in range(T - lag, T):
                drive = torch.atanh(h[t]) - h[t - 1] @ torch.tensor(W_hh)
                state = torch.tanh(drive + state @ torch.tensor(W_hh))
            ends.append((state.numpy() * dh).sum())
        assert got[lag, j, k] == pytest.approx((ends[0] - ends[1]) / (2 * hair), abs=1e-7)


def test_horizon_of_a_pure_power_is_that_of_the_formula(solution):
    factors = np.array([0.5, 0.9, 0.97, 1.0, 1.1])
    norms = 3.0 * factors ** np.arange(61)[:, None]
    assert solution["horizon"](norms, 0.05).tolist() == [4, 28, 60, 60, 60]
    assert np.floor(np.log(0.05) / np.log(factors[:2])).tolist() == [4, 28]


def test_horizon_waits_for_a_norm_that_comes_back(solution):
    norms = np.array([[2.0], [0.1], [0.1], [1.5], [0.1]])
    assert solution["horizon"](norms, 0.5).tolist() == [3]


@pytest.mark.parametrize("radius", [0.3, 1.0, 2.5])
def test_scale_to_radius_decides_how_powers_grow(solution, rng, radius):
    W = solution["scale_to_radius"](rng.normal(size=(H, H)), radius)
    size, powers = np.eye(H), 400
    log = 0.0
    for _ in range(powers):
        size = size @ W
        log += np.log(np.linalg.norm(size))
        size /= np.linalg.norm(size)
    assert np.exp(log / powers) == pytest.approx(radius, rel=0.02)  # Gelfand's formula


def test_orthogonal_matrix_is_orthogonal_and_its_triangle_has_a_positive_diagonal(solution, rng):
    for n in (2, 5, 9):
        A = rng.normal(size=(n, n))
        Q = solution["orthogonal_matrix"](A)
        np.testing.assert_allclose(Q @ Q.T, np.eye(n), atol=1e-12)
        R = Q.T @ A
        np.testing.assert_allclose(R, np.triu(R), atol=1e-12)
        assert (np.diag(R) > 0).all()


def test_orthogonal_matrix_treats_all_directions_alike(solution, rng):
    """The first two entries of the diagonal are even in sign, which raw QR's are not."""
    draws = rng.normal(size=(2000, 2, 2))
    diagonal = np.array([np.diag(solution["orthogonal_matrix"](A)) for A in draws])
    raw = np.array([np.diag(np.linalg.qr(A)[0]) for A in draws])
    assert np.abs((diagonal > 0).mean(axis=0) - 0.5).max() < 0.05
    assert np.abs((raw > 0).mean(axis=0) - 0.5).max() > 0.2


@pytest.mark.parametrize(
    ("W", "linear", "tanh"),
    [
        ([[0.5, 0.2], [0.1, 0.5]], "vanishes", "vanishes"),
        ([[0.9, 5.0], [0.0, 0.9]], "vanishes", "undecided"),
        ([[3.0, -3.0], [3.0, -3.0]], "vanishes", "undecided"),
        ([[0.0, -1.2], [1.2, 0.0]], "explodes", "undecided"),
        ([[-1.5, 0.0], [0.0, 0.3]], "explodes", "undecided"),
        ([[0.0, -1.0], [1.0, 0.0]], "undecided", "undecided"),
        ([[1.0, 1.0], [0.0, 1.0]], "undecided", "undecided"),
    ],
)
def test_classify_dynamics_is_what_many_steps_do(solution, W, linear, tanh):
    W = np.array(W)
    assert solution["classify_dynamics"](W, "linear") == linear
    assert solution["classify_dynamics"](W, "tanh") == tanh
    size = np.linalg.norm(np.linalg.matrix_power(W, 600), 2)
    bounds = {"vanishes": (0, 1e-12), "explodes": (1e12, np.inf), "undecided": (0.9, 1e3)}
    low, high = bounds[linear]
    assert low <= size <= high


def test_classify_dynamics_claims_for_tanh_hold_under_any_input(solution, rng):
    W = np.linalg.qr(rng.normal(size=(H, H)))[0] * 0.95
    assert solution["classify_dynamics"](W, "tanh") == "vanishes"
    for loud in (0.0, 0.3, 3.0):
        hs, h = [], np.zeros((B, H))
        for noise in rng.normal(size=(200, B, H)):
            h = np.tanh(h @ W + loud * noise)
            hs.append(h)
        norms = solution["grad_norm_by_lag"](np.array(hs), W, np.ones((B, H)))
        assert (norms[-1] <= norms[0] * 0.95**200 * (1 + 1e-9)).all()
