"""The checks of the exercise on forecasts of a time series.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, and every cell is also
asked for a second set of sizes. Series wander, so that no two stretches of them are alike.
"""

import numpy as np

from unrolled.expect import Following, agree, have_shape

N, P, K, M = 23, 3, 5, 4


def draw_series(rng, N=N):
    """Return values of order one that wander and jump, (N,)."""
    return 3 + 0.4 * np.cumsum(rng.normal(size=N)) + rng.normal(size=N)


def draw_scaled(rng, N=N, K=7, m=M):
    """Return forecast, actual, train and m.

    There are more values to forecast than in a season, and the errors have both signs.
    """
    actual, sides = 2 + 3 * rng.normal(size=K), np.where(np.arange(K) % 3, 1, -1)
    forecast = actual + rng.permutation(sides) * rng.uniform(0.5, 3, size=K)
    return forecast, actual, draw_series(rng, N), m


def check_mase(answer, reference, args):
    """Compare one number."""
    agree(answer.mase(*args), reference.mase(*args), "MASE")


def test_mase_is_one_number(answer, rng):
    """a single number comes back"""
    have_shape(answer.mase(*draw_scaled(rng)), {"MASE": ()})


def test_mase_is_the_error_in_units_of_the_seasonal_one(answer, reference, rng):
    """the number is right for a season of four steps"""
    check_mase(answer, reference, draw_scaled(rng))


def test_mase_works_for_other_sizes(answer, reference, rng):
    """the number is right for seasons of three steps and of one"""
    check_mase(answer, reference, draw_scaled(rng, 14, 6, 3))
    check_mase(answer, reference, draw_scaled(rng, 9, 4, 1))


def check_walk(answer, reference, args):
    """Compare all errors."""
    got, wanted = answer.walk_forward(*args), reference.walk_forward(*args)
    agree(got, wanted, "errors", ("origin", "lead"))


def test_walk_forward_has_a_row_for_each_origin(answer, rng):
    """an array of shape (O, K) comes back, the last origin included"""
    have_shape(answer.walk_forward(draw_series(rng), 4, 9, 5, 3), {"errors": (4, 5)})


def test_walk_forward_gives_what_was_measured_minus_what_was_forecast(answer, reference, rng):
    """every error is right"""
    check_walk(answer, reference, (draw_series(rng), 4, 9, 5, 3))


def test_walk_forward_works_for_other_sizes(answer, reference, rng):
    """every error is right for another season, and where the last values are left over"""
    check_walk(answer, reference, (draw_series(rng, 17), 3, 5, 2, 4))
    check_walk(answer, reference, (draw_series(rng, 14), 2, 6, 3, 1))


def check_fit(answer, reference, args):
    """Compare weights and constant."""
    agree(answer.ar_fit(*args), reference.ar_fit(*args), "weights", ("place",))


def test_ar_fit_returns_a_weight_for_each_value_and_a_constant(answer, rng):
    """an array of shape (p + 1,) comes back"""
    have_shape(answer.ar_fit(draw_series(rng), P, 2), {"weights": (P + 1,)})


def test_ar_fit_finds_the_best_weights_for_the_next_value(answer, reference, rng):
    """weights and constant are right for a lead of one"""
    check_fit(answer, reference, (draw_series(rng), P, 1))


def test_ar_fit_works_for_other_sizes(answer, reference, rng):
    """weights and constant are right for larger leads and other numbers of values"""
    check_fit(answer, reference, (draw_series(rng, 19), 2, 3))
    check_fit(answer, reference, (draw_series(rng, 26), 4, 2))


def draw_model(rng, N=N, p=P, K=K):
    """Return past, weights and K; the weights are such that forecasts stay of order one."""
    w = rng.uniform(0.2, 0.9, size=p) * rng.choice([-1, 1], size=p)
    w /= np.abs(w).sum()
    return draw_series(rng, N), np.append(w, rng.uniform(0.5, 1.5)), K


def check_forecast(answer, reference, args):
    """Compare all forecasts."""
    agree(answer.ar_forecast(*args), reference.ar_forecast(*args), "forecasts", ("step",))


def test_ar_forecast_returns_a_number_for_each_step(answer, rng):
    """an array of shape (K,) comes back"""
    have_shape(answer.ar_forecast(*draw_model(rng)), {"forecasts": (K,)})


def test_ar_forecast_feeds_its_forecasts_back(answer, reference, rng):
    """every forecast is right"""
    check_forecast(answer, reference, draw_model(rng))


def test_ar_forecast_works_for_other_sizes(answer, reference, rng):
    """the forecasts are right for other numbers of values and steps, and from a past of p values"""
    check_forecast(answer, reference, draw_model(rng, 9, 2, 7))
    check_forecast(answer, reference, draw_model(rng, 4, 4, 3))


def check_both(answer, reference, args):
    """Compare both forecasts, each for itself: a learner may make one without an earlier part.

    What follows from the learner's own earlier parts counts, too.
    """
    got, wanted = answer.direct_vs_recursive(*args), reference.direct_vs_recursive(*args)
    if len(got) != 2 if isinstance(got, tuple | list) else np.shape(got)[:1] != (2,):
        agree(got, wanted, "direct, recursive", ("step",))
    using = reference.using(answer, "ar_fit", "ar_forecast")

    def carried(part):
        found = using.direct_vs_recursive(*args)
        return found and Following(found.result[part], found.counts)

    for part, name in enumerate(("direct", "recursive")):
        agree(got[part], wanted[part], name, ("step",), carried=lambda part=part: carried(part))


def test_direct_vs_recursive_makes_both_forecasts(answer, reference, rng):
    """both forecasts are right"""
    check_both(answer, reference, (draw_series(rng), P, 3))


def test_direct_vs_recursive_works_for_other_sizes(answer, reference, rng):
    """both forecasts are right for other numbers of values and steps"""
    check_both(answer, reference, (draw_series(rng, 21), 4, 2))


def draw_quantiles(rng, n=7, Q=3):
    """Return quantiles, actual and taus; each column has values on both sides."""
    actual = 2 * rng.normal(size=n)
    side = np.array([rng.permutation(np.where(np.arange(n) % 3, 1, -1)) for _ in range(Q)]).T
    gaps = rng.uniform(0.3, 2, size=(n, Q))
    return actual[:, None] + side * gaps, actual, rng.permutation((np.arange(Q) + 0.4) / Q)


def check_pinball(answer, reference, args):
    """Compare the loss of each column."""
    got, wanted = answer.pinball_loss(*args), reference.pinball_loss(*args)
    agree(got, wanted, "loss", ("quantile",))


def test_pinball_loss_has_a_number_for_each_quantile(answer, rng):
    """an array of shape (Q,) comes back"""
    have_shape(answer.pinball_loss(*draw_quantiles(rng)), {"loss": (3,)})


def test_pinball_loss_charges_each_side_its_price(answer, reference, rng):
    """the mean loss of each column is right"""
    check_pinball(answer, reference, draw_quantiles(rng))


def test_pinball_loss_works_for_other_sizes(answer, reference, rng):
    """the loss is right with as many rows as columns, and where all values lie on one side"""
    check_pinball(answer, reference, draw_quantiles(rng, 4, 4))
    actual, taus = rng.normal(size=5), np.array([0.15, 0.8])
    check_pinball(answer, reference, (actual[:, None] - rng.uniform(1, 2, (5, 2)), actual, taus))


def draw_intervals(rng, rows=9, K=K):
    """Return low, high and actual: below, on both ends, inside and above in every column."""
    low = rng.integers(-8, 0, size=(rows, K)) / 4
    high = low + rng.integers(2, 9, size=(rows, K)) / 4
    mid = (low + high) / 2
    places = np.stack([low - 0.5, low, mid, high, high + 1, low - 1])  # (6, O, K)
    which = np.array([rng.permutation(np.arange(rows) % 6) for _ in range(K)]).T
    return low, high, np.take_along_axis(places, which[None], axis=0)[0]


def check_coverage(answer, reference, args):
    """Compare coverage and width."""
    got, wanted = answer.interval_coverage(*args), reference.interval_coverage(*args)
    agree(got, wanted, "coverage, width", ("lead",))


def test_interval_coverage_has_two_numbers_for_each_lead(answer, rng):
    """two arrays of shape (K,) come back"""
    got = answer.interval_coverage(*draw_intervals(rng))
    have_shape(got, {"coverage": (K,), "width": (K,)})


def test_interval_coverage_counts_what_lies_inside(answer, reference, rng):
    """coverage and width of every lead are right, where values lie on the ends, too"""
    check_coverage(answer, reference, draw_intervals(rng))


def test_interval_coverage_differs_from_lead_to_lead(answer, reference, rng):
    """coverage and width are right where the second lead holds all and the last one nothing"""
    low, high, actual = draw_intervals(rng, 7, 4)
    actual[:, 1], actual[:, 3] = low[:, 1] + 0.25, high[:, 3] + 0.5
    check_coverage(answer, reference, (low, high, actual))
