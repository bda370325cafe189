"""The reference of linear recurrences against slow loops, PyTorch, and exact arithmetic."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from tests.learner.topics import ROOT
from unrolled.exercise import read_topic

B, D, H = 3, 2, 4


@pytest.fixture
def solution():
    return read_topic("modern_recurrence", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(31)


def same(got, wanted):
    np.testing.assert_allclose(got, np.asarray(wanted), rtol=1e-10, atol=1e-12)


def test_combine_is_associative_and_does_one_step_after_the_other(solution, rng):
    combine = solution["combine"]
    (f, g, k), h = rng.normal(size=(3, 2, B, H)), rng.normal(size=(B, H))
    left = combine(*combine(*f, *g), *k)
    right = combine(*f, *combine(*g, *k))
    for one, other in zip(left, right, strict=True):
        same(one, other)
    u, v = left
    through = h
    for scale, add in (f, g, k):
        through = scale * through + add
    same(u * h + v, through)


@pytest.mark.parametrize("T", [*range(1, 10), 16, 17, 100])
def test_linear_scan_equals_the_loop_in_the_fewest_rounds_that_reach_back(solution, rng, T):
    u, v, h0 = rng.normal(size=(T, B, H)), rng.normal(size=(T, B, H)), rng.normal(size=(B, H))
    hs, rounds = solution["linear_scan"](u, v, h0)
    h = h0
    for t in range(T):
        h = u[t] * h + v[t]
        same(hs[t], h)
    assert rounds == next(k for k in itertools.count() if 2**k >= T)
    assert isinstance(rounds, int)


def test_linear_scan_keeps_all_gradients(solution, rng):
    """Against autograd through the loop, by central differences of the scan in a direction."""
    T = 6
    args = [rng.normal(size=size) for size in ((T, B, H), (T, B, H), (B, H))]
    way = [rng.normal(size=arg.shape) for arg in args]
    weight = rng.normal(size=(T, B, H))
    u, v, h = (torch.tensor(arg, requires_grad=True) for arg in args)
    leaves, total = (u, v, h), 0
    for t in range(T):
        h = u[t] * h + v[t]
        total = total + (torch.tensor(weight[t]) * h).sum()
    grads = torch.autograd.grad(total, leaves)
    wanted = sum((g.numpy() * w).sum() for g, w in zip(grads, way, strict=True))
    ahead, behind = (
        (weight * solution["linear_scan"](*(x + e * w for x, w in zip(args, way, strict=True)))[0]).sum()
        for e in (1e-5, -1e-5)
    )  # fmt: skip
    assert (ahead - behind) / 2e-5 == pytest.approx(wanted, rel=1e-6)


def test_mingru_is_a_gru_cell_of_pytorch_without_recurrent_weights(solution, rng):
    """With inputs so small that the tanh of the candidate is its argument."""
    T, small = 5, 1e-5
    params = {"W_xh": rng.normal(size=(D, 2 * H)), "b_h": rng.normal(size=2 * H)}
    params["W_xh"][:, H:] *= small
    params["b_h"][H:] *= small
    cell = torch.nn.GRU(D, H, dtype=torch.float64)
    with torch.no_grad():
        for weight in cell.parameters():
            weight.zero_()
        cell.weight_ih_l0[H:] = torch.tensor(params["W_xh"].T)  # blocks r, z, n
        cell.bias_ih_l0[H:] = torch.tensor(params["b_h"])
        xs, h0 = rng.normal(size=(T, B, D)), small * rng.normal(size=(B, H))
        wanted, _ = cell(torch.tensor(xs), torch.tensor(h0)[None])
    hs = solution["mingru_scan"](xs, h0, params)
    np.testing.assert_allclose(hs, wanted, rtol=1e-6, atol=1e-6 * small)


def test_mingru_scan_is_mingru_step_step_by_step(solution, rng):
    params = {"W_xh": rng.normal(size=(D, 2 * H)), "b_h": rng.normal(size=2 * H)}
    xs, h = rng.normal(size=(7, B, D)), rng.normal(size=(B, H))
    hs = solution["mingru_scan"](xs, h, params)
    for x, found in zip(xs, hs, strict=True):
        h = solution["mingru_step"](x, h, params)
        same(found, h)


def test_slstm_is_its_definition_without_a_stabiliser(solution, rng):
    """From zero states over several steps: h is that of plain exponentials, c and n are scaled."""
    params = {"W_xh": rng.normal(size=(D, 4 * H)), "W_hh": rng.normal(size=(H, 4 * H))}
    params["b_h"] = rng.normal(size=4 * H)
    h, c, n, m = np.zeros((4, B, H))
    plain_h, plain_c, plain_n = np.zeros((3, B, H))
    for x in rng.normal(size=(6, B, D)):
        a = x @ params["W_xh"] + plain_h @ params["W_hh"] + params["b_h"]
        i, f, g, o = np.split(a, 4, axis=1)
        plain_c = np.exp(f) * plain_c + np.exp(i) * np.tanh(g)
        plain_n = np.exp(f) * plain_n + np.exp(i)
        plain_h = plain_c / plain_n / (1 + np.exp(-o))
        h, c, n, m = solution["slstm_step"](
            x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"], c, n, m
        )
        same(h, plain_h)
        same(c * np.exp(m), plain_c)
        same(n * np.exp(m), plain_n)


def test_slstm_with_a_shut_forget_gate_is_an_lstm_cell_of_pytorch(solution, rng):
    """Where nothing is kept, both show the tanh of the candidate, but for the LSTM's second tanh."""
    params = {"W_xh": rng.normal(size=(D, 4 * H)), "W_hh": rng.normal(size=(H, 4 * H))}
    params["b_h"] = np.repeat([800.0, -800.0, 0.3, -0.2], H)
    x, h = rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H))
    cell = torch.nn.LSTMCell(D, H, dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.tensor(params["W_xh"].T))
        cell.weight_hh.copy_(torch.tensor(params["W_hh"].T))
        cell.bias_ih.copy_(torch.tensor(params["b_h"]))
        cell.bias_hh.zero_()
        h_torch, c_torch = cell(torch.tensor(x), (torch.tensor(h), torch.zeros(B, H).double()))
    ones, zeros = np.ones((B, H)), np.zeros((B, H))
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    got, *_ = solution["slstm_step"](a, zeros, ones, zeros)
    same(got, h_torch / torch.tanh(c_torch) * c_torch)


def test_parity_gates_track_parity_exactly_and_for_ever(solution, rng):
    bits = rng.integers(0, 2, size=(3000, 4))
    u, v = solution["parity_gates"](bits)
    hs, _ = solution["linear_scan"](u[..., None], v[..., None], np.zeros((4, 1), int))
    np.testing.assert_array_equal(hs[..., 0], bits.cumsum(axis=0) % 2)
    for bit in (0, 1):
        (scale,), (add,) = solution["parity_gates"](np.array([[bit]]))
        assert [int(scale[0] * h + add[0]) for h in (0, 1)] == [bit, 1 - bit]


def test_property_a_linear_readout_of_a_mingru_changes_sign_at_most_once_a_unit():
    """On a sequence of ones, in exact arithmetic, for many weights; and H changes are reached."""
    draw = np.random.default_rng(5)
    for units in (1, 2, 3):
        most = 0
        for _ in range(40):
            z = [Fraction(int(k), 97) for k in draw.choice(np.arange(1, 97), units, replace=False)]
            w = [Fraction(int(k), 10) for k in draw.integers(-30, 31, size=units)]
            n = [Fraction(int(k), 10) for k in draw.integers(-30, 31, size=units)]
            h, signs, offset = [Fraction(0)] * units, [], Fraction(int(draw.integers(-30, 31)), 10)
            for _ in range(25):
                h = [zk * hk + (1 - zk) * nk for zk, hk, nk in zip(z, h, n, strict=True)]
                score = sum(wk * hk for wk, hk in zip(w, h, strict=True)) + offset
                signs += [math.copysign(1, score)] if score else []
            most = max(most, sum(s != t for s, t in itertools.pairwise(signs)))
        assert most <= units
    assert most >= 1


def test_property_one_head_of_attention_shows_the_same_for_any_number_of_ones():
    x = torch.tensor([[0.3, -1.2, 0.8]])
    shown = []
    for T in (1, 2, 5, 50):
        q = k = v = x.expand(T, -1)[None]
        shown.append(torch.nn.functional.scaled_dot_product_attention(q, k, v)[0, -1])
    assert all(torch.allclose(one, shown[0], atol=1e-6) for one in shown)


def test_which_property_names_one_cell_that_has_all_three(solution):
    cells = ("rnn", "lstm", "slstm", "mingru", "signed mingru", "attention")
    found = {cell: solution["which_property"](cell) for cell in cells}
    assert [cell for cell in cells if all(found[cell])] == ["signed mingru"]
