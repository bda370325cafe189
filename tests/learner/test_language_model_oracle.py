"""The reference of language_model against PyTorch and against slow, obvious loops."""

import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from unrolled.exercise import read_topic

ROOT = Path(__file__).parents[2]
T, B, V = 6, 3, 5


@pytest.fixture
def solution():
    return read_topic("language_model", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_perplexity_is_the_exponential_of_the_cross_entropy_of_pytorch(solution, rng):
    scores = torch.tensor(rng.normal(size=(30, V)))
    targets = torch.tensor(rng.integers(0, V, size=30))
    whole = F.cross_entropy(scores, targets).exp().item()
    parts = [slice(0, 4), slice(4, 11), slice(11, 30)]
    losses = np.array([F.cross_entropy(scores[p], targets[p]).item() for p in parts])
    counts = np.array([4, 7, 19])
    assert solution["perplexity"](losses, counts) == pytest.approx(whole, rel=1e-12)
    assert np.exp(losses).mean() > whole


def test_perplexity_is_the_geometric_mean_of_one_over_p(solution, rng):
    p = rng.uniform(0.05, 1, size=12)
    got = solution["perplexity"](-np.log(p), np.ones(12))
    assert got == pytest.approx(math.prod(1 / p) ** (1 / 12), rel=1e-12)


def test_bigram_nll_is_what_counting_by_hand_gives(solution, rng):
    train, valid = rng.integers(0, V, size=60).tolist(), rng.integers(0, V, size=25).tolist()
    alpha = 0.3
    total = 0.0
    for i in range(1, len(valid)):
        pair = sum(train[j - 1 : j + 1] == valid[i - 1 : i + 1] for j in range(1, len(train)))
        first = sum(symbol == valid[i - 1] for symbol in train[:-1])
        total -= math.log((pair + alpha) / (first + alpha * V))
    got = solution["bigram_nll"](np.array(train), np.array(valid), V, alpha)
    assert got == pytest.approx(total / (len(valid) - 1), rel=1e-12)


def test_bigram_nll_is_a_linear_layer_with_the_logarithms_of_counts(solution, rng):
    train, valid = rng.integers(0, V, size=80), rng.integers(0, V, size=20)
    pairs = Counter(zip(train.tolist(), train.tolist()[1:], strict=False))
    scores = torch.tensor([[math.log(pairs[j, k] + 2.0) for k in range(V)] for j in range(V)])
    expected = F.cross_entropy(scores[valid[:-1]].double(), torch.tensor(valid[1:])).item()
    got = solution["bigram_nll"](train, valid, V, 2.0)
    assert got == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("N", "B", "T"), [(61, 3, 4), (60, 3, 4), (9, 2, 4), (8, 2, 4), (23, 1, 5)]
)
def test_batch_streams_reads_every_stream_in_the_order_of_the_text(solution, N, B, T):
    inputs, targets = solution["batch_streams"](np.arange(N), B, T)
    n = (N - 1) // (B * T)
    assert inputs.shape == targets.shape == (n, T, B)
    np.testing.assert_array_equal(targets, inputs + 1)
    for b in range(B):
        stream = inputs[:, :, b].reshape(-1)
        np.testing.assert_array_equal(stream, np.arange(b * n * T, (b + 1) * n * T))


def test_a_state_carried_over_batches_is_that_of_the_streams_read_at_once(solution, rng):
    layer = torch.nn.RNN(V, 7, dtype=torch.float64)
    inputs, _ = solution["batch_streams"](rng.integers(0, V, size=100), 3, 4)
    one_hot = torch.eye(V, dtype=torch.float64)[torch.tensor(inputs)]
    whole, _ = layer(one_hot.reshape(-1, 3, V))
    h, states = None, []
    for xs in one_hot:
        hs, h = layer(xs, h)
        states.append(hs)
    torch.testing.assert_close(torch.cat(states), whole)


def loss_of_torch(ys, targets, mask):
    scores = torch.tensor(ys, requires_grad=True)
    right = torch.where(torch.tensor(mask) > 0, torch.tensor(targets), -100)
    loss = F.cross_entropy(scores.reshape(-1, scores.shape[2]), right.reshape(-1))
    loss.backward()
    return loss.item(), scores.grad.numpy()


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_temporal_softmax_loss_is_the_cross_entropy_of_pytorch(solution, rng, scale):
    ys, targets = scale * rng.normal(size=(T, B, V)), rng.integers(0, V, size=(T, B))
    mask = (rng.random((T, B)) < 0.6).astype(float)
    loss, dys = solution["temporal_softmax_loss"](ys, targets, mask)
    expected, gradient = loss_of_torch(ys, targets, mask)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(dys, gradient, rtol=0, atol=1e-14)


def test_temporal_softmax_loss_has_the_gradient_of_finite_differences(solution, rng):
    ys, targets = rng.normal(size=(T, B, V)), rng.integers(0, V, size=(T, B))
    mask = (np.arange(T)[:, None] < [6, 2, 4]).astype(float)
    _, dys = solution["temporal_softmax_loss"](ys, targets, mask)
    for index in np.ndindex(T, B, V):
        up, down = ys.copy(), ys.copy()
        up[index] += 1e-5
        down[index] -= 1e-5
        rise = [solution["temporal_softmax_loss"](y, targets, mask)[0] for y in (up, down)]
        assert dys[index] == pytest.approx((rise[0] - rise[1]) / 2e-5, abs=1e-9)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
def test_sample_draws_as_often_as_the_softmax_of_pytorch_says(solution, rng, temperature):
    scores = np.array([0.5, -1.0, 2.0, 0.0])
    n = 100_000
    u = (np.arange(n) + 0.5) / n  # evenly spread: no chance is left in the shares
    drawn = solution["sample"](np.broadcast_to(scores, (n, 4)), temperature, u)
    shares = np.bincount(drawn, minlength=4) / n
    expected = torch.softmax(torch.tensor(scores) / temperature, dim=0).numpy()
    np.testing.assert_allclose(shares, expected, atol=2 / n)


def test_sample_never_leaves_the_vocabulary(solution, rng):
    ys = rng.normal(size=(2000, 33))
    drawn = solution["sample"](ys, 0.7, np.full(2000, np.nextafter(1, 0)))
    assert drawn.max() == 32
    drawn = solution["sample"](100 * ys, 0.01, np.zeros(2000))
    assert (np.take_along_axis(ys, drawn[:, None], axis=1)[:, 0] > ys.max(axis=1) - 0.1).all()


def test_the_four_bugs_do_what_the_marking_says(solution, rng):
    """The listing is run as it stands, and again with one line mended at a time."""
    cells = read_topic("language_model", ROOT).cells
    (source,) = (c.source for c in cells if "Find the bugs" in c.source)
    listing = re.search(r"```python\n(.*?)```", source, re.S)[1]
    mended = {
        "axis": ("e.sum(axis=1, keepdims=True)", "e.sum(axis=2, keepdims=True)"),
        "base": ("2 ** -np.log(p_right).mean()", "np.exp(-np.log(p_right).mean())"),
    }
    W = np.linalg.qr(rng.normal(size=(V, V)))[0]
    text = [0]  # a text in which the model is often right, if it has a state
    for _ in range(300):
        text.append((text[-1] + 1) % V if rng.random() < 0.8 else int(rng.integers(V)))

    def model(xs, h):
        ys = []
        for x in xs:
            h = np.tanh(np.eye(V)[x] @ W + 0.5 * h)
            ys.append(np.log(0.05 + 0.8 * np.eye(V)[(x + 1) % V]) + np.abs(h).sum(axis=1)[:, None])
        return np.array(ys), h

    def score(*names, B=3):
        code = listing
        for name in names:
            assert code.count(mended[name][0]) == 1
            code = code.replace(*mended[name])
        space = {"np": np, "batch_streams": solution["batch_streams"]}
        exec(code, space)
        return space["score"](model, np.array(text), B=B, T=4, H=V)

    inputs, targets = solution["batch_streams"](np.array(text), 3, 4)
    losses = []
    for xs, right in zip(inputs, targets, strict=True):
        ys, _ = model(xs, np.zeros((3, V)))
        losses.append(solution["temporal_softmax_loss"](ys, right, np.ones((4, 3)))[0])
    best = solution["perplexity"](np.array(losses), np.ones(len(losses)))
    assert score("axis", "base") == pytest.approx(np.exp(losses).mean(), rel=1e-12)
    assert score("axis", "base") > best, "the mean of perplexities is too high"
    assert score("axis") < best, "the wrong base makes it too low"
    assert score("base", B=1) == 1, "a softmax over one stream makes every model perfect"
