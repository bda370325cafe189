"""The reference of rnn_cell against PyTorch, which was written by other people."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.learner.torch_weights import copy_weights
from unrolled.exercise import read_topic

ROOT = Path(__file__).parents[2]
T, B, D, H, K = 7, 3, 4, 5, 2


@pytest.fixture
def solution():
    return read_topic("rnn_cell", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(12)


@pytest.fixture
def params(rng):
    return {
        "W_xh": rng.normal(size=(D, H)),
        "W_hh": rng.normal(size=(H, H)),
        "b_h": rng.normal(size=H),
    }


def test_rnn_step_is_the_cell_of_pytorch(solution, params, rng):
    x, h = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    cell = copy_weights(torch.nn.RNNCell(D, H, dtype=torch.float64), params)
    expected = cell(torch.tensor(x), torch.tensor(h)).detach().numpy()
    np.testing.assert_allclose(solution["rnn_step"](x, h, params), expected, rtol=0, atol=1e-12)


def test_rnn_forward_is_the_layer_of_pytorch(solution, params, rng):
    xs, h0 = rng.normal(size=(T, B, D)), rng.normal(size=(B, H))
    layer = copy_weights(torch.nn.RNN(D, H, dtype=torch.float64), params, "_l0")
    out, h_n = layer(torch.tensor(xs), torch.tensor(h0)[None])
    hs = solution["rnn_forward"](xs, h0, params)
    np.testing.assert_allclose(hs, out.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(hs[-1], h_n[0].detach().numpy(), rtol=0, atol=1e-12)


def test_rnn_forward_masked_ends_like_a_packed_sequence_of_pytorch(solution, params, rng):
    xs, h0 = rng.normal(size=(T, B, D)), rng.normal(size=(B, H))
    lengths = np.array([4, 7, 2])
    layer = copy_weights(torch.nn.RNN(D, H, dtype=torch.float64), params, "_l0")
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(xs), torch.tensor(lengths), enforce_sorted=False
    )
    out, h_n = layer(packed, torch.tensor(h0)[None])
    out, _ = torch.nn.utils.rnn.pad_packed_sequence(out)
    hs = solution["rnn_forward_masked"](xs, h0, params, lengths)
    np.testing.assert_allclose(hs[-1], h_n[0].detach().numpy(), rtol=0, atol=1e-12)
    for b, length in enumerate(lengths):
        real = out[:length, b].detach().numpy()
        np.testing.assert_allclose(hs[:length, b], real, rtol=0, atol=1e-12)
        assert np.ptp(hs[length - 1 :, b], axis=0).max() == 0


def test_rnn_forward_masked_of_an_empty_row_is_its_initial_state(solution, params, rng):
    xs, h0 = rng.normal(size=(T, B, D)), rng.normal(size=(B, H))
    hs = solution["rnn_forward_masked"](xs, h0, params, np.array([0, T, 1]))
    np.testing.assert_array_equal(hs[:, 0], np.broadcast_to(h0[0], (T, H)))


@pytest.mark.parametrize(("inputs", "units", "outputs"), [(1, 1, 1), (3, 8, 5), (10, 4, 2)])
def test_count_params_is_that_of_pytorch_with_one_bias_less(solution, inputs, units, outputs):
    layers = [torch.nn.RNN(inputs, units), torch.nn.Linear(units, outputs)]
    theirs = sum(p.numel() for layer in layers for p in layer.parameters())
    for steps in (1, 1000):
        assert solution["count_params"](steps, inputs, units, outputs) == theirs - units


def test_temporal_readout_is_the_linear_layer_of_pytorch(solution, rng):
    hs = rng.normal(size=(T, B, H))
    layer = torch.nn.Linear(H, K, dtype=torch.float64)
    W_hy, b_y = layer.weight.detach().numpy().T, layer.bias.detach().numpy()
    expected = layer(torch.tensor(hs)).detach().numpy()
    got = solution["temporal_readout"](hs, W_hy, b_y)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)


def test_parity_weights_run_in_the_layer_of_pytorch_for_ten_thousand_steps(solution, rng):
    weights = solution["parity_weights"]()
    units = len(weights["b_h"])
    layer = copy_weights(torch.nn.RNN(1, units, dtype=torch.float64), weights, "_l0")
    xs = rng.choice([-1.0, 1.0], size=(10_000, 2, 1))
    with torch.no_grad():
        hs = layer(torch.tensor(xs))[0].numpy()
    ys = solution["temporal_readout"](hs, weights["W_hy"], weights["b_y"])
    np.testing.assert_allclose(ys, np.cumprod(xs, axis=0), rtol=0, atol=1e-9)
    assert (np.abs(hs) == 1).all(), "with this gain the tanh rounds to exactly one"
