"""The checks of the exercise on variants of the LSTM.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one.
Every cell is also asked for a second set of sizes, with a batch larger than two blocks of units.
Shapes are compared together with the values where an earlier part may return a wrong shape, which is
carried forward.
"""

from unrolled.expect import Following, agree, have_shape, require

B, D, H = 2, 3, 5
OTHER = {"B": 7, "D": 4, "H": 3}
STEP = ("row", "unit")
LAYERS = ((1, 0), (4, 0), (3, 0), (4, 3), (3, 1))  # blocks, and what each unit has beside
CELLS = ("rnn", "lstm", "cifg", "peephole", "gru before", "gru after")


def draw_params(rng, blocks, D, H, **vectors):
    """Return weights a little below one for that many blocks of H columns, and vectors beside."""
    return {
        "W_xh": 0.7 * rng.normal(size=(D, blocks * H)),
        "W_hh": 0.7 * rng.normal(size=(H, blocks * H)),
        "b_h": rng.normal(size=blocks * H),
        **vectors,
    }


def draw_update(rng, B=B, H=H, **_):
    """Return z, n and h."""
    return rng.uniform(size=(B, H)), *rng.uniform(-1, 1, size=(2, B, H))


def draw_candidate(rng, B=B, H=H, **_):
    """Return a, r, h, W_hn and b_hn."""
    a, h = rng.normal(size=(B, H)), rng.uniform(-1, 1, size=(B, H))
    r = rng.uniform(0.1, 0.9, size=(B, H))
    return a, r, h, 0.7 * rng.normal(size=(H, H)), rng.normal(size=H)


def draw_gru(rng, B=B, D=D, H=H):
    """Return x, h and parameters of a GRU."""
    params = draw_params(rng, 3, D, H, b_hn=rng.normal(size=H))
    return rng.normal(size=(B, D)), rng.uniform(-1, 1, size=(B, H)), params


def draw_torch(rng, D=D, H=H, **_):
    """Return four arrays in the shapes of PyTorch's GRU."""
    sizes = (3 * H, D), (3 * H, H), 3 * H, 3 * H
    return tuple(rng.normal(size=size) for size in sizes)


def draw_step(rng, blocks, B=B, D=D, H=H, **vectors):
    """Return x, h, c and parameters of a cell with two states."""
    h, c = rng.uniform(-1, 1, size=(B, H)), rng.normal(size=(B, H))
    return rng.normal(size=(B, D)), h, c, draw_params(rng, blocks, D, H, **vectors)


def draw_peephole(rng, B=B, D=D, H=H):
    """Return x, h, c and parameters of a cell with peepholes."""
    p = dict(zip(("p_i", "p_f", "p_o"), rng.normal(size=(3, H)), strict=True))
    return draw_step(rng, 4, B, D, H, **p)


def draw_errors(rng, n):
    """Return errors of two cells in steps of 1/8: their sums are exact, so equal ones are equal."""
    a = rng.integers(0, 40, size=n) / 8
    return a, a + rng.integers(-5, 12, size=n) / 8


def check_candidate(answer, reference, args):
    """Compare the candidate."""
    agree(answer.gru_candidate(*args), reference.gru_candidate(*args), "n", STEP)


def both(gru_step, args):
    """Return what the step gives for "after" and for "before"."""
    return tuple(gru_step(*args, variant) for variant in ("after", "before"))


def check_gru(answer, reference, args):
    """Compare both variants at once, also with what follows from the learner's own earlier parts.

    At once: variants that are exchanged in one part and ignored in another are right for one call.
    """

    def carried():
        found = both(reference.using(answer, "gru_candidate", "gru_update").gru_step, args)
        if any(following is None for following in found):
            return None
        results = tuple(following.result for following in found)
        return Following(results, lambda: all(following.counts() for following in found))

    names = "h (after), h (before)"
    agree(both(answer.gru_step, args), both(reference.gru_step, args), names, STEP, carried)


def check_cifg(answer, reference, args):
    """Compare one step with coupled gates."""
    agree(answer.cifg_step(*args), reference.cifg_step(*args), "h, c", STEP)


def check_peephole(answer, reference, args):
    """Compare one step with peepholes."""
    agree(answer.peephole_step(*args), reference.peephole_step(*args), "h, c", STEP)


def check_loaded(answer, reference, args):
    """Compare the four arrays of the dictionary, one by one."""
    got, expected = answer.gru_from_torch(*args), reference.gru_from_torch(*args)
    require(got is not None, "Nothing came back. Does the function end in `return`?")
    require(isinstance(got, dict), "The parameters come back as a dictionary.")
    keys = sorted(map(str, got))
    require(keys == sorted(expected), f"The dictionary has the keys {', '.join(keys)}.")
    for name, value in expected.items():
        agree(got[name], value, name, ("row", "column") if value.ndim == 2 else ("entry",))


def check_count(answer, reference, cell, sizes):
    """Compare the number of parameters of a cell."""
    for d, h in sizes:
        got, expected = answer.param_count(cell, d, h), reference.param_count(cell, d, h)
        agree(got, expected, f"the number of parameters of {cell}")


def check_budget(answer, reference, *args):
    """Compare the number of units."""
    got, expected = answer.param_budget(*args), reference.param_budget(*args)
    agree(got, expected, "the number of units")


def test_gru_update_returns_one_state(answer, rng):
    """one array of shape (B, H) comes back"""
    have_shape(answer.gru_update(*draw_update(rng)), {"h": (B, H)})


def test_gru_update_mixes_old_and_new(answer, reference, rng):
    """the next state has the right values, for two sets of sizes"""
    for sizes in ({}, OTHER):
        args = draw_update(rng, **sizes)
        agree(answer.gru_update(*args), reference.gru_update(*args), "h", STEP)


def test_gru_candidate_returns_one_array(answer, rng):
    """one array of shape (B, H) comes back"""
    have_shape(answer.gru_candidate(*draw_candidate(rng)), {"n": (B, H)})


def test_gru_candidate_resets_after_the_product(answer, reference, rng):
    """the candidate is right for "after", which is also what is meant if nothing is said"""
    args = draw_candidate(rng)
    check_candidate(answer, reference, args)
    check_candidate(answer, reference, (*args, "after"))


def test_gru_candidate_resets_before_the_product(answer, reference, rng):
    """the candidate is right for "before" """
    check_candidate(answer, reference, (*draw_candidate(rng), "before"))


def test_gru_candidate_works_for_other_sizes(answer, reference, rng):
    """both variants are right for other numbers of rows and units"""
    args = draw_candidate(rng, **OTHER)
    check_candidate(answer, reference, (*args, "after"))
    check_candidate(answer, reference, (*args, "before"))


def test_gru_step_gives_the_next_state(answer, reference, rng):
    """the next state is right for both variants"""
    check_gru(answer, reference, draw_gru(rng))


def test_gru_step_resets_after_the_product_if_nothing_is_said(answer, reference, rng):
    """the next state is right without the argument `variant`"""
    args = draw_gru(rng)
    agree(
        answer.gru_step(*args),
        reference.gru_step(*args),
        "h",
        STEP,
        carried=lambda: reference.using(answer, "gru_candidate", "gru_update").gru_step(*args),
    )


def test_gru_step_works_for_other_sizes(answer, reference, rng):
    """the next state is right for other numbers of rows, inputs and units"""
    check_gru(answer, reference, draw_gru(rng, **OTHER))


def test_gru_from_torch_fills_four_arrays(answer, reference, rng):
    """W_xh, W_hh, b_h and b_hn have the right shapes and values"""
    check_loaded(answer, reference, draw_torch(rng))


def test_gru_from_torch_works_for_other_sizes(answer, reference, rng):
    """all four are right for other numbers of inputs and units"""
    check_loaded(answer, reference, draw_torch(rng, **OTHER))


def test_cifg_step_returns_two_states(answer, rng):
    """h and c come back, each of shape (B, H)"""
    have_shape(answer.cifg_step(*draw_step(rng, 3)), {"h": (B, H), "c": (B, H)})


def test_cifg_step_gives_the_next_states(answer, reference, rng):
    """h and c have the right values"""
    check_cifg(answer, reference, draw_step(rng, 3))


def test_cifg_step_works_for_other_sizes(answer, reference, rng):
    """h and c are right for other numbers of rows, inputs and units"""
    check_cifg(answer, reference, draw_step(rng, 3, **OTHER))


def test_peephole_step_returns_two_states(answer, rng):
    """h and c come back, each of shape (B, H)"""
    have_shape(answer.peephole_step(*draw_peephole(rng)), {"h": (B, H), "c": (B, H)})


def test_peephole_step_gives_the_next_states(answer, reference, rng):
    """h and c have the right values"""
    check_peephole(answer, reference, draw_peephole(rng))


def test_peephole_step_works_for_other_sizes(answer, reference, rng):
    """h and c are right for other numbers of rows, inputs and units"""
    check_peephole(answer, reference, draw_peephole(rng, **OTHER))


def test_param_count_is_right_for_every_cell(answer, reference, rng):
    """the number is right for all six cells, for one size each"""
    for cell, d, more in zip(CELLS, *rng.integers(2, 20, size=(2, 6)).tolist(), strict=True):
        check_count(answer, reference, cell, [(d, d + more)])


def test_param_count_is_right_for_other_sizes(answer, reference, rng):
    """the number is right with more inputs than units, too"""
    for cell, h, more in zip(CELLS, *rng.integers(2, 20, size=(2, 6)).tolist(), strict=True):
        check_count(answer, reference, cell, [(h + more, h)])


def test_param_budget_is_right_for_every_cell(answer, reference, rng):
    """the number of units is right for one, three and four blocks, with and without more"""
    for (blocks, beside), d, more in zip(LAYERS, *rng.integers(2, 30, size=(2, 5)), strict=True):
        budget = 150 + int(more)
        check_budget(answer, reference, budget, int(d) // 6 + 1, blocks, beside)


def test_param_budget_may_be_used_up(answer, reference, rng):
    """a layer that uses up the budget exactly fits, one that is over it by one does not"""
    d, h = rng.integers(2, 6, size=2).tolist()
    for blocks, *beside in ((1,), (3, 1), (4, 3)):
        budget = h * (blocks * (d + h + 1) + sum(beside))
        for near in (budget, budget - 1):
            check_budget(answer, reference, near, d, blocks, *beside)


def test_param_budget_may_be_too_small(answer, reference, rng):
    """there is no unit where not even one fits"""
    check_budget(answer, reference, 20 - int(rng.integers(1, 9)), int(rng.integers(4, 9)), 4)


def test_sign_flip_p_is_the_share_of_all_choices(answer, reference, rng):
    """the share is right for four, five and six seeds"""
    for n in (5, 4, 6):
        args = draw_errors(rng, n)
        agree(answer.sign_flip_p(*args), reference.sign_flip_p(*args), "the p-value")


def test_sign_flip_p_counts_both_sides(answer, reference, rng):
    """the share is the same when the two cells change places"""
    a = rng.integers(0, 40, size=5) / 8
    b = a + rng.permutation([9, -2, 3, 1, -4]) / 8  # sizes and signs alone would say other things
    agree(answer.sign_flip_p(a, b), reference.sign_flip_p(a, b), "the p-value")
    agree(answer.sign_flip_p(b, a), reference.sign_flip_p(b, a), "the p-value")


def test_sign_flip_p_is_least_where_one_cell_always_wins(answer, reference, rng):
    """where all differences have one sign, two choices of all are as far from zero"""
    a = rng.integers(0, 40, size=5) / 8
    b = a + rng.integers(1, 9, size=5) / 8
    agree(answer.sign_flip_p(a, b), reference.sign_flip_p(a, b), "the p-value")
