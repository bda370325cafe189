"""The checks of the exercise on the gates of an LSTM.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one.
Every part is also asked for a second set of sizes, with a batch larger than the number of units, so
that no size can be written down as a number or taken from the wrong axis.
"""

from unrolled.expect import agree, have_shape, require

T, B, D, H = 6, 3, 4, 5
OTHER = {"B": 7, "D": 2, "H": 3}
STEP = ("row", "unit")
SEQUENCE = ("time step", "row", "unit")


def draw_params(rng, blocks=4, D=D, H=H):
    """Return weights of order one for an LSTM with that many blocks of H columns."""
    return {
        "W_xh": rng.normal(size=(D, blocks * H)),
        "W_hh": rng.normal(size=(H, blocks * H)),
        "b_h": rng.normal(size=blocks * H),
    }


def draw_step(rng, blocks=4, B=B, D=D, H=H):
    """Return x, h, c and parameters for one step."""
    h, c = rng.uniform(-0.9, 0.9, size=(B, H)), rng.normal(size=(B, H))
    return rng.normal(size=(B, D)), h, c, draw_params(rng, blocks, D, H)


def draw_sequence(rng, T=T, B=B, D=D, H=H):
    """Return xs, h0, c0 and parameters for a sequence."""
    _, h0, c0, params = draw_step(rng, B=B, D=D, H=H)
    return rng.normal(size=(T, B, D)), h0, c0, params


def draw_sizes(rng):
    """Return four pairs of a number of inputs and a different number of units."""
    return [(d, d + more) for d, more in rng.integers(2, 20, size=(4, 2)).tolist()]


def test_split_gates_returns_four_arrays_of_one_block_each(answer, rng):
    """four arrays of shape (B, H) come back"""
    have_shape(answer.split_gates(rng.normal(size=(B, 4 * H))), dict.fromkeys("ifgo", (B, H)))


def test_split_gates_gives_each_block_its_activation(answer, reference, rng):
    """i, f, g and o have the right values, in this order"""
    a = rng.normal(size=(B, 4 * H))
    agree(answer.split_gates(a), reference.split_gates(a), "i, f, g, o", STEP)


def test_split_gates_saturates_for_large_pre_activations(answer, reference, rng):
    """gates close to 0 and 1, and the candidate to -1 and 1, for large |a|, of other sizes too"""
    a = rng.choice([-60.0, 60.0], size=(OTHER["B"], 4 * OTHER["H"]))
    agree(answer.split_gates(a), reference.split_gates(a), "i, f, g, o", STEP)


def test_lstm_param_count_is_right_for_one_bias(answer, reference, rng):
    """the number is right with one bias vector"""
    for d, h in draw_sizes(rng):
        got = answer.lstm_param_count(d, h)
        agree(got, reference.lstm_param_count(d, h), "the number of parameters")


def test_lstm_param_count_is_right_for_two_biases(answer, reference, rng):
    """the number is right with two bias vectors, as in PyTorch"""
    for d, h in draw_sizes(rng):
        got = answer.lstm_param_count(d, h, 2)
        agree(got, reference.lstm_param_count(d, h, 2), "the number of parameters")


def test_lstm_step_returns_two_states(answer, rng):
    """h and c come back, each of shape (B, H)"""
    have_shape(answer.lstm_step(*draw_step(rng)), {"h": (B, H), "c": (B, H)})


def test_lstm_step_gives_the_next_states(answer, reference, rng):
    """h and c have the right values"""
    args = draw_step(rng)
    agree(
        answer.lstm_step(*args),
        reference.lstm_step(*args),
        "h, c",
        STEP,
        carried=lambda: reference.using(answer, "split_gates").lstm_step(*args),
    )


def test_lstm_step_works_for_another_batch_size(answer, reference, rng):
    """h and c are right for a batch of one and with large states"""
    x, h, c, params = draw_step(rng)
    args = (x[:1], h[:1], 3.0 * c[:1], params)
    agree(
        answer.lstm_step(*args),
        reference.lstm_step(*args),
        "h, c",
        STEP,
        carried=lambda: reference.using(answer, "split_gates").lstm_step(*args),
    )


def test_lstm_step_works_for_other_sizes(answer, reference, rng):
    """h and c are right for other numbers of rows, inputs and units"""
    args = draw_step(rng, **OTHER)
    agree(
        answer.lstm_step(*args),
        reference.lstm_step(*args),
        "h, c",
        STEP,
        carried=lambda: reference.using(answer, "split_gates").lstm_step(*args),
    )


def test_lstm_forward_returns_every_state(answer, rng):
    """hs and cs come back, each of shape (T, B, H)"""
    have_shape(answer.lstm_forward(*draw_sequence(rng)), {"hs": (T, B, H), "cs": (T, B, H)})


def test_lstm_forward_gives_the_right_states(answer, reference, rng):
    """hs and cs have the right values at every time step"""
    args = draw_sequence(rng)
    agree(
        answer.lstm_forward(*args),
        reference.lstm_forward(*args),
        "hs, cs",
        SEQUENCE,
        carried=lambda: reference.using(answer, "lstm_step").lstm_forward(*args),
    )


def test_lstm_forward_works_for_a_single_step(answer, reference, rng):
    """a sequence of one step works too"""
    xs, h0, c0, params = draw_sequence(rng)
    args = (xs[:1], h0, c0, params)
    agree(
        answer.lstm_forward(*args),
        reference.lstm_forward(*args),
        "hs, cs",
        SEQUENCE,
        carried=lambda: reference.using(answer, "lstm_step").lstm_forward(*args),
    )


def test_lstm_forward_works_for_other_sizes(answer, reference, rng):
    """hs and cs are right for other numbers of time steps, rows, inputs and units"""
    args = draw_sequence(rng, T=4, **OTHER)
    agree(
        answer.lstm_forward(*args),
        reference.lstm_forward(*args),
        "hs, cs",
        SEQUENCE,
        carried=lambda: reference.using(answer, "lstm_step").lstm_forward(*args),
    )


def test_lstm97_step_returns_two_states(answer, rng):
    """h and c come back, each of shape (B, H)"""
    have_shape(answer.lstm97_step(*draw_step(rng, blocks=3)), {"h": (B, H), "c": (B, H)})


def test_lstm97_step_gives_the_next_states(answer, reference, rng):
    """h and c have the right values"""
    args = draw_step(rng, blocks=3)
    agree(answer.lstm97_step(*args), reference.lstm97_step(*args), "h, c", STEP)


def test_lstm97_step_works_for_other_sizes(answer, reference, rng):
    """h and c are right for other numbers of rows, inputs and units"""
    args = draw_step(rng, blocks=3, **OTHER)
    agree(answer.lstm97_step(*args), reference.lstm97_step(*args), "h, c", STEP)


def test_forget_half_life_of_a_number(answer, reference, rng):
    """the half-life is right for a single number"""
    # No closer to 1: there the rounding of f to float32 alone moves the half-life visibly.
    for f in rng.uniform(0.05, 0.99, size=4).tolist():
        agree(answer.forget_half_life(f), reference.forget_half_life(f), "the half-life")


def test_forget_half_life_of_an_array(answer, reference, rng):
    """an array of gates gives an array of half-lives"""
    f = rng.uniform(0.05, 0.99, size=(B, H))
    agree(answer.forget_half_life(f), reference.forget_half_life(f), "the half-life", STEP)


def test_forget_half_life_is_infinite_for_an_open_gate(answer, reference, rng):
    """a gate of exactly 1 never forgets: its half-life is infinite"""
    f = rng.uniform(0.05, 0.99, size=H)
    f[rng.integers(H)] = 1.0
    agree(answer.forget_half_life(1.0), reference.forget_half_life(1.0), "the half-life")
    agree(answer.forget_half_life(f), reference.forget_half_life(f), "the half-life", ("entry",))


def test_set_forget_bias_returns_parameters_of_the_same_form(answer, rng):
    """a dictionary with W_xh, W_hh and b_h comes back, shapes unchanged"""
    params = draw_params(rng)
    got = answer.set_forget_bias(params, 1.5)
    require(got is not None, "Nothing came back. Does the function end in `return`?")
    require(isinstance(got, dict), "The parameters come back as a dictionary, as they went in.")
    require(
        got.keys() == params.keys(),
        f"The dictionary has the keys {sorted(map(str, got))}; asked for: {sorted(params)}.",
    )
    for name, value in params.items():
        have_shape(got[name], {name: value.shape})


def test_set_forget_bias_changes_the_forget_gate_alone(answer, reference, rng):
    """the forget gate's biases have the new value, all else the old one"""
    for sizes in ({}, {"D": OTHER["D"], "H": OTHER["H"]}):
        params, bias = draw_params(rng, **sizes), float(rng.uniform(1.5, 3))
        got = answer.set_forget_bias(params, bias)
        expected = reference.set_forget_bias(params, bias)
        same_form = isinstance(got, dict) and got.keys() == params.keys()
        require(same_form, "No such dictionary came back.")
        for name in params:
            agree(got[name], expected[name], name, ("entry",) if name == "b_h" else STEP)
