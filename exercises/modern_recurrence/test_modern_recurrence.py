"""The checks of the exercise on linear recurrences and what they give up.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one.
Coefficients of linear steps have either sign, so that an order of factors or a sign matters.
Shapes are compared together with the values where an earlier part may return a wrong shape, which is
carried forward.
"""

import numpy as np

from unrolled.expect import agree, have_shape, require

T, B, D, H = 5, 2, 3, 4
OTHER = {"T": 6, "B": 7, "D": 4, "H": 3}
STEP = ("row", "unit")
SEQUENCE = ("time step", "row", "unit")
LOOPING, LINEAR = ("rnn", "lstm", "slstm"), ("mingru", "signed mingru")


def draw_coefficients(rng, *shape):
    """Return u between 0.4 and 1.3 in size, of either sign, and v."""
    u = rng.uniform(0.4, 1.3, size=shape) * rng.choice([-1, 1], size=shape)
    return u, rng.normal(size=shape)


def draw_recurrence(rng, T=T, B=B, H=H, **_):
    """Return u, v and h0."""
    return *draw_coefficients(rng, T, B, H), rng.normal(size=(B, H))


def draw_mingru(rng, T=T, B=B, D=D, H=H):
    """Return xs, h0 and parameters of a minGRU."""
    params = {"W_xh": rng.normal(size=(D, 2 * H)), "b_h": rng.normal(size=2 * H)}
    return rng.normal(size=(T, B, D)), rng.normal(size=(B, H)), params


def draw_mingru_step(rng, **sizes):
    """Return x, h and parameters of a minGRU."""
    xs, h, params = draw_mingru(rng, **sizes)
    return xs[0], h, params


def draw_slstm(rng, B=B, H=H, shift=0.0, **_):
    """Return a, c, n and m; `shift` is added to the input gate and to m alike."""
    a, c, n = rng.normal(size=(B, 4 * H)), rng.normal(size=(B, H)), rng.uniform(1, 2, size=(B, H))
    a[:, :H] += shift
    return a, c, n, rng.normal(size=(B, H)) + shift


def check_scan(answer, reference, args):
    """Compare states and rounds, also with what follows from the learner's own `combine`."""
    agree(
        answer.linear_scan(*args),
        reference.linear_scan(*args),
        "hs, rounds",
        SEQUENCE,
        carried=lambda: reference.using(answer, "combine").linear_scan(*args),
    )


def check_mingru(answer, reference, args):
    """Compare states, also with what follows from the learner's own `linear_scan`."""
    agree(
        answer.mingru_scan(*args),
        reference.mingru_scan(*args),
        "hs",
        SEQUENCE,
        carried=lambda: reference.using(answer, "linear_scan").mingru_scan(*args),
    )


def check_slstm(answer, reference, args):
    """Compare the four states."""
    agree(answer.slstm_step(*args), reference.slstm_step(*args), "h, c, n, m", STEP)


def check_parity(answer, reference, bits):
    """Compare the coefficients of every step."""
    agree(
        answer.parity_gates(bits), reference.parity_gates(bits), "u, v", ("time step", "sequence")
    )


def check_property(answer, reference, cells):
    """Compare the three truth values of each cell, and say of which cell they are not right."""
    for cell in cells:
        got, expected = answer.which_property(cell), reference.which_property(cell)
        three = isinstance(got, tuple | list | np.ndarray) and np.shape(got) == (3,)
        require(three, "Three truth values were asked for: parallel, constant, parity.")
        right = tuple(map(bool, got)) == expected
        require(right, f'Not all three answers are right for "{cell}".')


def test_combine_returns_one_step(answer, rng):
    """u and v come back, in the shape of the arguments"""
    shape = (B, H)
    args = (*draw_coefficients(rng, *shape), *draw_coefficients(rng, *shape))
    have_shape(answer.combine(*args), {"u": shape, "v": shape})


def test_combine_does_both_steps_in_order(answer, reference, rng):
    """u and v are right, for arrays with two axes and with three"""
    for shape in ((B, H), (T, B, H)):
        args = (*draw_coefficients(rng, *shape), *draw_coefficients(rng, *shape))
        agree(answer.combine(*args), reference.combine(*args), "u, v")


def test_linear_scan_gives_every_state(answer, reference, rng):
    """states and rounds are right for five steps"""
    check_scan(answer, reference, draw_recurrence(rng))


def test_linear_scan_works_for_a_power_of_two(answer, reference, rng):
    """states and rounds are right for eight steps and for two"""
    for length in (8, 2):
        check_scan(answer, reference, draw_recurrence(rng, T=length))


def test_linear_scan_works_for_a_single_step(answer, reference, rng):
    """a single step needs no round"""
    check_scan(answer, reference, draw_recurrence(rng, T=1))


def test_linear_scan_works_for_other_sizes(answer, reference, rng):
    """states and rounds are right for other numbers of steps, sequences and units"""
    check_scan(answer, reference, draw_recurrence(rng, **OTHER))


def test_mingru_step_returns_one_state(answer, rng):
    """one array of shape (B, H) comes back"""
    have_shape(answer.mingru_step(*draw_mingru_step(rng)), {"h": (B, H)})


def test_mingru_step_gives_the_next_state(answer, reference, rng):
    """the next state is right, for two sets of sizes"""
    for sizes in ({}, OTHER):
        args = draw_mingru_step(rng, **sizes)
        agree(answer.mingru_step(*args), reference.mingru_step(*args), "h", STEP)


def test_mingru_scan_gives_every_state(answer, reference, rng):
    """all states are those of the loop"""
    check_mingru(answer, reference, draw_mingru(rng))


def test_mingru_scan_works_for_other_sizes(answer, reference, rng):
    """all states are right for other numbers of steps, sequences, inputs and units"""
    check_mingru(answer, reference, draw_mingru(rng, **OTHER))


def test_slstm_step_returns_four_states(answer, rng):
    """h, c, n and m come back, each of shape (B, H)"""
    have_shape(answer.slstm_step(*draw_slstm(rng)), dict.fromkeys("hcnm", (B, H)))


def test_slstm_step_gives_the_next_states(answer, reference, rng):
    """the four states are right, for two sets of sizes"""
    for sizes in ({}, OTHER):
        check_slstm(answer, reference, draw_slstm(rng, **sizes))


def test_slstm_step_does_not_overflow(answer, reference, rng):
    """the four states are right where the input gate is exp(800), and where it is exp(-800)"""
    for shift in (800.0, -800.0):
        check_slstm(answer, reference, draw_slstm(rng, shift=shift))


def test_parity_gates_gives_coefficients_for_every_bit(answer, reference, rng):
    """u and v are right for random bits"""
    check_parity(answer, reference, rng.integers(0, 2, size=(T + 3, H)))


def test_parity_gates_looks_at_one_bit_at_a_time(answer, reference, rng):
    """u and v are right for sequences of ones and of zeros, and for other sizes"""
    bits = np.stack([np.ones(T, int), np.zeros(T, int), rng.permutation([0, 1, 1, 1, 0])], axis=1)
    check_parity(answer, reference, bits)


def test_which_property_knows_cells_that_see_their_state(answer, reference, rng):
    """all answers are right for the plain network, the LSTM and the sLSTM"""
    check_property(answer, reference, rng.permutation(LOOPING).tolist())


def test_which_property_knows_linear_recurrences(answer, reference, rng):
    """all answers are right for the minGRU, with gates from 0 to 1 and from −1 to 1"""
    check_property(answer, reference, rng.permutation(LINEAR).tolist())


def test_which_property_knows_attention(answer, reference, rng):
    """all answers are right for attention"""
    check_property(answer, reference, ["attention"])
