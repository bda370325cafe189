"""What the chapter on time series says is what its own code computes."""

import itertools

import numpy as np
import pytest
import torch

from tests.book.page import ROOT, Page, number
from unrolled import data
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("time_series")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {"0.1", "0.6", "0.9"}


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "on the years 1973 to 1980": "CHOICE_FROM = 276  # January 1973",
        "may see 1 to 12 values": "for p in range(1, 13)",
        "may have 4 or 16 units": "for H in (4, 16)",
        "after 10, 20, and so on up to 120 updates": "EVERY, MOST, ROWS, RATE = 3, 4, 10, 120,",
        "A network of 16 units while it is trained".lower(): "coverage_while_training[16]",
        "for $\\tau = 0.1$ and 0.9": "TAUS = np.array([0.1, 0.5, 0.9])",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


# --- origins ----------------------------------------------------------------------------------


@slow
def test_origins_the_number_of_origins_is_that_of_a_loop(chapter):
    assert ":label: eq-time-series-count\n" in PAGE.text
    for N, K, n_0, s in itertools.product((30, 41), (1, 5), (10, 13), (1, 4, 7)):
        loop = [n for n in range(n_0, N, s) if n + K <= N]
        assert (N - K - n_0) // s + 1 == len(loop)
    starts = [str(chapter.months[n]) for n in chapter.STARTS]
    assert starts == [f"{year}-01" for year in (1981, 1989, 1997, 2005, 2013)]
    assert chapter.origins_of(756)[-1] + chapter.K == chapter.N
    assert number(chapter, "walk-all") == 5 * chapter.O == 425


@slow
def test_origins_nothing_that_lies_ahead_is_read(chapter):
    n = 468
    later = chapter.x.copy()
    later[n:] = np.nan
    anomalies = later - chapter.month_means(n)[chapter.month]
    for way in ("direct", "recursive"):
        made = chapter.linear(anomalies, n, np.array([n]), 5, way)
        full = chapter.x - chapter.month_means(n)[chapter.month]
        np.testing.assert_allclose(made, chapter.linear(full, n, np.array([n]), 5, way))
    _, targets = chapter.examples(np.arange(852.0), np.arange(12, n - chapter.K + 1))
    assert targets.max() == n - 1, "the last target of training is the last known value"


@slow
def test_origins_the_share_of_the_wave_is_about_a_half(chapter):
    assert 45 < number(chapter, "wave-share") < 65


# --- baselines --------------------------------------------------------------------------------


@slow
def test_baselines_the_drift_is_the_line_through_the_first_value_and_the_last(chapter):
    v, n = chapter, 400
    row = n - v.first
    forecast = v.x[n : n + v.K] - v.off["drift"][0, 0, row]
    slope = (v.x[n - 1] - v.x[0]) / (n - 1)
    np.testing.assert_allclose(forecast, v.x[0] + slope * (n - 1 + np.arange(1, v.K + 1)))


@slow
def test_baselines_the_error_of_repeating_is_twice_what_is_not_shared(chapter):
    v = chapter
    np.testing.assert_allclose(v.repeat_measured, v.repeat_derived, rtol=0.12)
    assert ((v.repeat_derived < v.variance) == (v.rho > 0.5)).all()
    assert 3 <= number(chapter, "half-last") <= 5
    assert v.rho[11] < 0
    assert number(chapter, "half-year") > 2.2


@slow
def test_baselines_the_weak_one_lends_a_quarter_to_any_other(chapter):
    assert chapter.total["mean of the month"] < 0.75 * chapter.total["seasonal-naive"]


def test_baselines_for_carbon_dioxide_it_is_the_other_way_round():
    _, x = data.mauna_loa_co2()
    off = {"mean": [], "last year": []}
    for n in range(240, len(x) - 12):
        places = (n + np.arange(12)) % 12
        means = np.array([x[:n][j::12].mean() for j in places])
        off["mean"].append(np.abs(x[n : n + 12] - means).mean())
        off["last year"].append(np.abs(x[n : n + 12] - x[n - 12 : n]).mean())
    assert np.mean(off["mean"]) > 5 * np.mean(off["last year"])


# --- scale ------------------------------------------------------------------------------------


@slow
def test_scale_is_the_equation(chapter):
    v, n = chapter, chapter.first
    assert ":label: eq-time-series-mase\n" in PAGE.text
    d = sum(abs(v.x[t] - v.x[t - 12]) for t in range(12, n)) / (n - 12)
    assert v.d == pytest.approx(d)
    assert v.scaled_error == pytest.approx(v.scores["seasonal-naive"][0, 0])
    errors = [abs(v.x[o + k] - v.x[o + k - 12]) for o in v.origins_of(n) for k in range(12)]
    assert v.scaled_error == pytest.approx(np.mean(errors) / d)


@slow
def test_scale_a_value_above_one_may_be_naive_itself(chapter):
    assert number(chapter, "scale-own") > 1.1
    assert 0.8 < number(chapter, "scale-naive-1") < 1.2
    assert number(chapter, "scale-naive-6") > 2.5


# --- steps ------------------------------------------------------------------------------------


@slow
def test_steps_the_direct_weight_is_the_correlation(chapter):
    a = torch.tensor(chapter.a)
    for k in (1, 5, 12):
        w = torch.tensor(chapter.rho[k - 1], requires_grad=True)
        # With expectations as in the text: both values have the variance of all.
        product = (a[k:] * a[:-k]).mean()
        (chapter.variance * (1 + w**2) - 2 * w * product).backward()
        assert abs(w.grad.item()) < 1e-10
    one = chapter.fit_leads(chapter.a, 1)[0]
    np.testing.assert_allclose(one, chapter.rho[: chapter.K], atol=0.06)


@slow
def test_steps_the_recursion_is_a_loop_and_agrees_one_step_ahead(chapter):
    v, n, p = chapter, 500, 3
    made = {w: v.linear(v.x, n, np.array([n, n + 7]), p, w) for w in ("direct", "recursive")}
    np.testing.assert_allclose(made["direct"][:, 0], made["recursive"][:, 0])
    w = v.fit_leads(v.x[:n], p)[:, 0]
    values = list(v.x[n + 7 - p : n + 7])
    for _ in range(v.K):
        values.append(sum(w[j] * values[-p + j] for j in range(p)) + w[p])
    np.testing.assert_allclose(made["recursive"][1], values[p:])


@slow
def test_steps_with_one_value_the_recursion_is_worse_and_with_twelve_it_is_not(chapter):
    totals = chapter.totals
    assert totals[1, "recursive"] > 1.03 * totals[1, "direct"]
    assert totals[12, "recursive"] == pytest.approx(totals[12, "direct"], rel=0.02)
    assert number(chapter, "ways-recursive") > 0.3
    assert number(chapter, "ways-direct") < -0.1, "its sign has turned"


# --- quantiles --------------------------------------------------------------------------------


@slow
def test_quantiles_the_slope_of_the_pinball_loss_is_the_share_below_less_tau(chapter):
    a = torch.tensor(chapter.a)
    for tau, place in itertools.product(chapter.TAUS, (20, 80, 150)):
        q = torch.tensor(chapter.guesses[place], requires_grad=True)
        loss = torch.maximum(tau * (a - q), (tau - 1) * (a - q)).mean()
        loss.backward()
        assert loss.item() == pytest.approx(chapter.curves[tau][place])
        assert q.grad.item() == pytest.approx(chapter.slopes[tau][place])


@slow
def test_quantiles_each_curve_is_lowest_at_its_quantile(chapter):
    for tau in chapter.TAUS:
        lowest = chapter.guesses[chapter.curves[tau].argmin()]
        assert lowest == pytest.approx(np.quantile(chapter.a, tau), abs=0.06)
    half = np.abs(chapter.a[:, None] - chapter.guesses).mean(axis=0) / 2
    np.testing.assert_allclose(chapter.curves[0.5], half)


# --- the contest ------------------------------------------------------------------------------


@slow
def test_contest_each_network_is_an_lstm_of_pytorch_and_a_readout(chapter):
    H, B, T = 4, 5, chapter.WINDOW
    W, V = chapter.draw_networks(2, H, torch.Generator().manual_seed(0))
    inputs = torch.randn(2, B, T, 3, generator=torch.Generator().manual_seed(1))
    for each in range(2):
        lstm = torch.nn.LSTM(3, H)
        with torch.no_grad():
            lstm.weight_ih_l0.copy_(W[each, :3].T)
            lstm.bias_ih_l0.copy_(W[each, 3])
            lstm.bias_hh_l0.zero_()
            lstm.weight_hh_l0.copy_(W[each, 4:].T)
            _, (h_n, _) = lstm(inputs[each].transpose(0, 1))
            seen = torch.cat([h_n[0], inputs[each, :, -1, :1], torch.ones(B, 1)], dim=1)
            wanted = (seen @ V[each]).view(B, chapter.K, 3)
            torch.testing.assert_close(chapter.networks(W, V, inputs)[each], wanted)


@slow
def test_contest_both_families_had_as_many_candidates_and_chose_before_the_contest(chapter):
    v = chapter
    assert len(v.linear_search) == len(v.lstm_search) == number(chapter, "contest-choices") == 24
    assert v.tune_origins[-1] + v.K == v.first
    for search, best in (
        (v.linear_search, (v.best_p, v.best_way)),
        (v.lstm_search, (v.best_H, v.best_updates)),
    ):
        assert search[best] == min(search.values())


@slow
def test_contest_the_lstm_beats_the_seasonal_baselines_and_not_the_linear_forecast(chapter):
    total = chapter.total
    assert total["LSTM"] < 0.75 * total["seasonal-naive"]
    assert total["LSTM"] < 0.95 * total["mean of the month"]
    assert total["linear"] * 0.98 < total["LSTM"] < 1.15 * total["linear"]
    assert total["last anomaly"] > total["mean of the month"]
    assert min(total["naive"], total["drift"]) > total["seasonal-naive"]
    three = [total[name] for name in ("mean of the month", "linear", "LSTM")]
    assert np.ptp(chapter.scores["linear"]) > np.ptp(three)


@slow
def test_contest_after_half_a_year_the_calendar_is_about_all(chapter):
    assert 5 <= number(chapter, "leads-from") <= 9
    assert number(chapter, "leads-linear-1") < 0.3
    assert number(chapter, "leads-lstm-1") < 0.4


@slow
def test_contest_the_verdict_is_within_what_five_stretches_can_say(chapter):
    assert number(chapter, "verdict-gap") < 0.08
    assert 0 <= number(chapter, "verdict-folds") <= 5
    signs = list(itertools.product((-1, 1), repeat=5))
    assert sum(abs(sum(s)) == 5 for s in signs) / len(signs) == 1 / 16


# --- intervals --------------------------------------------------------------------------------


@slow
def test_intervals_coverage_is_the_equation(chapter):
    v, name, k = chapter, "linear, training errors", 4
    held = []
    for (low, high), start in zip(v.ends[name], v.STARTS, strict=True):
        for o, n in enumerate(v.origins_of(start)):
            held.append(low[o, k] <= v.x[n + k] <= high[o, k])
    assert v.coverage[name][k] == pytest.approx(np.mean(held))


@slow
def test_intervals_hold_a_little_less_than_they_promise(chapter):
    for share in chapter.coverage.values():
        assert 0.68 < share.mean() < 0.87
    prices = list(chapter.prices.values())
    assert max(prices) < 1.15 * min(prices), "next to nothing between them"


@slow
def test_intervals_earlier_errors_were_known_when_they_were_used(chapter):
    v = chapter
    assert len(v.earlier) == len(v.STARTS) + 1
    for row, n in enumerate(v.STARTS):
        errors = np.concatenate(v.earlier[: row + 1])
        low, high = v.interval(v.linear_forecasts[row], errors)
        np.testing.assert_allclose(v.ends["linear, earlier origins"][row], (low, high))
        assert v.origins_of(n)[-1] + v.K <= n + v.STRETCH


@slow
def test_intervals_a_network_that_trains_on_covers_less_and_less_of_what_is_new(chapter):
    assert chapter.new[-3:].mean() < 70
    assert chapter.new[-3:].mean() < chapter.new[:3].mean() - 8
    assert 73 < chapter.old[3:].mean() < 87


# --- the quiz ---------------------------------------------------------------------------------


def test_the_quiz_computes_right():
    items = {item.id: item for item in read_items("time_series", ROOT)}
    count = items["count_origins"]
    assert (100 - 12 - 60) // 7 + 1 in count.answer.interval
    assert [wrong.interval.value for wrong in count.wrong] == [4, 6, 29, 40]
    assert 2 * (1 - 0.6) < 1 < 2 * (1 - 0.4)
    pinball = items["pinball"]
    assert pinball.options[pinball.right].text == "[1.8, 0.2]"


@slow
def test_contest_el_nino_keeps_to_the_calendar(chapter):
    assert chapter.shown["month-strong"] in ("November", "December", "January")
    assert chapter.shown["month-weak"] in ("March", "April")
    assert number(chapter, "spread-strong") > 1.4 * number(chapter, "spread-weak")
