"""The reference of lstm_gates against PyTorch, which was written by other people."""

import numpy as np
import pytest
import torch

from tests.learner.torch_weights import copy_weights

T, B, D, H = 7, 3, 4, 5


@pytest.fixture
def solution(lstm_gates):
    return lstm_gates.exercise.load()


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def params(rng):
    return {
        "W_xh": rng.normal(size=(D, 4 * H)),
        "W_hh": rng.normal(size=(H, 4 * H)),
        "b_h": rng.normal(size=4 * H),
    }


def test_lstm_step_is_the_cell_of_pytorch(solution, params, rng):
    x, h, c = rng.normal(size=(B, D)), rng.normal(size=(B, H)), rng.normal(size=(B, H))
    cell = copy_weights(torch.nn.LSTMCell(D, H, dtype=torch.float64), params)
    expected = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    for got, want in zip(solution["lstm_step"](x, h, c, params), expected, strict=True):
        np.testing.assert_allclose(got, want.detach().numpy(), rtol=0, atol=1e-12)


def test_lstm_forward_is_the_layer_of_pytorch(solution, params, rng):
    xs, h0, c0 = rng.normal(size=(T, B, D)), rng.normal(size=(B, H)), rng.normal(size=(B, H))
    layer = copy_weights(torch.nn.LSTM(D, H, dtype=torch.float64), params, "_l0")
    start = torch.tensor(h0)[None], torch.tensor(c0)[None]
    out, (h_n, c_n) = layer(torch.tensor(xs), start)
    hs, cs = solution["lstm_forward"](xs, h0, c0, params)
    np.testing.assert_allclose(hs, out.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(hs[-1], h_n[0].detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(cs[-1], c_n[0].detach().numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (3, 8), (10, 4)])
def test_lstm_param_count_is_that_of_pytorch(solution, inputs, units):
    for biases, layer in [
        (2, torch.nn.LSTM(inputs, units)),
        (0, torch.nn.LSTM(inputs, units, bias=False)),
    ]:
        count = sum(p.numel() for p in layer.parameters())
        assert solution["lstm_param_count"](inputs, units, biases) == count


def test_lstm97_step_is_an_lstm_whose_forget_gate_is_open(solution, rng):
    x, h, c = rng.normal(size=(B, D)), rng.normal(size=(B, H)), rng.normal(size=(B, H))
    three = {
        "W_xh": rng.normal(size=(D, 3 * H)),
        "W_hh": rng.normal(size=(H, 3 * H)),
        "b_h": rng.normal(size=3 * H),
    }
    four = {name: np.insert(w, [H] * H, 0.0, axis=-1) for name, w in three.items()}
    four["b_h"][H : 2 * H] = 50.0
    cell = copy_weights(torch.nn.LSTMCell(D, H, dtype=torch.float64), four)
    expected = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    for got, want in zip(solution["lstm97_step"](x, h, c, three), expected, strict=True):
        np.testing.assert_allclose(got, want.detach().numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("f", [0.05, 0.5, 0.9, 0.999])
def test_forget_half_life_halves_the_cell_state_of_a_layer_and_its_gradient(solution, f):
    """A cell of PyTorch that writes nothing, with forget gate f: autograd gives f to the T."""
    steps = solution["forget_half_life"](f)
    assert f**steps == pytest.approx(0.5)
    layer = torch.nn.LSTM(1, 1, dtype=torch.float64)
    zero = {"W_xh": np.zeros((1, 4)), "W_hh": np.zeros((1, 4)), "b_h": np.zeros(4)}
    copy_weights(layer, solution["set_forget_bias"](zero, np.log(f / (1 - f))), "_l0")
    c0 = torch.ones(1, 1, 1, dtype=torch.float64, requires_grad=True)
    length = int(np.ceil(steps))
    inputs = torch.zeros(length, 1, 1, dtype=torch.float64)
    _, (_, c_n) = layer(inputs, (torch.zeros_like(c0), c0))
    (gradient,) = torch.autograd.grad(c_n.sum(), c0)
    assert c_n.item() == pytest.approx(f**length)
    assert gradient.item() == pytest.approx(f**length)
    assert gradient.item() <= 0.5 + 1e-12 < f ** (length - 1) + 1e-9


def test_forget_half_life_of_an_open_gate_is_infinite_without_a_warning(solution):
    assert solution["forget_half_life"](1.0) == np.inf
    assert solution["forget_half_life"](np.array([0.5, 1.0])).tolist() == [1.0, np.inf]


def test_set_forget_bias_leaves_what_it_is_given(solution, params):
    before = {name: value.copy() for name, value in params.items()}
    solution["set_forget_bias"](params, 2.0)
    for name, value in params.items():
        np.testing.assert_array_equal(value, before[name])


def test_split_gates_does_not_overflow(solution):
    i, f, g, o = solution["split_gates"](np.array([[-1e4, 1e4, -1e4, 1e4]]))
    assert (i, f, g, o) == (0.0, 1.0, -1.0, 1.0)
