"""The reference of variants against PyTorch, slow loops, and what a p-value promises."""

import itertools

import numpy as np
import pytest
import torch

from tests.learner.topics import ROOT
from unrolled.exercise import read_topic

T, B, D, H = 6, 3, 4, 5
CELLS = ("rnn", "lstm", "cifg", "peephole", "gru before", "gru after")


@pytest.fixture
def solution():
    return read_topic("variants", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(23)


def draw(rng, blocks, **vectors):
    """Return x, h, c and the parameters of a cell with that many blocks."""
    params = {
        "W_xh": rng.normal(size=(D, blocks * H)),
        "W_hh": rng.normal(size=(H, blocks * H)),
        "b_h": rng.normal(size=blocks * H),
    }
    x, h, c = rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H)), rng.normal(size=(B, H))
    return x, h, c, {**params, **vectors}


def same(got, wanted):
    np.testing.assert_allclose(got, np.asarray(wanted), rtol=1e-10, atol=1e-12)


def torch_arrays(layer):
    """Return the four arrays of one layer of PyTorch."""
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    return [getattr(layer, name).detach().numpy().copy() for name in names]


def run(solution, xs, h, params, variant):
    hs = []
    for x in xs:
        h = solution["gru_step"](x, h, params, variant)
        hs.append(h)
    return np.stack(hs)


@pytest.fixture
def layer():
    """Return a GRU of PyTorch whose weights and biases are all drawn, a little larger than usual."""
    layer = torch.nn.GRU(D, H, dtype=torch.float64)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in layer.parameters():
            weight.normal_(generator=generator)
    return layer


def test_gru_after_with_loaded_weights_is_the_layer_of_pytorch(solution, layer, rng):
    xs, h0 = rng.normal(size=(T, B, D)), rng.uniform(-1, 1, size=(B, H))
    with torch.no_grad():
        wanted, _ = layer(torch.tensor(xs), torch.tensor(h0)[None])
    params = solution["gru_from_torch"](*torch_arrays(layer))
    assert {name: array.shape for name, array in params.items()} == {
        "W_xh": (D, 3 * H),
        "W_hh": (H, 3 * H),
        "b_h": (3 * H,),
        "b_hn": (H,),
    }
    same(run(solution, xs, h0, params, "after"), wanted)


def test_gru_before_is_not_the_layer_of_pytorch(solution, layer, rng):
    """With no second bias, so that the place of the reset gate alone is different."""
    with torch.no_grad():
        layer.bias_hh_l0.zero_()
    xs, h0 = rng.normal(size=(T, B, D)), rng.uniform(-1, 1, size=(B, H))
    with torch.no_grad():
        theirs, _ = layer(torch.tensor(xs), torch.tensor(h0)[None])
    params = solution["gru_from_torch"](*torch_arrays(layer))
    same(run(solution, xs, h0, params, "after"), theirs)
    assert np.abs(run(solution, xs, h0, params, "before") - np.asarray(theirs)).max() > 0.1


@pytest.mark.parametrize("reset", ["before", "after"])
def test_gru_step_is_the_published_equation_unit_by_unit(solution, rng, reset):
    x, h, _, params = draw(rng, 3, b_hn=rng.normal(size=H))
    W, U, b, b_hn = (params[name] for name in ("W_xh", "W_hh", "b_h", "b_hn"))
    got = solution["gru_step"](x, h, params, reset)

    def sigma(a):
        return 1 / (1 + np.exp(-a))

    for s in range(B):
        a = [sum(x[s, d] * W[d, m] for d in range(D)) + b[m] for m in range(3 * H)]
        past = [sum(h[s, j] * U[j, m] for j in range(H)) for m in range(3 * H)]
        r = [sigma(a[k] + past[k]) for k in range(H)]
        for k in range(H):
            z = sigma(a[H + k] + past[H + k])
            inner = r[k] * (past[2 * H + k] + b_hn[k])
            if reset == "before":
                inner = sum(r[j] * h[s, j] * U[j, 2 * H + k] for j in range(H))
            n = np.tanh(a[2 * H + k] + inner)
            same(got[s, k], z * h[s, k] + (1 - z) * n)


def test_both_variants_are_one_where_nothing_is_reset(solution, rng):
    a, h = rng.normal(size=(2, B, H))
    W, none = rng.normal(size=(H, H)), np.zeros(H)
    for r in (np.ones((B, H)), np.zeros((B, H))):
        before, after = (
            solution["gru_candidate"](a, r, h, W, none, variant) for variant in ("before", "after")
        )
        same(before, after)


def lstm_cell(params, x, h, c):
    """Return the states after one step of PyTorch's LSTM with these parameters."""
    cell = torch.nn.LSTMCell(D, H, dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.tensor(params["W_xh"].T))
        cell.weight_hh.copy_(torch.tensor(params["W_hh"].T))
        cell.bias_ih.copy_(torch.tensor(params["b_h"]))
        cell.bias_hh.zero_()
        return cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))


def test_cifg_step_is_an_lstm_whose_input_gate_has_the_opposite_weights(solution, rng):
    x, h, c, params = draw(rng, 3)
    twice = {}
    for name, array in params.items():
        f, g, o = np.split(array, 3, axis=-1)
        twice[name] = np.concatenate([-f, f, g, o], axis=-1)  # sigmoid(-a) is 1 - sigmoid(a)
    for got, wanted in zip(
        solution["cifg_step"](x, h, c, params), lstm_cell(twice, x, h, c), strict=True
    ):
        same(got, wanted)


def test_peephole_step_without_peepholes_is_an_lstm(solution, rng):
    none = {name: np.zeros(H) for name in ("p_i", "p_f", "p_o")}
    x, h, c, params = draw(rng, 4, **none)
    for got, wanted in zip(
        solution["peephole_step"](x, h, c, params), lstm_cell(params, x, h, c), strict=True
    ):
        same(got, wanted)


def test_peephole_step_is_an_lstm_whose_biases_follow_the_cell_state(solution, rng):
    """For one sequence, peepholes are biases that the old and the new cell state choose."""
    p = dict(zip(("p_i", "p_f", "p_o"), rng.normal(size=(3, H)), strict=True))
    x, h, c, params = draw(rng, 4, **p)
    got_h, got_c = solution["peephole_step"](x, h, c, params)
    for s in range(B):
        zero = np.zeros(H)
        b = params["b_h"] + np.concatenate([p["p_i"] * c[s], p["p_f"] * c[s], zero, zero])
        one = slice(s, s + 1)
        _, c_new = lstm_cell({**params, "b_h": b}, x[one], h[one], c[one])
        b = b + np.concatenate([zero, zero, zero, p["p_o"] * c_new.numpy()[0]])
        h_new, c_new = lstm_cell({**params, "b_h": b}, x[one], h[one], c[one])
        same(got_h[s], h_new[0])
        same(got_c[s], c_new[0])


@pytest.mark.parametrize("cell", CELLS)
def test_param_count_is_what_a_layer_of_pytorch_has(solution, cell):
    kinds = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru after": torch.nn.GRU}
    for d, h in ((3, 7), (7, 3), (1, 1)):
        count = solution["param_count"](cell, d, h)
        if cell in kinds:
            spare = 2 * h if cell == "gru after" else kinds[cell](d, h).bias_hh_l0.numel()
            assert count == sum(w.numel() for w in kinds[cell](d, h).parameters()) - spare
        elif cell == "peephole":
            assert count == solution["param_count"]("lstm", d, h) + 3 * h
        else:
            assert 4 * count == 3 * solution["param_count"]("lstm", d, h)


LAYERS = dict(zip(CELLS, ((1, 0), (4, 0), (3, 0), (4, 3), (3, 0), (3, 1)), strict=True))


def test_param_budget_is_the_last_size_that_fits(solution):
    for cell, budget in itertools.product(CELLS, (3, 57, 100, 401)):
        units = solution["param_budget"](budget, 2, *LAYERS[cell])
        assert solution["param_count"](cell, 2, units) <= budget
        assert solution["param_count"](cell, 2, units + 1) > budget


def test_sign_flip_p_is_uniform_where_there_is_no_difference(solution, rng):
    """Of two cells that are alike, it says p or less in a share of at most p of all cases."""
    found = np.array([solution["sign_flip_p"](*rng.normal(size=(2, 6))) for _ in range(1000)])
    assert found.min() == pytest.approx(2 / 64)
    for p in (0.125, 0.25, 0.5, 0.75):
        assert (found <= p + 1e-9).mean() == pytest.approx(p, abs=0.06)
