"""What the chapter on sequences says is what its own code computes."""

import math
import re

import numpy as np
import pytest
import torch

from tests.book.page import Page, number
from unrolled import data
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("sequences")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == set()


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "with windows of twelve": "cut((values - mean) / deviation, 12, 1)",
        "the three training windows that look most alike": "axis=1)[:, :3]",
        "64 tanh units with random weights": "UNITS = 64",
        "a penalty of 1 on the squared weights": "penalty=1.0",
        "the horizon is two years": "K, STRIDE = 24, 7",
        "from every other article": "articles[first::2]",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


# --- equations and code -----------------------------------------------------------------------


@slow
@pytest.mark.parametrize("k", [1, 11, 12, 13, 24, 25, 40])
def test_the_baselines_are_the_lines_of_code_under_their_equations(chapter, k):
    values = {"np": np, "series": chapter.series}
    cell = PAGE.cell_of("eq-sequences-naive", "naive")
    exec(cell.replace("m, k = 12, 14", f"m, k = 12, {k}"), values)
    past, N = values["past"], values["N"]
    back = next(j for j in range(1, 10) if N + k - 12 * j <= N)
    g = sum(past[N - i - 1] - past[N - 12 - i - 1] for i in range(12)) / 12
    assert values["naive"] == past[-1]
    assert values["seasonal"] == past[N + k - 12 * back - 1]
    assert values["drifting"] == pytest.approx(past[N + k - 12 * back - 1] + back * g)


def test_the_two_formulas_from_elsewhere_are_right_and_wrong_as_the_text_says():
    for m in (1, 4, 12):
        for k in range(1, 40):
            ours = -m * math.ceil(k / m)
            assert -m * ((k - 1) // m + 1) == ours  # the whole part
            greater = math.floor((k - 1) / m) + 1  # the smallest whole number greater
            assert -m * (greater + 1) == ours - m


@slow
def test_windows_are_counted_as_the_equation_counts_them(chapter):
    for N, T, K in ((7, 3, 2), (20, 5, 1), (9, 4, 5)):
        found = 0
        for i in range(N):
            found += i + T + K <= N  # the last index of row i, counted from 1
        assert found == N - T - K + 1 == len(chapter.cut(np.arange(N), T, K))
    assert "n = len(small) - T - K + 1" in PAGE.cell_of("eq-sequences-count", "n")


@slow
def test_the_linear_forecast_has_no_gradient_left_and_is_the_sum_of_the_equation(chapter):
    past, T, K = chapter.past, 12, 24
    examples = torch.tensor(chapter.cut(past, T, K).copy())
    weights = torch.tensor(chapter.W, requires_grad=True)
    guess = examples[:, :T] @ weights[:-1] + weights[-1]
    (gradient,) = torch.autograd.grad(((guess - examples[:, T:]) ** 2).sum(), weights)
    torch.testing.assert_close(gradient, torch.tensor(chapter.gradient), atol=1e-3, rtol=1e-3)
    size = 2 * np.abs(chapter.A).T @ np.abs(chapter.Y)  # of the terms that cancel
    assert (np.abs(chapter.gradient) < 1e-7 * size).all()
    for k in (1, 13, 24):
        by_hand = chapter.W[T, k - 1] + sum(
            past[len(past) - T + j - 1] * chapter.W[j - 1, k - 1] for j in range(1, T + 1)
        )
        assert chapter.forecast[0, k - 1] == pytest.approx(by_hand)


@slow
def test_scaling_is_the_equation_and_goes_back(chapter):
    train = torch.tensor(chapter.series[:480])
    assert chapter.mu == pytest.approx(train.mean().item())
    assert chapter.sigma == pytest.approx(train.std(correction=0).item())
    np.testing.assert_allclose(chapter.z, (chapter.series - chapter.mu) / chapter.sigma)
    np.testing.assert_allclose(chapter.back, chapter.series)


@slow
def test_scaled_weights_give_the_same_linear_forecast(chapter):
    back = chapter.mu + chapter.sigma * chapter.z_forecast
    np.testing.assert_allclose(back, chapter.forecast[0], rtol=1e-6)


@slow
def test_the_mean_absolute_error_is_the_double_sum(chapter):
    for name, errors in chapter.off.items():
        origins, K = errors.shape
        total = sum(abs(errors[o, k]) for o in range(origins) for k in range(K))
        assert chapter.mae[name] == pytest.approx(total / (origins * K))
    # and the errors are forecasts less what came: the naive one, at its third origin
    origin = list(chapter.walk)[2]
    expected = chapter.series[origin - 1] - chapter.series[origin : origin + 24]
    np.testing.assert_allclose(chapter.off["naive"][2], expected)


# --- what the sections claim ------------------------------------------------------------------


@slow
def test_order_the_table_is_the_series_of_the_course(chapter):
    months, means = data.mauna_loa_co2()
    np.testing.assert_array_equal(chapter.series, means)
    assert (chapter.frame.index.to_numpy().astype("datetime64[M]") == months).all()
    assert number(chapter, "months") == 588


@slow
def test_order_shuffling_keeps_the_values_and_loses_the_neighbours(chapter):
    for row in chapter.shuffled[:3]:
        np.testing.assert_array_equal(np.sort(row), np.sort(chapter.series))
    errors = chapter.step_errors
    assert errors["true"] < 1.5
    assert errors["shuffled"] > 1.2 * errors["mean"] > 15 * errors["true"]


@slow
def test_linear_one_shuffle_for_all_windows_costs_nothing_and_others_do(chapter):
    errors = chapter.order_errors
    np.testing.assert_allclose(
        errors["same shuffle for all"], errors["as it was"], rtol=1e-5, atol=1e-6
    )
    assert (errors["own shuffle each"] > 3 * errors["as it was"]).all()
    assert 2 < number(chapter, "order-sorted") < number(chapter, "order-factor") < 9


@slow
def test_split_the_figure_shows_that_the_targets_decide(chapter):
    start, T = chapter.DRAW_START, chapter.DRAW_T
    assert chapter.positions[chapter.before, T:].max() == start - 1
    assert chapter.positions[chapter.after, T:].min() == start
    assert chapter.positions[chapter.after, :T].min() < start  # they reach back
    assert number(chapter, "draw-lost") == chapter.DRAW_K - 1 == 2


@slow
def test_split_a_random_one_flatters_two_models_and_hardly_the_linear_one(chapter):
    errors = chapter.split_errors
    for name in ("nearest neighbours", "tanh network"):
        assert (errors[name, "in time"] > 2 * errors[name, "at random"]).mean() > 0.95
    assert 7 < number(chapter, "split-neighbours") < 14
    assert 4 < number(chapter, "split-network") < 8
    ratio = errors["linear", "in time"].mean() / errors["linear", "at random"].mean()
    assert 0.9 < ratio < 1.15


@slow
def test_split_neighbours_cannot_leave_the_range_they_were_trained_on(chapter):
    origin = chapter.ORIGINS[0]
    pairs = chapter.cut(chapter.series[: origin + 60], 12, 1)
    train, test = pairs[:-60], pairs[-60:]
    guess = chapter.neighbours(train[:, :12], train[:, 12], test[:, :12], 0)
    assert guess.max() <= train[:, 12].max() < test[-12:, 12].mean()
    np.testing.assert_array_equal(test[:, 12], chapter.series[origin : origin + 60])


@slow
def test_scaling_a_leak_does_nothing_to_two_models_and_wrongs_the_network(chapter):
    leak = chapter.leak
    np.testing.assert_allclose(leak["linear"], 1, rtol=1e-6)
    np.testing.assert_allclose(leak["nearest neighbours"], 1, rtol=1e-6)
    assert (leak["tanh network"] < 1).mean() > 0.8
    assert 0.55 < number(chapter, "leak-median") < 0.85
    loose = leak["the same, penalty 0.01"]
    assert 0.35 < (loose < 1).mean() < 0.75
    assert loose.min() < 0.5 < 2 < loose.max()


@slow
def test_scaling_without_the_level_next_to_nothing_leaks_and_the_error_falls(chapter):
    changes = np.abs(chapter.leak["the first, level taken out"] - 1)
    assert changes.max() < 0.1
    assert 100 * changes.max() <= number(chapter, "leak-level")
    kept = chapter.leak_errors["tanh network", "past alone"].mean()
    out = chapter.leak_errors["the first, level taken out", "past alone"].mean()
    assert out < kept / 5
    assert out == pytest.approx(chapter.split_errors["linear", "in time"].mean(), abs=0.05)


def test_scaling_the_two_libraries_divide_by_what_the_text_says():
    pandas = pytest.importorskip("pandas")
    values = [1.0, 3.0, 5.0, 7.0]
    assert np.std(values) == pytest.approx(math.sqrt(20 / 4))
    assert pandas.Series(values).std() == pytest.approx(math.sqrt(20 / 3))
    assert pandas.Series(values).std(ddof=0) == pytest.approx(np.std(values))


@slow
def test_evaluation_nothing_is_fitted_to_what_lies_after_an_origin(chapter):
    origin = list(chapter.walk)[3]
    known = chapter.series[:origin]
    for T in (3, 12):
        forecast = chapter.linear_from(known, T)
        np.testing.assert_allclose(
            forecast - chapter.series[origin : origin + 24], chapter.off[f"linear, T = {T}"][3]
        )
    assert len({o % 12 for o in chapter.walk}) == 12, "origins fall into all months"


@slow
def test_evaluation_the_table_says_who_beats_whom(chapter):
    by_lead, mae = chapter.by_lead, chapter.mae
    seasonal = by_lead["seasonal-naive"]
    assert by_lead["naive"][0] < seasonal[0]
    assert by_lead["naive"][11] == pytest.approx(seasonal[11])
    assert by_lead["naive"][12] < seasonal[12]  # again after a year
    assert by_lead["naive"][0] < by_lead["naive"][11] < 0.75 * by_lead["naive"][5]
    assert (by_lead["naive"][2:8] > seasonal[2:8]).all()
    assert 1 <= number(chapter, "seasonal-beats-3") <= 8
    assert number(chapter, "seasonal-beats-12") == 0
    assert by_lead["linear, T = 1"][:12].mean() > seasonal[:12].mean()
    assert mae["linear, T = 24"] < mae["linear, T = 12"] < mae["seasonal with drift"]
    assert mae["seasonal with drift"] < mae["linear, T = 3"] < mae["seasonal-naive"]
    assert 0.05 < number(chapter, "drift-gap") < 0.3
    assert chapter.wins["linear, T = 12"] == len(chapter.walk)


@slow
def test_vocabulary_words_run_out_and_characters_do_not(chapter):
    training, new = chapter.unknown.T
    assert (np.diff(new) <= 0).all()
    assert training[-1] == 0
    assert (new > training).all()
    assert 1 < number(chapter, "unknown-all") < 6
    assert number(chapter, "unknown-characters") < 0.05
    assert len(chapter.characters) < 120


# --- the quiz ---------------------------------------------------------------------------------


def test_quiz_the_seasons_are_counted_as_in_the_equation():
    (item,) = (item for item in read_items("sequences") if item.id == "seasons_back")
    N, m, k = (int(re.search(rf"{s} = (\d+)", item.stem)[1]) for s in "Nmk")
    answer = N + k - m * math.ceil(k / m)
    assert item.answer.value == answer
    slips = [
        N + k - m * (k // m),
        N + k - m * (math.ceil(k / m) + 1),
        N,
        N + k - m,
        answer - 1,
        answer + 1,
    ]
    assert [wrong.interval.value for wrong in item.wrong] == slips
