"""The references of the exercise on PyTorch, held to PyTorch's own layers and to slow loops."""

import numpy as np
import pytest
import torch

from tests.learner.topics import ROOT
from tests.learner.torch_weights import copy_weights
from unrolled.exercise import read_topic

T, B, D, H = 7, 4, 3, 5


@pytest.fixture
def solution():
    return read_topic("pytorch_practice", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def lstm_in_numpy(xs, params):
    """Return the states of the exercise on gates, by its own reference."""
    lstm = read_topic("lstm_gates", ROOT).load()
    zero = np.zeros((xs.shape[1], len(params["W_hh"])))
    hs, _ = lstm["lstm_forward"](xs, zero, zero, params)
    return hs


def test_torch_weights_make_pytorch_compute_what_our_lstm_computes(solution, rng):
    shapes = {"W_xh": (D, 4 * H), "W_hh": (H, 4 * H), "b_h": 4 * H}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    xs = rng.normal(size=(T, B, D))
    layer = torch.nn.LSTM(D, H, dtype=torch.float64)
    weights = solution["torch_weights"](params)
    layer.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    with torch.no_grad():
        output, _ = layer(torch.tensor(xs))
    np.testing.assert_allclose(output.numpy(), lstm_in_numpy(xs, params), atol=1e-12)
    copied = copy_weights(torch.nn.LSTM(D, H, dtype=torch.float64), params, "_l0")
    for name, parameter in copied.state_dict().items():
        np.testing.assert_array_equal(weights[name], parameter)


def test_the_cell_that_compares_finds_no_difference(solution, capsys):
    solution["compare"]()
    assert float(capsys.readouterr().out.split(":")[1]) < 1e-12


def test_last_valid_and_hn_are_what_the_layer_gives_for_packed_rows(solution, rng):
    lengths = np.array([3, T, 1, 5])
    one = torch.nn.GRU(D, H, dtype=torch.float64)
    xs = torch.tensor(rng.normal(size=(T, B, D)))
    pack, pad = torch.nn.utils.rnn.pack_padded_sequence, torch.nn.utils.rnn.pad_packed_sequence
    states, h_n = one(pack(xs, torch.tensor(lengths), enforce_sorted=False))
    output, _ = pad(states)
    got = solution["last_valid"](output.detach().numpy(), lengths)
    np.testing.assert_array_equal(got, h_n[0].detach())


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_hn_from_output_is_what_a_bidirectional_layer_returns(solution, rng, kind):
    layer = getattr(torch.nn, kind)(D, H, bidirectional=True, dtype=torch.float64)
    output, final = layer(torch.tensor(rng.normal(size=(T, B, D))))
    h_n = final[0] if kind == "LSTM" else final
    got = solution["hn_from_output"](output.detach().numpy())
    np.testing.assert_array_equal(got, h_n.detach())


def test_run_packed_is_two_loops_in_numpy_row_by_row(solution, rng):
    lengths, theta = np.array([2, 5, 1, 4]), rng.normal(size=2 * H * (D + H + 2))
    xs = rng.normal(size=(T, B, D))
    output, h_n = solution["run_packed"](xs, lengths, theta, H)
    assert output.shape == (T, B, 2 * H)
    each = H * (D + H + 2)
    for b, n in enumerate(lengths):
        np.testing.assert_array_equal(output[n:, b], 0)
        for k, steps in enumerate((range(n), reversed(range(n)))):
            W_ih, W_hh, b_ih, b_hh = np.split(
                theta[k * each : (k + 1) * each], np.cumsum([H * D, H * H, H])
            )
            h = np.zeros(H)
            for t in steps:
                h = np.tanh(W_ih.reshape(H, D) @ xs[t, b] + W_hh.reshape(H, H) @ h + b_ih + b_hh)
                np.testing.assert_allclose(output[t, b, k * H : (k + 1) * H], h, atol=1e-12)
            np.testing.assert_allclose(h_n[k, b], h, atol=1e-12)


def test_carry_state_is_truncated_back_propagation_written_by_hand(solution, rng):
    chunks = [tuple(rng.normal(size=(2, steps, B, H))) for steps in (3, 1, 2)]
    h0, W_hh = rng.normal(size=(B, H)), rng.normal(size=(H, H))
    wanted, h = np.zeros_like(W_hh), h0
    for xs, targets in chunks:
        hs = [h]
        for x in xs:
            hs.append(np.tanh(x + hs[-1] @ W_hh))
        dh = 0
        for t in reversed(range(len(xs))):
            da = (dh + 2 * (hs[t + 1] - targets[t])) * (1 - hs[t + 1] ** 2)
            wanted += hs[t].T @ da
            dh = da @ W_hh.T
        h = hs[-1]
    np.testing.assert_allclose(solution["carry_state"](chunks, h0, W_hh), wanted, atol=1e-12)


def test_train_epoch_is_clipped_gradient_descent_written_by_hand(solution, rng):
    theta = rng.normal(size=H + 1)
    batches = [(rng.normal(size=(n, H)), rng.normal(size=n) + more) for n, more in ((3, 9), (6, 0))]
    wanted = theta.copy()
    for h, ys in batches:
        seen = np.hstack([2 * h * (np.arange(H) % 2), np.ones((len(h), 1))])
        grad = 2 * seen.T @ (seen @ wanted - ys) / len(ys)
        wanted -= 0.1 * grad * min(1, 5 / np.linalg.norm(grad))
    got = solution["train_epoch"](theta, batches, 0.1, 5.0)
    np.testing.assert_allclose(got, wanted, atol=1e-4)  # PyTorch adds 1e-6 to the norm
    assert np.abs(got - theta).max() > 0.1


def test_evaluate_is_a_loop_over_the_sequences(solution, rng):
    theta = rng.normal(size=H + 1)
    batches = [(rng.normal(size=(n, H)), rng.normal(size=n)) for n in (3, 1, 6)]
    squared = [
        (state @ theta[:-1] + theta[-1] - y) ** 2
        for h, ys in batches
        for state, y in zip(h, ys, strict=True)
    ]
    assert solution["evaluate"](theta, batches) == pytest.approx(np.mean(squared))
