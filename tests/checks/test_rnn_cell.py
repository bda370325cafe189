"""The checks of the exercise on the plain recurrent network.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one.
Every part is also asked for a second set of sizes, with a batch larger than the number of units, so
that no size can be written down as a number or taken from the wrong axis.
"""

import numpy as np

from unrolled.expect import agree, have_shape, require

T, B, D, H, K = 6, 3, 4, 5, 2
OTHER = {"B": 7, "D": 2, "H": 3}
STEP = ("row", "unit")
SEQUENCE = ("time step", "row", "unit")


def draw_params(rng, D=D, H=H):
    """Return weights of order one.

    W_hh is a little smaller, or the cell would amplify the rounding of an answer in float32.
    """
    return {
        "W_xh": rng.normal(size=(D, H)),
        "W_hh": 0.6 * rng.normal(size=(H, H)),
        "b_h": rng.normal(size=H),
    }


def draw_step(rng, B=B, D=D, H=H):
    """Return x, h and parameters for one step."""
    h = rng.uniform(-0.9, 0.9, size=(B, H))
    return rng.normal(size=(B, D)), h, draw_params(rng, D, H)


def draw_sequence(rng, T=T, B=B, D=D, H=H):
    """Return xs, h0 and parameters for a sequence."""
    _, h0, params = draw_step(rng, B, D, H)
    return rng.normal(size=(T, B, D)), h0, params


def draw_lengths(rng, T, B):
    """Return B lengths up to T, in no order: one full, one empty, the others between."""
    lengths = rng.integers(1, T, size=B)
    full, empty = rng.permutation(B)[:2]
    lengths[full], lengths[empty] = T, 0
    return lengths


def check_step(answer, reference, args):
    """Compare one step."""
    agree(answer.rnn_step(*args), reference.rnn_step(*args), "h", STEP)


def check_forward(answer, reference, args):
    """Compare a sequence, also with what follows from the learner's own step."""
    agree(
        answer.rnn_forward(*args),
        reference.rnn_forward(*args),
        "hs",
        SEQUENCE,
        carried=lambda: reference.using(answer, "rnn_step").rnn_forward(*args),
    )


def check_masked(answer, reference, args):
    """Compare a padded sequence, also with what follows from the learner's own step."""
    agree(
        answer.rnn_forward_masked(*args),
        reference.rnn_forward_masked(*args),
        "hs",
        SEQUENCE,
        carried=lambda: reference.using(answer, "rnn_step").rnn_forward_masked(*args),
    )


def test_rnn_step_returns_one_state(answer, rng):
    """one array of shape (B, H) comes back"""
    have_shape(answer.rnn_step(*draw_step(rng)), {"h": (B, H)})


def test_rnn_step_gives_the_next_state(answer, reference, rng):
    """h has the right values"""
    check_step(answer, reference, draw_step(rng))


def test_rnn_step_works_for_another_batch_size(answer, reference, rng):
    """h is right for a batch of one and a large state"""
    x, h, params = draw_step(rng)
    check_step(answer, reference, (x[:1], 3.0 * h[:1], params))


def test_rnn_step_works_for_other_sizes(answer, reference, rng):
    """h is right for other numbers of rows, inputs and units"""
    check_step(answer, reference, draw_step(rng, **OTHER))


def test_count_params_counts_the_cell_and_its_readout(answer, reference, rng):
    """the number is right for several sizes"""
    for _ in range(4):
        sizes = rng.permutation(np.arange(2, 13))[:4].tolist()
        agree(answer.count_params(*sizes), reference.count_params(*sizes), "the number")


def test_count_params_is_the_same_for_longer_sequences(answer, reference, rng):
    """a sequence of 1000 steps needs no parameter more than one of a single step"""
    d, h, k = rng.permutation(np.arange(2, 13))[:3].tolist()
    for steps in (1, 1000):
        got = answer.count_params(steps, d, h, k)
        agree(got, reference.count_params(steps, d, h, k), "the number")


def test_rnn_forward_returns_every_state(answer, rng):
    """one array of shape (T, B, H) comes back"""
    have_shape(answer.rnn_forward(*draw_sequence(rng)), {"hs": (T, B, H)})


def test_rnn_forward_gives_the_right_states(answer, reference, rng):
    """hs has the right values at every time step"""
    check_forward(answer, reference, draw_sequence(rng))


def test_rnn_forward_works_for_a_single_step(answer, reference, rng):
    """a sequence of one step works too"""
    xs, h0, params = draw_sequence(rng)
    check_forward(answer, reference, (xs[:1], h0, params))


def test_rnn_forward_works_for_other_sizes(answer, reference, rng):
    """hs is right for other numbers of time steps, rows, inputs and units"""
    check_forward(answer, reference, draw_sequence(rng, T=4, **OTHER))


def test_temporal_readout_returns_an_output_for_every_step(answer, rng):
    """one array of shape (T, B, K) comes back"""
    hs, W_hy, b_y = rng.normal(size=(T, B, H)), rng.normal(size=(H, K)), rng.normal(size=K)
    have_shape(answer.temporal_readout(hs, W_hy, b_y), {"ys": (T, B, K)})


def test_temporal_readout_gives_the_right_outputs(answer, reference, rng):
    """ys has the right values at every time step"""
    args = rng.normal(size=(T, B, H)), rng.normal(size=(H, K)), rng.normal(size=K)
    got = answer.temporal_readout(*args)
    agree(got, reference.temporal_readout(*args), "ys", ("time step", "row", "output"))


def test_temporal_readout_works_for_other_sizes(answer, reference, rng):
    """ys is right for other sizes, with more outputs than units"""
    args = rng.normal(size=(4, 7, 3)), rng.normal(size=(3, 8)), rng.normal(size=8)
    got = answer.temporal_readout(*args)
    agree(got, reference.temporal_readout(*args), "ys", ("time step", "row", "output"))


def test_rnn_forward_masked_returns_every_state(answer, rng):
    """one array of shape (T, B, H) comes back"""
    args = (*draw_sequence(rng), draw_lengths(rng, T, B))
    have_shape(answer.rnn_forward_masked(*args), {"hs": (T, B, H)})


def test_rnn_forward_masked_runs_every_sequence_to_its_end(answer, reference, rng):
    """hs is right where little is padding"""
    lengths = rng.permutation(np.arange(T - B + 1, T + 1))
    check_masked(answer, reference, (*draw_sequence(rng), lengths))


def test_rnn_forward_masked_keeps_the_state_where_the_input_is_padding(answer, reference, rng):
    """after the end of a row its state stays what it was, whatever the padding holds"""
    xs, h0, params = draw_sequence(rng)
    lengths = draw_lengths(rng, T, B)
    for b, length in enumerate(lengths):
        xs[length:, b] = 5.0 * rng.normal(size=(T - length, D))
    check_masked(answer, reference, (xs, h0, params, lengths))


def test_rnn_forward_masked_works_for_other_sizes(answer, reference, rng):
    """hs is right for other numbers of time steps, rows, inputs and units"""
    args = draw_sequence(rng, T=4, **OTHER)
    check_masked(answer, reference, (*args, draw_lengths(rng, 4, OTHER["B"])))


SHAPES = {"W_xh": (1, "H"), "W_hh": ("H", "H"), "b_h": ("H",), "W_hy": ("H", 1), "b_y": (1,)}


def weights_of(answer):
    """Return the answer's weights as arrays of floats; say what is wrong with their form."""
    got = answer.parity_weights()
    require(got is not None, "Nothing came back. Does the function end in `return`?")
    require(isinstance(got, dict), "The weights come back as a dictionary.")
    missing = [name for name in SHAPES if name not in got]
    require(not missing, f"The dictionary has no {', '.join(missing)}.")
    try:
        units = len(got["W_hh"])
    except TypeError:
        units = 0
    require(units, "W_hh has a row and a column for every unit.")
    require(units <= 100, f"There are {units} units; the network should have 100 at most.")
    for name, shape in SHAPES.items():
        have_shape(got[name], {name: tuple(units if n == "H" else n for n in shape)})
    return [np.asarray(got[name], dtype=float) for name in SHAPES]


def check_signs(weights, xs):
    """Run the network on signs (T, B, 1) from a state of zeros; compare the signs that come out."""
    W_xh, W_hh, b_h, W_hy, b_y = weights
    hs = np.zeros((len(xs) + 1, xs.shape[1], len(W_hh)))
    with np.errstate(all="ignore"):  # the weights are the learner's, and may be of any size
        for t, from_x in enumerate(xs @ W_xh + b_h):
            np.tanh(from_x + hs[t] @ W_hh, out=hs[t + 1])
        found = np.sign(hs[1:] @ W_hy + b_y)[..., 0]
    wanted = np.cumprod(xs[..., 0], axis=0)
    for step, row in np.argwhere(found[:8] != wanted[:8])[:1]:  # short enough to be shown
        read = " ".join("-" if x < 0 else "+" for x in xs[: step + 1, row, 0])
        sign = "negative" if wanted[step, row] < 0 else "positive"
        require(False, f"After the signs {read} the output should be {sign}, and is not.")
    agree(found, wanted, "the sign of y", ("time step", "row"))


def test_parity_weights_returns_a_dictionary_of_weights(answer):
    """a dictionary with W_xh, W_hh, b_h, W_hy and b_y comes back, and their shapes fit"""
    weights_of(answer)


def test_parity_weights_keeps_the_sign_while_nothing_flips_it(answer):
    """a sequence of plus signs leaves the output positive"""
    check_signs(weights_of(answer), np.ones((9, 1, 1)))


def test_parity_weights_flips_the_sign_at_every_minus(answer):
    """a sequence of minus signs makes the output alternate"""
    check_signs(weights_of(answer), -np.ones((9, 1, 1)))


def test_parity_weights_multiplies_short_sequences(answer):
    """the output has the sign of the product for every sequence of five signs"""
    xs = np.array([[1.0 - 2.0 * (k >> t & 1) for k in range(32)] for t in range(5)])
    check_signs(weights_of(answer), xs[..., None])


def test_parity_weights_stays_right_on_long_sequences(answer, rng):
    """the output is right at every step of sequences of 400 signs"""
    check_signs(weights_of(answer), rng.choice([-1.0, 1.0], size=(400, 4, 1)))
