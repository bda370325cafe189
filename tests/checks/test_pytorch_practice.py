"""The checks of the exercise on recurrent networks in PyTorch.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. What crosses is NumPy alone. Sizes all
differ and weights are of order one. A call of PyTorch takes long, so there are few.
"""

import numpy as np

from unrolled.expect import agree, have_shape, require

NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def draw_params(rng, D=3, H=5):
    """Return the parameters of an LSTM as the course writes them."""
    shapes = {"W_xh": (D, 4 * H), "W_hh": (H, 4 * H), "b_h": (4 * H,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def arrays_of(got):
    """Return the four arrays of a dictionary in the order of NAMES."""
    require(isinstance(got, dict), "A dictionary is asked for: a name and an array for each.")
    words = f"The dictionary should have these four names and no others: {', '.join(NAMES)}."
    require(got.keys() == set(NAMES), words)
    return tuple(got[name] for name in NAMES)


def layer_of(weights):
    """Return what decides about the layer's values: both matrices, and the sum of the biases."""
    ih, hh, *biases = (np.asarray(array) for array in arrays_of(weights))
    return ih, hh, sum(biases)


def check_weights(answer, reference, params):
    """Compare both matrices, and the sum of the biases."""
    got, expected = answer.torch_weights(params), reference.torch_weights(params)
    names = "weight_ih_l0, weight_hh_l0, the sum of both biases"
    agree(layer_of(got), layer_of(expected), names, ("row", "column"))


def draw_lengths(rng, T, B):
    """Return lengths of which one is T, all below 1 + T, and the first is never the longest."""
    lengths = np.append(rng.integers(1, T, size=B - 1), T)
    lengths[1:] = rng.permutation(lengths[1:])
    return lengths


def check_last(answer, reference, args):
    """Compare the state after the last real step."""
    agree(answer.last_valid(*args), reference.last_valid(*args), "states", ("row", "unit"))


def draw_padded(rng, T, B, D, H, longest):
    """Return xs, lengths, theta, H for a bidirectional layer; the padding is no zeros."""
    xs, theta = rng.normal(size=(T, B, D)), rng.normal(size=2 * H * (D + H + 2))
    return xs, draw_lengths(rng, longest, B), 0.7 * theta, H


def draw_chunks(rng, B, H, lengths):
    """Return chunks, h0, W_hh for a plain network that is read in chunks."""
    chunks = [tuple(rng.normal(size=(2, T, B, H))) for T in lengths]
    return chunks, rng.normal(size=(B, H)), 0.7 * rng.normal(size=(H, H))


def draw_batches(rng, H, sizes, far=()):
    """Return theta and batches for a readout; far: what is added to the targets of a batch."""
    theta = rng.normal(size=H + 1)
    batches = [(rng.normal(size=(B, H)), rng.normal(size=B)) for B in sizes]
    return theta, [(h, ys + more) for (h, ys), more in zip(batches, far, strict=True)]


def check_both(answer, reference, name, args, names, axes):
    """Compare what a function of the learner's and of the reference return."""
    agree(getattr(answer, name)(*args), getattr(reference, name)(*args), names, axes)


def test_torch_weights_have_the_names_and_shapes_of_the_layer(answer, rng):
    """four arrays come back, under the right names and in the right shapes"""
    D, H = 3, 5
    got = arrays_of(answer.torch_weights(draw_params(rng, D, H)))
    have_shape(got, dict(zip(NAMES, [(4 * H, D), (4 * H, H), (4 * H,), (4 * H,)], strict=True)))


def test_torch_weights_make_the_layer_compute_the_same(answer, reference, rng):
    """both matrices are right, and the two biases add up to ours"""
    check_weights(answer, reference, draw_params(rng))


def test_torch_weights_work_for_other_sizes(answer, reference, rng):
    """the same holds for more inputs than units"""
    check_weights(answer, reference, draw_params(rng, 6, 2))


def test_last_valid_returns_one_state_for_each_row(answer, rng):
    """one array of shape (B, H) comes back"""
    have_shape(
        answer.last_valid(rng.normal(size=(6, 4, 3)), draw_lengths(rng, 6, 4)), {"states": (4, 3)}
    )


def test_last_valid_takes_the_last_real_step(answer, reference, rng):
    """every row gives the state after its own last step"""
    check_last(answer, reference, (rng.normal(size=(6, 4, 3)), draw_lengths(rng, 6, 4)))


def test_last_valid_works_where_no_row_is_full(answer, reference, rng):
    """the same holds where every row has padding, and for more rows than steps"""
    check_last(answer, reference, (rng.normal(size=(5, 7, 2)), draw_lengths(rng, 4, 7)))


def check_hn(answer, reference, shape, rng):
    """Compare the final states."""
    args = (rng.normal(size=shape),)
    check_both(answer, reference, "hn_from_output", args, "h_n", ("direction", "row", "unit"))


def test_hn_from_output_returns_one_array(answer, rng):
    """one array of shape (2, B, H) comes back"""
    have_shape(answer.hn_from_output(rng.normal(size=(5, 3, 8))), {"h_n": (2, 3, 4)})


def test_hn_from_output_takes_each_direction_where_it_ends(answer, reference, rng):
    """the states are those after the last step of each direction"""
    check_hn(answer, reference, (6, 4, 10), rng)


def test_hn_from_output_works_for_other_sizes(answer, reference, rng):
    """the same holds for more rows than units"""
    check_hn(answer, reference, (4, 7, 6), rng)


def check_packed(answer, reference, args):
    """Compare the states of all steps, and the final ones."""
    check_both(answer, reference, "run_packed", args, "output, h_n", ("step", "row", "unit"))


def test_run_packed_never_reads_padding(answer, reference, rng):
    """output and h_n are right, in the order in which the rows came"""
    check_packed(answer, reference, draw_padded(rng, 4, 3, 2, 5, longest=4))


def test_run_packed_keeps_the_length_where_no_row_is_full(answer, reference, rng):
    """both are right, and output has T steps, where every row has padding"""
    check_packed(answer, reference, draw_padded(rng, 5, 2, 4, 3, longest=3))


def check_chunks(answer, reference, args):
    """Compare the sum of the gradients."""
    check_both(answer, reference, "carry_state", args, "the gradient", ("place",))


def test_carry_state_goes_on_from_chunk_to_chunk(answer, reference, rng):
    """the gradient is right: the state is handed on, and blame stays within its chunk"""
    check_chunks(answer, reference, draw_chunks(rng, 3, 4, (2, 2, 1)))


def test_carry_state_works_for_other_chunks(answer, reference, rng):
    """the gradient is right for other sizes"""
    check_chunks(answer, reference, draw_chunks(rng, 4, 2, (2, 3)))


def check_epoch(answer, reference, args):
    """Compare the weights after the last update."""
    check_both(answer, reference, "train_epoch", args, "theta", ("place",))


def test_train_epoch_makes_an_update_for_each_batch(answer, reference, rng):
    """the weights are right after two updates, of which the first is clipped"""
    theta, ((h, ys), second) = draw_batches(rng, 5, (3, 4), far=(400, 0))
    first = (h + 2, ys)  # far from zero, so that every gradient is long
    check_epoch(answer, reference, (theta, [first, second], 0.01, 100.0))


def check_error(answer, reference, args):
    """Compare the mean squared error."""
    check_both(answer, reference, "evaluate", args, "the mean squared error", ())


def test_evaluate_counts_every_sequence_once(answer, reference, rng):
    """the mean is right for batches of different sizes, without dropout"""
    check_error(answer, reference, draw_batches(rng, 5, (4, 1), far=(0, 4)))


def test_evaluate_works_for_other_sizes(answer, reference, rng):
    """the mean is right for three batches"""
    check_error(answer, reference, draw_batches(rng, 3, (3, 2, 4), far=(2, -2, 0)))
