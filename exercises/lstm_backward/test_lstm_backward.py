"""The checks of the exercise on the backward pass of an LSTM.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one,
and there is a gradient at every step. Every part is also asked for a second set of sizes, with a
batch larger than the number of units. Shapes are compared together with the values where an earlier
part may return a wrong shape, which is carried forward.
"""

import itertools
import math

import numpy as np

from unrolled.expect import agree, have_shape

T, B, D, H, K = 4, 2, 3, 5, 6
OTHER = {"T": 5, "B": 4, "D": 6, "H": 3}
STEP = "dh_before, dc_before, dW_xh, dW_hh, db_h"
SEQUENCE = "dh0, dc0, dW_xh, dW_hh, db_h"
WEIGHTS = "dW_xh, dW_hh, db_h"
AXES = ("row", "column")


def draw_network(rng, T=T, B=B, D=D, H=H, more=()):
    """Return xs, h0, c0, params, and further arrays of the shapes in `more`; all from one draw.

    The weights are a little below one, so that few gates stick.
    """
    shapes = (D + H + 1, 4 * H), (T, B, D), (B, H), (B, H), *more
    ends = list(itertools.accumulate(map(math.prod, shapes), initial=0))
    drawn = rng.normal(size=ends[-1])
    cut = zip(itertools.pairwise(ends), shapes, strict=True)
    W, xs, h0, c0, *others = (drawn[start:end].reshape(shape) for (start, end), shape in cut)
    W = 0.55 * W
    return xs, 0.9 * np.tanh(h0), c0, dict(W_xh=W[:D], W_hh=W[D:-1], b_h=W[-1]), *others


def run(xs, h, c, params):
    """Return the states after every step, and i, f, g, o of every step side by side."""
    H, W_hh = h.shape[1], params["W_hh"]
    gates, hs, cs = xs @ params["W_xh"] + params["b_h"], [], []
    for a in gates:
        a += h @ W_hh
        a[:, : 2 * H] *= 0.5  # a sigmoid is a tanh at half the scale
        a[:, 3 * H :] *= 0.5
        np.tanh(a, out=a)
        for gate in (a[:, : 2 * H], a[:, 3 * H :]):
            gate += 1
            gate *= 0.5
        c = a[:, H : 2 * H] * c + a[:, :H] * a[:, 2 * H : 3 * H]
        h = a[:, 3 * H :] * np.tanh(c)
        hs.append(h)
        cs.append(c)
    return np.array(hs), np.array(cs), gates


def draw_step(rng, B=B, D=D, H=H, **_):
    """Return dh, dc, x, h_before, c_before, c, gates, params: the arguments of one step back."""
    xs, h0, c0, params, dh, dc = draw_network(rng, 1, B, D, H, more=[(B, H), (B, H)])
    _, (c,), (gates,) = run(xs, h0, c0, params)
    return dh, dc, xs[0], h0, c0, c, gates, params


def draw_cell(rng, **sizes):
    """Return dh, dc, o, c, the arguments of the gradient at a cell state."""
    dh, dc, _, _, _, c, gates, _ = draw_step(rng, **sizes)
    return dh, dc, gates[:, 3 * c.shape[1] :], c


def draw_gates(rng, **sizes):
    """Return dh, dc, gates, c_before, c, the arguments of the gradient at the pre-activations."""
    dh, dc, _, _, c_before, c, gates, _ = draw_step(rng, **sizes)
    return dh, dc, gates, c_before, c


def draw_sequence(rng, T=T, B=B, D=D, H=H):
    """Return dhs, xs, h0, c0, hs, cs, gates, params: the arguments of a whole backward pass."""
    xs, h0, c0, params, dhs = draw_network(rng, T, B, D, H, more=[(T, B, H)])
    return 0.5 * dhs, xs, h0, c0, *run(xs, h0, c0, params), params


def draw_readout(rng, T=T, B=B, D=D, H=H, K=K):
    """Return dys and the rest, the arguments of a backward pass with a readout."""
    more = [(T, B, K), (H, K), (K,)]
    xs, h0, c0, params, dys, W_hy, b_y = draw_network(rng, T, B, D, H, more=more)
    states = run(xs, h0, c0, params)
    return 0.5 * dys, xs, h0, c0, *states, {**params, "W_hy": 0.8 * W_hy, "b_y": b_y}


def draw_numbers(rng, T, B):
    """Return values and u of the adding problem; no place lies so near to a border as to round."""
    half = T // 2
    places = rng.integers(0, half, size=(2, B))
    places[0, 0] = 0
    parts = rng.permutation(np.linspace(0.1, 0.9, 2 * B)).reshape(2, B)
    return rng.uniform(size=(T, B)), (places + parts) / half


def check_cell(answer, reference, args):
    """Compare the gradient at a cell state."""
    agree(answer.cell_grad(*args), reference.cell_grad(*args), "dc", ("row", "unit"))


def check_gates(answer, reference, args):
    """Compare the gradient at the pre-activations."""
    agree(answer.gate_grads(*args), reference.gate_grads(*args), "da", AXES)


def check_step(answer, reference, args):
    """Compare one step, also with what follows from the learner's own earlier parts."""
    agree(
        answer.lstm_step_backward(*args),
        reference.lstm_step_backward(*args),
        STEP,
        AXES,
        carried=lambda: reference.using(answer, "cell_grad", "gate_grads").lstm_step_backward(
            *args
        ),
    )


def check_backward(answer, reference, args):
    """Compare a whole sequence, also with what follows from the learner's own step."""
    agree(
        answer.lstm_backward(*args),
        reference.lstm_backward(*args),
        SEQUENCE,
        AXES,
        carried=lambda: reference.using(answer, "lstm_step_backward").lstm_backward(*args),
    )


def check_adding(answer, reference, args):
    """Compare inputs and targets."""
    got, expected = answer.adding_batch(*args), reference.adding_batch(*args)
    agree(got, expected, "xs, targets", ("time step", "sequence", "input"))


def check_mended(answer, reference, args):
    """Compare a network with a readout, also with what follows from the learner's own parts."""
    agree(
        answer.mended_backward(*args),
        reference.mended_backward(*args),
        WEIGHTS,
        AXES,
        carried=lambda: reference.using(answer, "lstm_backward").mended_backward(*args),
    )


def test_cell_grad_returns_one_gradient(answer, rng):
    """one array of shape (B, H) comes back"""
    have_shape(answer.cell_grad(*draw_cell(rng)), {"dc": (B, H)})


def test_cell_grad_adds_both_paths(answer, reference, rng):
    """the gradient at c has the right values"""
    check_cell(answer, reference, draw_cell(rng))


def test_cell_grad_works_for_other_sizes(answer, reference, rng):
    """the gradient at c is right for other numbers of rows and units"""
    check_cell(answer, reference, draw_cell(rng, **OTHER))


def test_gate_grads_returns_four_blocks(answer, rng):
    """one array of shape (B, 4H) comes back"""
    have_shape(answer.gate_grads(*draw_gates(rng)), {"da": (B, 4 * H)})


def test_gate_grads_gives_the_right_gradients(answer, reference, rng):
    """all four blocks have the right values, in the order i, f, g, o"""
    check_gates(answer, reference, draw_gates(rng))


def test_gate_grads_works_for_other_sizes(answer, reference, rng):
    """all four blocks are right for other numbers of rows and units"""
    check_gates(answer, reference, draw_gates(rng, **OTHER))


def test_lstm_step_backward_gives_the_right_gradients(answer, reference, rng):
    """all five gradients have the right shapes and values, summed over the batch"""
    check_step(answer, reference, draw_step(rng))


def test_lstm_step_backward_works_without_blame_from_the_next_step(answer, reference, rng):
    """all five are right where nothing comes along the cell state"""
    dh, dc, *others = draw_step(rng)
    check_step(answer, reference, (dh, 0 * dc, *others))


def test_lstm_step_backward_works_for_other_sizes(answer, reference, rng):
    """all five are right for other numbers of rows, inputs and units"""
    check_step(answer, reference, draw_step(rng, **OTHER))


def test_lstm_backward_gives_the_right_gradients(answer, reference, rng):
    """all five gradients have the right shapes and values, summed over steps and batch"""
    check_backward(answer, reference, draw_sequence(rng))


def test_lstm_backward_carries_a_late_loss_to_the_beginning(answer, reference, rng):
    """the loss of the last step alone reaches every step and both initial states"""
    dhs, *others = draw_sequence(rng)
    dhs[:-1] = 0
    check_backward(answer, reference, (dhs, *others))


def test_lstm_backward_works_for_other_sizes(answer, reference, rng):
    """all five are right for other numbers of steps, rows, inputs and units"""
    check_backward(answer, reference, draw_sequence(rng, **OTHER))


def test_adding_batch_returns_inputs_and_targets(answer, rng):
    """xs of shape (T, B, 2) and targets of shape (B,) come back"""
    got = answer.adding_batch(*draw_numbers(rng, 10, 4))
    have_shape(got, {"xs": (10, 4, 2), "targets": (4,)})


def test_adding_batch_marks_one_number_in_each_half(answer, reference, rng):
    """numbers, marks and sums are right for T = 10"""
    check_adding(answer, reference, draw_numbers(rng, 10, 4))


def test_adding_batch_works_for_other_sizes(answer, reference, rng):
    """numbers, marks and sums are right for a longer sequence and a larger batch"""
    check_adding(answer, reference, draw_numbers(rng, 16, 9))


def test_mended_backward_gives_the_right_gradients(answer, reference, rng):
    """all three gradients have the right shapes and values"""
    check_mended(answer, reference, draw_readout(rng))


def test_mended_backward_works_for_other_sizes(answer, reference, rng):
    """all three are right for other sizes, with fewer outputs than units"""
    check_mended(answer, reference, draw_readout(rng, K=2, **OTHER))


def test_mended_backward_works_for_two_steps(answer, reference, rng):
    """all three are right where something is handed on once"""
    check_mended(answer, reference, draw_readout(rng, T=2))
