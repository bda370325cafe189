"""The reference of lstm_backward against PyTorch's autograd, which was written by other people."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.learner.torch_weights import copy_weights
from unrolled.exercise import read_topic

ROOT = Path(__file__).parents[2]
T, B, D, H, K = 7, 3, 4, 5, 2
NAMES = "W_xh", "W_hh", "b_h"


@pytest.fixture
def solution():
    return read_topic("lstm_backward", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(17)


@pytest.fixture
def network(rng):
    """Return xs, h0, c0 and params."""
    params = {
        "W_xh": rng.normal(size=(D, 4 * H)),
        "W_hh": rng.normal(size=(H, 4 * H)),
        "b_h": rng.normal(size=4 * H),
    }
    h0, c0 = rng.uniform(-0.9, 0.9, size=(B, H)), rng.normal(size=(B, H))
    return rng.normal(size=(T, B, D)), h0, c0, params


def leaf(array):
    return torch.tensor(array, requires_grad=True)


def same(got, wanted):
    for mine, theirs in zip(got, wanted, strict=True):
        np.testing.assert_allclose(mine, np.asarray(theirs), rtol=1e-9, atol=1e-11)


def split(a):
    """Return i, f, g, o of a pre-activation, as tensors."""
    i, f, g, o = torch.chunk(a, 4, dim=1)
    return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


def weight_grads(layer):
    """Return the gradients of a layer of PyTorch in our shapes; both of its biases have the same."""
    return layer.weight_ih_l0.grad.T, layer.weight_hh_l0.grad.T, layer.bias_ih_l0.grad


def test_lstm_forward_is_the_layer_of_pytorch(solution, network):
    xs, h0, c0, params = network
    layer = copy_weights(torch.nn.LSTM(D, H, dtype=torch.float64), params, "_l0")
    out, (_, c_n) = layer(torch.tensor(xs), (torch.tensor(h0)[None], torch.tensor(c0)[None]))
    hs, cs, gates = solution["lstm_forward"](xs, h0, c0, params)
    same((hs, cs[-1]), (out.detach(), c_n[0].detach()))
    a = xs[0] @ params["W_xh"] + h0 @ params["W_hh"] + params["b_h"]
    same((gates[0],), (torch.cat(split(torch.tensor(a)), dim=1),))


def test_cell_grad_is_the_gradient_where_both_paths_meet(solution, rng):
    dh, dc, o, c = rng.normal(size=(4, B, H))
    given = leaf(c)
    shown = torch.tensor(o) * torch.tanh(given)
    ((shown * torch.tensor(dh)).sum() + (given * torch.tensor(dc)).sum()).backward()
    same((solution["cell_grad"](dh, dc, o, c),), (given.grad,))


def test_gate_grads_is_the_gradient_at_the_pre_activations(solution, rng):
    a, (c_before, dh, dc) = leaf(rng.normal(size=(B, 4 * H))), rng.normal(size=(3, B, H))
    i, f, g, o = split(a)
    c = f * torch.tensor(c_before) + i * g
    # dc is the whole gradient at c: what h sends there is in it, so h may send nothing on its own.
    shown = o * torch.tanh(c.detach())
    ((shown * torch.tensor(dh)).sum() + (c * torch.tensor(dc)).sum()).backward()
    gates = torch.cat([i, f, g, o], dim=1).detach().numpy()
    same((solution["gate_grads"](dh, dc, gates, c_before, c.detach().numpy()),), (a.grad,))


def test_lstm_step_backward_is_the_gradient_of_one_step(solution, network, rng):
    xs, h0, c0, params = network
    given = {name: leaf(array) for name, array in {**params, "h": h0, "c": c0}.items()}
    i, f, g, o = split(
        torch.tensor(xs[0]) @ given["W_xh"] + given["h"] @ given["W_hh"] + given["b_h"]
    )
    c = f * given["c"] + i * g
    h = o * torch.tanh(c)
    dh, dc = rng.normal(size=(2, B, H))
    ((h * torch.tensor(dh)).sum() + (c * torch.tensor(dc)).sum()).backward()
    _, (after,), (gates,) = solution["lstm_forward"](xs[:1], h0, c0, params)
    got = solution["lstm_step_backward"](dh, dc, xs[0], h0, c0, after, gates, params)
    same(got, [given[name].grad for name in ("h", "c", *NAMES)])


@pytest.mark.parametrize("steps", [1, 2, T])
def test_lstm_backward_is_the_gradient_of_the_layer_of_pytorch(solution, network, rng, steps):
    xs, h0, c0, params = network
    xs = xs[:steps]
    layer = copy_weights(torch.nn.LSTM(D, H, dtype=torch.float64), params, "_l0")
    start = leaf(h0[None]), leaf(c0[None])
    out, _ = layer(torch.tensor(xs), start)
    dhs = rng.normal(size=out.shape)
    (out * torch.tensor(dhs)).sum().backward()
    states = solution["lstm_forward"](xs, h0, c0, params)
    got = solution["lstm_backward"](dhs, xs, h0, c0, *states, params)
    same(got, (start[0].grad[0], start[1].grad[0], *weight_grads(layer)))


def readout_case(solution, network, rng, steps):
    """Return the arguments of mended_backward, and what autograd gives."""
    xs, h0, c0, params = network
    xs = xs[:steps]
    W_hy, b_y = rng.normal(size=(H, K)), rng.normal(size=K)
    layer = copy_weights(torch.nn.LSTM(D, H, dtype=torch.float64), params, "_l0")
    out, _ = layer(torch.tensor(xs), (torch.tensor(h0)[None], torch.tensor(c0)[None]))
    ys = out @ torch.tensor(W_hy) + torch.tensor(b_y)
    dys = rng.normal(size=ys.shape)
    (ys * torch.tensor(dys)).sum().backward()
    states = solution["lstm_forward"](xs, h0, c0, params)
    return (dys, xs, h0, c0, *states, {**params, "W_hy": W_hy, "b_y": b_y}), weight_grads(layer)


@pytest.mark.parametrize("steps", [1, T])
def test_mended_backward_is_the_gradient_of_a_network_with_a_readout(solution, network, rng, steps):
    args, wanted = readout_case(solution, network, rng, steps)
    same(solution["mended_backward"](*args), wanted)


MENDED = {
    "dh": ('dh = dys[t] @ params["W_hy"].T', 'dh = dh + dys[t] @ params["W_hy"].T'),
    "parentheses": (
        "dc_later * g + shown * g * i * (1 - i)",
        "(dc_later + shown) * g * i * (1 - i)",
    ),
    "sigmoid": ("sigmoid(f) * (1 - sigmoid(f))", "f * (1 - f)"),
    "tanh": ("(1 - np.tanh(g) ** 2)", "(1 - g**2)"),
    "dc": ("shown * f\n", "(dc_later + shown) * f\n"),
}


@pytest.mark.parametrize("left", [*MENDED, None])
def test_the_suspect_has_exactly_five_mistakes(solution, network, rng, left):
    """With all five places mended it is right; with any one of them left it is not."""
    source = read_topic("lstm_backward", ROOT).cell("given", "suspect").source
    for name, (old, new) in MENDED.items():
        assert source.count(old) == 1
        if name != left:
            source = source.replace(old, new)
    exec(source, solution)
    args, wanted = readout_case(solution, network, rng, T)
    got = solution["suspect_backward"](*args)
    if left is None:
        same(got, wanted)
    else:
        assert max(np.abs(a - np.asarray(b)).max() for a, b in zip(got, wanted, strict=True)) > 1e-2


def test_adding_batch_marks_one_number_in_each_half_and_has_the_mean_and_variance_of_two(
    solution, rng
):
    values, u = rng.uniform(size=(20, 40_000)), rng.uniform(size=(2, 40_000))
    xs, targets = solution["adding_batch"](values, u)
    np.testing.assert_array_equal(xs[:, :, 0], values)
    marks = xs[:, :, 1]
    np.testing.assert_array_equal(marks[:10].sum(axis=0), 1)
    np.testing.assert_array_equal(marks[10:].sum(axis=0), 1)
    np.testing.assert_allclose(marks.mean(axis=1), 0.1, atol=0.01)
    by_loop = [sum(v for v, m in row if m) for row in xs[:, :100].swapaxes(0, 1)]
    np.testing.assert_allclose(targets[:100], by_loop)
    assert targets.mean() == pytest.approx(1, abs=0.02)
    assert targets.var() == pytest.approx(1 / 6, abs=0.01)
