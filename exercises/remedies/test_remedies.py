"""The checks of the exercise on remedies for plain recurrent networks.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, numbers are of order one.
Where a part is asked several times, all calls are made before the first is judged: what an answer
gives in every one of them tells which mistake it makes.
"""

import numpy as np

from unrolled.expect import Following, Mismatch, agree, have_shape, require

D, H = 4, 5
MATRIX = ("row", "column")
NAMES = ("W_xh", "W_hh", "b_h")
SIGNS = 2.0 * np.array([1, -1, 1, 1, -1, 1, -1])


def draw_grads(rng, norm=None, D=D, H=H):
    """Return gradients of three shapes, if asked with that norm of all together."""
    flat, n = rng.normal(size=(D + H + 1) * H), D * H
    if norm is not None:
        flat = flat * (norm / np.sqrt(flat @ flat))
    W_xh, W_hh, b_h = flat[:n], flat[n:-H], flat[-H:]
    return {"W_xh": W_xh.reshape(D, H), "W_hh": W_hh.reshape(H, H), "b_h": b_h}


def draw_others(rng):
    """Return gradients with other names and shapes, one of them a single number."""
    shapes = {"V": (2, 3, 4), "gain": (), "u": (6,), "A": (3, 2)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def flat(got, names, number="norm"):
    """Return the arrays of the dictionary and the number that came back, as one tuple."""
    require(got is not None, "Nothing came back. Does every path of the function end in `return`?")
    two = isinstance(got, tuple | list) and len(got) == 2
    require(two, f"Two values were asked for, in this order: a dictionary and the {number}.")
    return (*arrays(got[0], names), got[1])


def arrays(got, names):
    """Return the arrays of a dictionary in the order of `names`."""
    require(got is not None, "Nothing came back. Does every path of the function end in `return`?")
    require(isinstance(got, dict), "A dictionary from names to arrays was asked for.")
    same = got.keys() == set(names)
    require(
        same, f"The dictionary has the keys {sorted(map(str, got))}; asked for: {sorted(names)}."
    )
    return tuple(got[name] for name in names)


def followed(following, names):
    """Return what follows from an earlier part, as one tuple; None where nothing does."""
    if following is None:
        return None
    try:
        return Following(flat(following.result, names), following.counts)
    except Mismatch:
        return None


def check_norms(answer, reference, cases):
    """Compare the norm of each dictionary of gradients."""
    found = [answer.global_norm(grads) for grads in cases]
    for got, grads in zip(found, cases, strict=True):
        agree(got, reference.global_norm(grads), "the norm")


def check_clipping(answer, reference, cases, unit=1.0):
    """Compare what comes back for each (gradients, limit)."""
    found = [answer.clip_global_norm(*case) for case in cases]
    for got, (grads, limit) in zip(found, cases, strict=True):
        names = tuple(grads)
        agree(
            flat(got, names),
            flat(reference.clip_global_norm(grads, limit), names),
            ", ".join((*names, "norm")),
            MATRIX,
            carried=lambda grads=grads, limit=limit: followed(
                reference.using(answer, "global_norm").clip_global_norm(grads, limit), tuple(grads)
            ),
        )


def check_steps(answer, reference, args):
    """Compare the weights after a step, also with what follows from the learner's own clipping."""
    names = tuple(args[0])
    agree(
        flat(answer.clipped_step(*args), names),
        flat(reference.clipped_step(*args), names),
        ", ".join((*names, "norm")),
        MATRIX,
        carried=lambda: followed(
            reference.using(answer, "clip_global_norm").clipped_step(*args), names
        ),
    )


def test_global_norm_returns_one_number(answer, rng):
    """a single number comes back"""
    have_shape(answer.global_norm(draw_grads(rng)), {"the norm": ()})


def test_global_norm_is_the_length_of_all_gradients_laid_end_to_end(answer, reference, rng):
    """the norm is right for gradients of different shapes"""
    check_norms(answer, reference, [draw_grads(rng), draw_others(rng), draw_grads(rng, D=2, H=7)])


def test_global_norm_of_one_array_and_of_zeros(answer, reference, rng):
    """the norm of a single array is right, and that of zeros is zero"""
    alone = {"W": rng.normal(size=(3, 6))}
    check_norms(answer, reference, [alone, {"W": np.zeros((2, 3)), "b": np.zeros(3)}])


def test_clip_global_norm_returns_gradients_and_their_norm(answer, rng):
    """a dictionary of the same form and a number come back"""
    grads = draw_grads(rng)
    *got, norm = flat(answer.clip_global_norm(grads, 1.5), NAMES)
    for name, array in zip(NAMES, got, strict=True):
        have_shape(array, {name: grads[name].shape})
    have_shape(norm, {"norm": ()})


def test_clip_global_norm_shortens_what_is_too_long(answer, reference, rng):
    """gradients above the limit are scaled to it together, and the norm is that from before"""
    limit = rng.uniform(0.5, 2)
    # In the first case no array alone is above the limit, only all together.
    cases = [(draw_grads(rng, norm=1.15 * limit), limit), (draw_grads(rng, norm=4.0), 0.5)]
    cases.append((draw_others(rng), 1.25))
    check_clipping(answer, reference, cases)


def test_clip_global_norm_leaves_short_gradients_alone(answer, reference, rng):
    """gradients below the limit come back as they were"""
    cases = [(draw_grads(rng, norm=share * 2.5), 2.5) for share in (0.3, 0.9)]
    check_clipping(answer, reference, cases)


def test_clip_global_norm_keeps_zeros(answer, reference, rng):
    """gradients of zero stay zero, with norm zero"""
    zeros = {name: np.zeros_like(grad) for name, grad in draw_grads(rng).items()}
    check_clipping(answer, reference, [(zeros, 2.0)])


def test_clip_global_norm_is_exact_for_small_limits_too(answer, reference, rng):
    """the norm after clipping is the limit, also if both are small"""
    check_clipping(answer, reference, [(draw_grads(rng, norm=0.25), 0.125)])


def draw_step(rng, count, shape=(4, 6)):
    """Return weights, and the gradients of `count` parts, longer than 4 while their mean is not."""
    params = {"W": rng.normal(size=shape), "b": rng.normal(size=shape[1])}
    draws = [(rng.normal(size=shape), rng.normal(size=shape[1])) for _ in range(count)]
    return params, [{"W": W, "b": b} for W, b in draws]


def test_clipped_step_returns_weights_and_a_norm(answer, rng):
    """a dictionary like the weights and a number come back"""
    params, parts = draw_step(rng, 3)
    *got, norm = flat(answer.clipped_step(params, parts, 1.5, 0.25), params)
    for name, array in zip(params, got, strict=True):
        have_shape(array, {name: params[name].shape})
    have_shape(norm, {"norm": ()})


def test_clipped_step_clips_the_gradient_of_the_whole_batch(answer, reference, rng):
    """weights and norm are right where the gradient of the whole batch is too long"""
    check_steps(answer, reference, (*draw_step(rng, 3), 1.5, 0.25))


def test_clipped_step_leaves_a_short_gradient_alone(answer, reference, rng):
    """weights and norm are right where the parts are too long and their mean is not"""
    check_steps(answer, reference, (*draw_step(rng, 4), 4.0, 0.5))


def test_clipped_step_works_for_one_part_and_other_sizes(answer, reference, rng):
    """weights and norm are right for a batch in one part, and for other sizes"""
    check_steps(answer, reference, (*draw_step(rng, 1, shape=(7, 3)), 2.0, 0.125))


def draw_full_rank(rng, n, m):
    """Return a matrix far from a singular one, where the last column of Q would be rounding.

    It is close to a diagonal one with two signs, of which the usual routines turn the first.
    """
    return 0.25 * rng.normal(size=(n, m)) + np.eye(n, m) * SIGNS[:m]


def check_orthogonal(answer, reference, rng, shapes):
    """Compare the matrices made from random ones of these shapes."""
    cases = [(draw_full_rank(rng, *shape), float(rng.uniform(1.5, 2.5))) for shape in shapes]
    found = [answer.orthogonal_init(*case) for case in cases]
    for got, case in zip(found, cases, strict=True):
        agree(got, reference.orthogonal_init(*case), "the matrix", MATRIX)


def test_orthogonal_init_returns_a_matrix_of_the_same_shape(answer, rng):
    """a matrix of the shape of A comes back, tall or wide"""
    for n, m in ((6, 3), (2, 4)):
        got = answer.orthogonal_init(draw_full_rank(rng, n, m), 1.5)
        have_shape(got, {"the matrix": (n, m)})


def test_orthogonal_init_keeps_lengths_but_for_the_gain(answer, rng):
    """columns (of a wide matrix: rows) are at right angles and as long as the gain"""
    cases = [(draw_full_rank(rng, *shape), 1.75) for shape in ((4, 4), (3, 5))]
    found = [answer.orthogonal_init(*case) for case in cases]
    for got, (A, gain) in zip(found, cases, strict=True):
        have_shape(got, {"the matrix": A.shape})
        Q = np.asarray(got, dtype=float) / gain
        Q = Q if len(A) == 4 else Q.T
        agree(Q.T @ Q, np.eye(Q.shape[1]), "products of columns", MATRIX)


def test_orthogonal_init_settles_the_signs_of_a_square_matrix(answer, reference, rng):
    """every entry is right for a square matrix"""
    check_orthogonal(answer, reference, rng, ((5, 5),))


def test_orthogonal_init_settles_the_signs_of_an_oblong_matrix(answer, reference, rng):
    """every entry is right for a tall and for a wide matrix"""
    check_orthogonal(answer, reference, rng, ((3, 2), (5, 6)))


def check_irnn(answer, reference, A, scale, std):
    """Compare the three weights."""
    got = arrays(answer.irnn_init(A, scale, std), NAMES)
    agree(got, arrays(reference.irnn_init(A, scale, std), NAMES), ", ".join(NAMES), MATRIX)


def test_irnn_init_returns_three_weights(answer, rng):
    """a dictionary with W_xh, W_hh and b_h comes back, of the right shapes"""
    got = arrays(answer.irnn_init(rng.normal(size=(D, H)), 1.0, 0.1), NAMES)
    for name, array, shape in zip(NAMES, got, ((D, H), (H, H), (H,)), strict=True):
        have_shape(array, {name: shape})


def test_irnn_init_starts_from_a_multiple_of_the_identity(answer, reference, rng):
    """all weights are right"""
    A, scale, std = rng.normal(size=(D, H)), rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.3)
    check_irnn(answer, reference, A, float(scale), float(std))


def test_irnn_init_works_for_other_sizes(answer, reference, rng):
    """all weights are right for other numbers of inputs and units"""
    A, scale, std = rng.normal(size=(6, 3)), rng.uniform(1.3, 1.7), rng.uniform(1.5, 2.5)
    check_irnn(answer, reference, A, float(scale), float(std))


def draw_order(rng, T, B):
    """Return distractors, marks and the numbers that tell places, for up to eight sequences.

    Eight have all four pairs of marks, and each range has its first and its last place. The numbers
    keep away from the ends of their pieces, where rounding would decide.
    """
    code, ends = rng.permutation(8)[:B], np.array([[4], [5]])
    places = code * ends // 4 % 2 * (T // 10 - 1) + rng.uniform(0.05, 0.95, size=(2, B))
    return rng.integers(2, 6, size=(T, B)), code // np.array([[4], [2]]) % 2, places / (T // 10)


def check_order(answer, reference, args):
    """Compare inputs and classes."""
    got, expected = answer.temporal_order_batch(*args), reference.temporal_order_batch(*args)
    agree(got, expected, "xs, labels", ("time step", "sequence", "symbol"))


def test_temporal_order_batch_returns_inputs_and_classes(answer, rng):
    """xs of shape (T, B, 6) and labels of shape (B,) come back"""
    got = answer.temporal_order_batch(*draw_order(rng, 20, 8))
    have_shape(got, {"xs": (20, 8, 6), "labels": (8,)})


def test_temporal_order_batch_puts_the_marks_where_they_belong(answer, reference, rng):
    """inputs and classes are right for T = 20"""
    check_order(answer, reference, draw_order(rng, 20, 8))


def test_temporal_order_batch_works_for_other_sizes(answer, reference, rng):
    """inputs and classes are right for other lengths and other numbers of sequences"""
    check_order(answer, reference, draw_order(rng, 90, 5))


def draw_losses(rng, n, solved, bound=0.125):
    """Return n losses in no order, so many of them below the bound."""
    return bound * (1 + (rng.permutation(n) - solved + 0.5) / n)


def check_rate(answer, reference, *args):
    """Compare share and interval."""
    agree(answer.solve_rate(*args), reference.solve_rate(*args), "share, low, high")


def test_solve_rate_returns_three_numbers(answer, rng):
    """share, low and high come back"""
    got = answer.solve_rate(draw_losses(rng, 8, 3), 0.125, 1.96)
    have_shape(got, {"share": (), "low": (), "high": ()})


def test_solve_rate_gives_share_and_interval(answer, reference, rng):
    """share and interval are right where some seeds solve the task"""
    check_rate(answer, reference, draw_losses(rng, 10, int(rng.integers(2, 5))), 0.125, 1.96)


def test_solve_rate_works_for_another_bound_and_width(answer, reference, rng):
    """share and interval are right for another bound, another z and another number of seeds"""
    losses = draw_losses(rng, 7, int(rng.integers(4, 6)), bound=0.5)
    check_rate(answer, reference, losses, 0.5, 1.25)


def test_solve_rate_knows_none(answer, reference, rng):
    """share and interval are right where no seed solves the task"""
    check_rate(answer, reference, draw_losses(rng, 5, 0), 0.125, 1.96)


def test_solve_rate_knows_all(answer, reference, rng):
    """share and interval are right where every seed solves the task"""
    check_rate(answer, reference, draw_losses(rng, 6, 6), 0.125, 1.96)


def test_solve_rate_does_not_count_nan_or_the_bound_itself(answer, reference, rng):
    """a loss that is nan, or equal to the bound, has not solved the task"""
    losses = draw_losses(rng, 9, 4)
    order = np.argsort(losses)
    losses[order[[4, 8]]], losses[order[5]] = np.nan, 0.125
    check_rate(answer, reference, losses, 0.125, 1.5)
