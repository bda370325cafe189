"""The reference of remedies against PyTorch, finite differences and exact counting."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from unrolled.exercise import read_topic

ROOT = Path(__file__).parents[2]
B, D, H = 3, 2, 5


@pytest.fixture(scope="module")
def solution():
    return read_topic("remedies", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def network():
    """Return a layer with a readout, made from a fixed seed, and a function that gives its loss."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer = torch.nn.Sequential(torch.nn.Linear(D, H), torch.nn.Tanh(), torch.nn.Linear(H, 4))
        layer = layer.double()
        xs = torch.randn(4 * B, D, dtype=torch.float64)
        labels = torch.randint(0, 4, (4 * B,))

    def loss(rows=slice(None)):
        return 30 * torch.nn.functional.cross_entropy(layer(xs[rows]), labels[rows])

    return layer, loss


def grads_of(layer):
    return {name: weight.grad.numpy().copy() for name, weight in layer.named_parameters()}


@pytest.mark.parametrize("limit", [0.7, 1e3])
def test_clipping_is_that_of_pytorch(solution, network, limit):
    layer, loss = network
    loss().backward()
    clipped, norm = solution["clip_global_norm"](grads_of(layer), limit)
    theirs = torch.nn.utils.clip_grad_norm_(layer.parameters(), limit)  # divides by norm + 1e-6
    assert norm == pytest.approx(theirs.item())
    assert solution["global_norm"](clipped) == pytest.approx(min(norm, limit))
    for name, grad in grads_of(layer).items():
        np.testing.assert_allclose(clipped[name], grad, rtol=1e-5)


def test_clipping_keeps_the_direction_and_zeros(solution, rng):
    grads = {"W": rng.normal(size=(D, H)), "b": rng.normal(size=H)}
    clipped, norm = solution["clip_global_norm"](grads, 0.5)
    before, after = (np.concatenate([v["W"].ravel(), v["b"]]) for v in (grads, clipped))
    assert before @ after == pytest.approx(norm * 0.5)  # the cosine is 1
    zeros = {name: np.zeros_like(grad) for name, grad in grads.items()}
    clipped, norm = solution["clip_global_norm"](zeros, 0.5)
    assert norm == 0
    assert not any(grad.any() for grad in clipped.values())


def test_a_clipped_step_from_parts_is_that_of_pytorch_on_the_whole_batch(solution, network):
    layer, loss = network
    params = {name: w.detach().numpy().copy() for name, w in layer.named_parameters()}
    parts = []
    for k in range(4):
        layer.zero_grad()
        loss(slice(k * B, (k + 1) * B)).backward()
        parts.append(grads_of(layer))
    new, norm = solution["clipped_step"](params, parts, 0.7, 0.2)

    layer.zero_grad()
    loss().backward()
    theirs = torch.nn.utils.clip_grad_norm_(layer.parameters(), 0.7)
    with torch.no_grad():
        for weight in layer.parameters():
            weight -= 0.2 * weight.grad
    assert norm == pytest.approx(theirs.item())
    for name, weight in layer.named_parameters():
        np.testing.assert_allclose(new[name], weight.detach().numpy(), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (1, 4)])
def test_orthogonal_init_is_that_of_pytorch_for_the_same_numbers(solution, shape):
    first, second = (torch.Generator().manual_seed(3) for _ in range(2))
    n, m = shape
    # PyTorch draws the matrix, and transposes it if it is wide.
    A = torch.empty(n, m, dtype=torch.float64).normal_(generator=first).numpy()
    theirs = torch.empty(n, m, dtype=torch.float64)
    torch.nn.init.orthogonal_(theirs, gain=1.7, generator=second)
    np.testing.assert_allclose(solution["orthogonal_init"](A, 1.7), theirs.numpy(), atol=1e-12)


def test_orthogonal_init_has_no_favourite_direction(solution, rng):
    """The trace of a Haar-distributed matrix has mean 0 and variance 1; without signs it has not."""
    draws = rng.normal(size=(2000, 4, 4))
    traces = np.array([np.trace(solution["orthogonal_init"](A, 1.0)) for A in draws])
    assert abs(traces.mean()) < 0.1
    assert traces.var() == pytest.approx(1, abs=0.15)
    raw = np.array([np.trace(np.linalg.qr(A)[0]) for A in draws])
    assert abs(raw.mean()) > 0.5


def test_irnn_init_copies_the_state_and_its_gradient(solution, rng):
    params = solution["irnn_init"](rng.normal(size=(D, H)), 1.0, 0.001)
    weights = {name: torch.tensor(value) for name, value in params.items()}
    h0 = torch.tensor(rng.uniform(0.1, 1, size=(B, H)), requires_grad=True)
    h = h0
    for _ in range(50):
        h = torch.relu(torch.zeros(B, D).double() @ weights["W_xh"] + h @ weights["W_hh"])
    dh = torch.tensor(rng.normal(size=(B, H)))
    h.backward(dh)
    np.testing.assert_allclose(h.detach().numpy(), h0.detach().numpy())
    np.testing.assert_allclose(h0.grad.numpy(), dh.numpy())
    many = solution["irnn_init"](rng.normal(size=(200, 300)), 0.5, 0.001)
    assert many["W_xh"].std() == pytest.approx(0.001, rel=0.02)
    assert not many["b_h"].any()


@pytest.mark.parametrize("T", [20, 50])
def test_temporal_order_batch_has_two_marks_in_their_ranges_all_over_them(solution, rng, T):
    many = 4000
    marks, u = rng.integers(0, 2, size=(2, many)), rng.uniform(size=(2, many))
    symbols = rng.integers(2, 6, size=(T, many))
    xs, labels = solution["temporal_order_batch"](symbols, marks, u)
    assert (xs.sum(axis=2) == 1).all()
    marked = xs[:, :, :2].sum(axis=2)
    assert (marked.sum(axis=0) == 2).all()
    early, late = range(T // 10, 2 * T // 10), range(4 * T // 10, 5 * T // 10)
    counts = marked.sum(axis=1)
    assert set(np.flatnonzero(counts)) == {*early, *late}
    assert counts[counts > 0].min() > 0.8 * many * 10 / T, "each place as often as any other"
    for b in range(50):
        first, second = (int(xs[t, b, 1]) for t in np.flatnonzero(marked[:, b]))
        assert labels[b] == {(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 3}[first, second]


@pytest.mark.parametrize(("k", "n"), [(0, 6), (1, 6), (6, 6), (13, 20)])
def test_the_ends_of_wilsons_interval_are_where_the_test_of_a_share_turns(solution, k, n):
    """Wilson's ends are the true shares from which the observed one is z standard errors away."""
    losses = np.where(np.arange(n) < k, 0.0, np.nan)
    share, low, high = solution["solve_rate"](losses, 0.1, 1.96)
    assert share == pytest.approx(k / n)
    for end in (low, high):
        distance = abs(share - end)
        assert distance == pytest.approx(1.96 * math.sqrt(max(end * (1 - end), 0) / n), abs=1e-7)
    assert -1e-12 <= low <= share <= high <= 1 + 1e-12


def test_wilsons_interval_covers_the_true_share_about_as_often_as_it_says(solution):
    """Counted exactly, over all outcomes of six seeds; the elementary interval is far off."""

    def coverage(interval, p, n=6):
        total = 0.0
        for k in range(n + 1):
            low, high = interval(k, n)
            if low <= p <= high:
                total += math.comb(n, k) * p**k * (1 - p) ** (n - k)
        return total

    def wilson(k, n):
        return solution["solve_rate"](np.arange(n, dtype=float), k - 0.5, 1.96)[1:]

    def elementary(k, n):
        half = 1.96 * math.sqrt(k / n * (1 - k / n) / n)
        return k / n - half, k / n + half

    shares = np.linspace(0.05, 0.95, 91)
    assert np.mean([coverage(wilson, p) for p in shares]) == pytest.approx(0.95, abs=0.02)
    assert np.mean([coverage(elementary, p) for p in shares]) < 0.85
