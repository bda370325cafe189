"""The checks of the exercise on back-propagation through time.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one,
and there is a gradient at every step. Every part is also asked for a second set of sizes, with a
batch larger than the number of units. Shapes are compared together with the values where an earlier
part may return a wrong shape, which is carried forward. Where a part is asked several times, all
calls are made before the first is judged: together they tell which mistake an answer makes.
"""

import numpy as np

from unrolled.expect import agree, have_shape

T, B, D, H, K = 4, 3, 2, 5, 6
OTHER = {"T": 5, "B": 7, "D": 4, "H": 3}
STEP = "dh_before, dW_xh, dW_hh, db_h"
SEQUENCE = "dh0, dW_xh, dW_hh, db_h"
WEIGHTS = "dW_xh, dW_hh, db_h"
AXES = ("row", "column")


def draw_network(rng, T=T, B=B, D=D, H=H):
    """Return xs, h0 and params.

    The weights are a little below one, so that few units are stuck where the tanh is flat.
    """
    W = 0.55 * rng.normal(size=(D + H + 1, H))  # drawn at once: W_xh, W_hh and b_h below each other
    params = {"W_xh": W[:D], "W_hh": W[D:-1], "b_h": W[-1]}
    return rng.normal(size=(T, B, D)), rng.uniform(-0.9, 0.9, size=(B, H)), params


def run(xs, h0, params):
    """Return the states after every step."""
    hs, W_hh, h = xs @ params["W_xh"] + params["b_h"], params["W_hh"], h0
    for a in hs:
        h = np.tanh(a + h @ W_hh, out=a)
    return hs


def draw_sequence(rng, **sizes):
    """Return dhs, xs, hs, h0 and params, the arguments of a backward pass over a sequence."""
    xs, h0, params = draw_network(rng, **sizes)
    hs = run(xs, h0, params)
    return 0.5 * rng.normal(size=hs.shape), xs, hs, h0, params


def draw_step(rng, **sizes):
    """Return dh, x, h_before, h and params, the arguments of a backward pass of one step."""
    xs, h0, params = draw_network(rng, **{**sizes, "T": 1})
    return rng.normal(size=h0.shape), xs[0], h0, run(xs, h0, params)[0], params


def draw_long(rng, **sizes):
    """Return xs, targets, h0 and params, for a loss that compares states with targets."""
    xs, h0, params = draw_network(rng, **sizes)
    return xs, 0.5 * rng.normal(size=(len(xs), *h0.shape)), h0, params


def draw_readout(rng, K=K, **sizes):
    """Return dys, xs, hs, h0 and params, the arguments of a backward pass with a readout."""
    xs, h0, params = draw_network(rng, **sizes)
    hs = run(xs, h0, params)
    params["W_hy"], params["b_y"] = 0.8 * rng.normal(size=(hs.shape[2], K)), rng.normal(size=K)
    return 0.5 * rng.normal(size=(*hs.shape[:2], K)), xs, hs, h0, params


def check_backward(answer, reference, *argument_lists):
    """Compare whole sequences, also with what follows from the learner's own step."""
    found = [answer.rnn_backward(*args) for args in argument_lists]
    for got, args in zip(found, argument_lists, strict=True):
        agree(
            got,
            reference.rnn_backward(*args),
            SEQUENCE,
            AXES,
            carried=lambda args=args: reference.using(answer, "rnn_step_backward").rnn_backward(
                *args
            ),
        )


def check_truncated(answer, reference, *argument_lists):
    """Compare truncated gradients, also with what follows from the learner's own step."""
    found = [answer.rnn_backward_truncated(*args) for args in argument_lists]
    for got, args in zip(found, argument_lists, strict=True):
        agree(
            got,
            reference.rnn_backward_truncated(*args),
            SEQUENCE,
            AXES,
            carried=lambda args=args: reference.using(
                answer, "rnn_step_backward"
            ).rnn_backward_truncated(*args),
        )


def check_chunks(answer, reference, *argument_lists):
    """Compare what one pass has learned, also with what follows from the learner's gradient."""
    found = [answer.tbptt_chunks(*args) for args in argument_lists]
    for got, args in zip(found, argument_lists, strict=True):
        agree(
            got,
            reference.tbptt_chunks(*args),
            "h, W_xh, W_hh, b_h",
            AXES,
            carried=lambda args=args: reference.using(answer, "rnn_backward").tbptt_chunks(*args),
        )


def check_mended(answer, reference, args):
    """Compare a network with a readout, also with what follows from the learner's own parts."""
    agree(
        answer.mended_backward(*args),
        reference.mended_backward(*args),
        WEIGHTS,
        AXES,
        carried=lambda: reference.using(answer, "rnn_backward").mended_backward(*args),
    )


def test_relative_error_returns_a_number(answer, rng):
    """a single number comes back"""
    u = rng.normal(size=(H, D))
    have_shape(answer.relative_error(u, u + rng.normal(size=u.shape)), {"the error": ()})


def test_relative_error_divides_by_the_longer_of_the_two(answer, reference, rng):
    """the number is right for matrices and vectors, whichever of the two is the longer"""
    pairs = []
    for shape in ((H, D), (H,), (2, 3, 4)):
        u, v = rng.normal(size=shape), 3.0 * rng.normal(size=shape)
        pairs += [(u, v), (v, u)]
    found = [answer.relative_error(u, v) for u, v in pairs]
    for got, (u, v) in zip(found, pairs, strict=True):
        agree(got, reference.relative_error(u, v), "the error")


def test_relative_error_does_not_depend_on_the_scale(answer, reference, rng):
    """two gradients that are both a thousand times smaller are as different as before"""
    u = rng.normal(size=(D, H))
    v = u + 0.1 * rng.normal(size=u.shape)
    found = [answer.relative_error(scale * u, scale * v) for scale in (1e-3, 1.0)]
    for got, scale in zip(found, (1e-3, 1.0), strict=True):
        agree(got, reference.relative_error(scale * u, scale * v), "the error")


def test_numeric_grad_returns_the_shape_of_its_array(answer, rng):
    """an array of the shape of params[name] comes back"""
    xs, targets, h0, params = draw_long(rng, T=2, B=4, D=1, H=3)
    have_shape(answer.numeric_grad("W_xh", xs, h0, params, targets, 0.1), {"dW_xh": (1, 3)})


def test_numeric_grad_moves_each_entry_to_both_sides(answer, reference, rng):
    """every entry of W_xh is right, with a step so large that it shows"""
    xs, targets, h0, params = draw_long(rng, T=4, B=5, D=3, H=2)
    got = answer.numeric_grad("W_xh", xs, h0, params, targets, 0.2)
    agree(got, reference.numeric_grad("W_xh", xs, h0, params, targets, 0.2), "dW_xh", AXES)


def test_numeric_grad_works_for_every_array_and_step(answer, reference, rng):
    """every entry of W_hh and b_h is right, for other sizes and another step"""
    xs, targets, h0, params = draw_long(rng, T=5, B=3, D=4, H=2)
    asked = "W_hh", "b_h"
    found = [answer.numeric_grad(name, xs, h0, params, targets, 0.05) for name in asked]
    for name, got in zip(asked, found, strict=True):
        wanted = reference.numeric_grad(name, xs, h0, params, targets, 0.05)
        agree(got, wanted, f"d{name}", AXES)


def test_rnn_step_backward_returns_four_gradients(answer, rng):
    """four arrays come back, each of the shape of what it is the gradient of"""
    shapes = {"dh_before": (B, H), "dW_xh": (D, H), "dW_hh": (H, H), "db_h": (H,)}
    have_shape(answer.rnn_step_backward(*draw_step(rng)), shapes)


def test_rnn_step_backward_gives_the_right_gradients(answer, reference, rng):
    """all four gradients have the right values, summed over the batch"""
    args = draw_step(rng)
    agree(answer.rnn_step_backward(*args), reference.rnn_step_backward(*args), STEP, AXES)


def test_rnn_step_backward_works_for_other_sizes(answer, reference, rng):
    """all four are right for other numbers of rows, inputs and units"""
    args = draw_step(rng, **OTHER)
    agree(answer.rnn_step_backward(*args), reference.rnn_step_backward(*args), STEP, AXES)


def test_rnn_backward_gives_the_right_gradients(answer, reference, rng):
    """all four gradients have the right shapes and values, summed over steps and batch"""
    check_backward(answer, reference, draw_sequence(rng))


def test_rnn_backward_carries_a_late_loss_to_the_beginning(answer, reference, rng):
    """the loss of the last step alone reaches every step and the initial state"""
    dhs, *others = draw_sequence(rng)
    dhs[:-1] = 0
    check_backward(answer, reference, (dhs, *others))


def test_rnn_backward_works_for_other_sizes(answer, reference, rng):
    """all four are right for other sizes, and for a single step"""
    check_backward(answer, reference, *(draw_sequence(rng, **{**OTHER, "T": n}) for n in (6, 1)))


def test_rnn_backward_truncated_lets_each_loss_reach_back_k_steps(answer, reference, rng):
    """all four gradients have the right shapes and values for k = 2"""
    check_truncated(answer, reference, (*draw_sequence(rng), 2))


def test_rnn_backward_truncated_carries_nothing_for_one_and_all_for_many(answer, reference, rng):
    """with k = 1 nothing is carried, with k of T or more the gradient is the full one"""
    args = draw_sequence(rng)
    check_truncated(answer, reference, (*args, 1), (*args, T), (*args, 9))


def test_rnn_backward_truncated_works_for_other_sizes(answer, reference, rng):
    """all four are right for k = 3 and other numbers of steps, rows, inputs and units"""
    check_truncated(answer, reference, (*draw_sequence(rng, **OTHER), 3))


def test_tbptt_chunks_updates_after_every_chunk(answer, reference, rng):
    """state and weights have the right shapes and values after five steps in chunks of two"""
    check_chunks(answer, reference, (*draw_long(rng, T=5, H=4), 2, 0.1))


def test_tbptt_chunks_works_for_chunks_of_any_length(answer, reference, rng):
    """state and weights are right where chunks divide the sequence, and for one long chunk"""
    args = draw_long(rng, T=6)
    longer = draw_long(rng, T=9)
    check_chunks(answer, reference, (*args, 3, 0.15), (*longer, 3, 0.1), (*args, 8, 0.05))


def test_tbptt_chunks_works_for_other_sizes(answer, reference, rng):
    """state and weights are right for other sizes and another learning rate"""
    check_chunks(answer, reference, (*draw_long(rng, **OTHER), 2, 0.05))


def test_mended_backward_gives_the_right_gradients(answer, reference, rng):
    """all three gradients have the right shapes and values"""
    check_mended(answer, reference, draw_readout(rng))


def test_mended_backward_works_for_other_sizes(answer, reference, rng):
    """all three are right for other sizes, with fewer outputs than units"""
    check_mended(answer, reference, draw_readout(rng, K=2, **OTHER))


def test_mended_backward_works_for_a_single_step(answer, reference, rng):
    """all three are right where nothing is handed on"""
    check_mended(answer, reference, draw_readout(rng, T=1))
