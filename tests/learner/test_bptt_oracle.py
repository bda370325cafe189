"""The reference of bptt against PyTorch's autograd, and against finite differences."""

from pathlib import Path

import numpy as np
import pytest
import torch

from unrolled.exercise import read_topic

ROOT = Path(__file__).parents[2]
T, B, D, H, K = 7, 3, 4, 5, 2
NAMES = "W_xh", "W_hh", "b_h"


@pytest.fixture
def solution():
    return read_topic("bptt", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def network(solution, rng):
    """Return xs, h0, params and hs."""
    params = {
        "W_xh": rng.normal(size=(D, H)),
        "W_hh": 0.7 * rng.normal(size=(H, H)),
        "b_h": rng.normal(size=H),
    }
    xs, h0 = rng.normal(size=(T, B, D)), rng.uniform(-0.9, 0.9, size=(B, H))
    return xs, h0, params, solution["rnn_forward"](xs, h0, params)


def leaves(params, h0):
    """Return parameters and initial state as tensors that collect gradients."""
    arrays = {**params, "h0": h0}
    return {name: torch.tensor(value, requires_grad=True) for name, value in arrays.items()}


def states_of(xs, given, h=None):
    """Return the states h_1 ... h_T as a list of tensors, from h, by default from h0."""
    h, hs = given["h0"] if h is None else h, []
    for x in torch.tensor(xs):
        h = torch.tanh(x @ given["W_xh"] + h @ given["W_hh"] + given["b_h"])
        hs.append(h)
    return hs


def grads_of(given, *names):
    return [np.zeros(given[n].shape) if given[n].grad is None else given[n].grad for n in names]


def same(got, wanted):
    for mine, theirs in zip(got, wanted, strict=True):
        np.testing.assert_allclose(mine, np.asarray(theirs), rtol=1e-9, atol=1e-11)


def test_relative_error_is_zero_for_equals_and_two_for_opposites(solution, rng):
    u = rng.normal(size=(3, 4, 5))
    assert solution["relative_error"](u, u) == 0
    assert solution["relative_error"](u, -u) == pytest.approx(2)
    assert solution["relative_error"](u, 0 * u) == pytest.approx(1)


@pytest.mark.parametrize("name", NAMES)
def test_numeric_grad_is_the_gradient_that_autograd_gives(solution, network, rng, name):
    xs, h0, params, hs = network
    targets = rng.normal(size=hs.shape)
    given = leaves(params, h0)
    (0.5 * ((torch.stack(states_of(xs, given)) - torch.tensor(targets)) ** 2).sum()).backward()
    found = solution["numeric_grad"](name, xs, h0, params, targets, 1e-5)
    np.testing.assert_allclose(found, given[name].grad.numpy(), rtol=1e-6, atol=1e-7)
    assert solution["relative_error"](found, given[name].grad.numpy()) < 1e-8


def test_rnn_step_backward_is_the_gradient_of_one_step(solution, network, rng):
    xs, h0, params, hs = network
    given, dh = leaves(params, h0), rng.normal(size=(B, H))
    (states_of(xs[:1], given)[0] * torch.tensor(dh)).sum().backward()
    got = solution["rnn_step_backward"](dh, xs[0], h0, hs[0], params)
    same(got, grads_of(given, "h0", *NAMES))


def test_rnn_backward_is_the_gradient_of_the_sequence(solution, network, rng):
    xs, h0, params, hs = network
    given, dhs = leaves(params, h0), rng.normal(size=hs.shape)
    (torch.stack(states_of(xs, given)) * torch.tensor(dhs)).sum().backward()
    same(solution["rnn_backward"](dhs, xs, hs, h0, params), grads_of(given, "h0", *NAMES))


@pytest.mark.parametrize("k", [1, 2, 3, 6, 7, 20])
def test_rnn_backward_truncated_is_autograd_on_windows_that_begin_detached(
    solution, network, rng, k
):
    xs, h0, params, hs = network
    given, dhs = leaves(params, h0), rng.normal(size=hs.shape)
    for t in range(T):
        start = max(0, t + 1 - k)
        begin = torch.tensor(hs[start - 1]) if start else given["h0"]
        last = states_of(xs[start : t + 1], given, begin)[-1]
        (last * torch.tensor(dhs[t])).sum().backward()
    got = solution["rnn_backward_truncated"](dhs, xs, hs, h0, params, k)
    same(got, grads_of(given, "h0", *NAMES))


@pytest.mark.parametrize("k", [1, 2, 3, 7, 9])
def test_tbptt_chunks_is_sgd_of_pytorch_with_a_detached_state(solution, network, rng, k):
    xs, h0, params, hs = network
    targets, given, rate = rng.normal(size=hs.shape), leaves(params, h0), 0.1
    optimiser = torch.optim.SGD([given[name] for name in NAMES], lr=rate)
    h = torch.tensor(h0)
    for start in range(0, T, k):
        states = torch.stack(states_of(xs[start : start + k], given, h))
        optimiser.zero_grad()
        (0.5 * ((states - torch.tensor(targets[start : start + k])) ** 2).sum()).backward()
        optimiser.step()
        h = states[-1].detach()
    got = solution["tbptt_chunks"](xs, targets, h0, params, k, rate)
    same(got, [h, *(given[name].detach() for name in NAMES)])


def test_the_suspect_has_three_faults_and_the_mended_function_none(solution, network, rng):
    xs, h0, params, hs = network
    params = {**params, "W_hy": rng.normal(size=(H, K)), "b_y": rng.normal(size=K)}
    given, dys = leaves(params, h0), rng.normal(size=(T, B, K))
    ys = torch.stack(states_of(xs, given)) @ given["W_hy"] + given["b_y"]
    (ys * torch.tensor(dys)).sum().backward()
    wanted = grads_of(given, *NAMES)
    same(solution["mended_backward"](dys, xs, hs, h0, params), wanted)
    for mine, theirs in zip(
        solution["suspect_backward"](dys, xs, hs, h0, params), wanted, strict=True
    ):
        assert solution["relative_error"](mine, theirs.numpy()) > 0.05


def test_each_fault_of_the_suspect_hides_on_some_input(solution, rng):
    """As the written answer says: states of zero and an h0 of zero hide all three."""
    zero = {"W_xh": np.zeros((D, H)), "W_hh": rng.normal(size=(H, H)), "b_h": np.zeros(H)}
    zero |= {"W_hy": rng.normal(size=(H, K)), "b_y": np.zeros(K)}
    xs, h0, dys = rng.normal(size=(T, B, D)), np.zeros((B, H)), rng.normal(size=(T, B, K))
    hs = solution["rnn_forward"](xs, h0, zero)
    args = dys, xs, hs, h0, zero
    same(solution["suspect_backward"](*args), solution["mended_backward"](*args))
