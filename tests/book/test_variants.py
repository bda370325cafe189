"""What the chapter on variants of the LSTM says is what its own code computes."""

import importlib.util
import itertools
import math

import numpy as np
import pytest
import torch

from tests.book.page import ROOT, Page, number
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("variants")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


@pytest.fixture(scope="session")
def script():
    spec = importlib.util.spec_from_file_location("longer", ROOT / "benchmarks" / "variants.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The longer run, which stands in the text with its date and its command.
LONGER_RUN = """
0.0005 0.0009 0.0011 0.0012 0.0017 0.0019 0.0020 0.0025 0.0029 0.0036 0.0037 0.0038
0.0039 0.0040 0.0043 0.0044 0.0045 0.0051 0.0056 0.0064 0.0069 0.0071 0.0074 0.0095
0.0096 0.010 0.011 0.012 0.0122 0.013 0.014 0.015 0.017 0.019 0.028 0.029
0.030 0.035 0.038 0.053 0.054 0.142 0.386 0.970 0.994 1.002 1.037
"""

# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    longer_run = set(LONGER_RUN.split())
    assert PAGE.typed_numbers() == {"0.1", "0.5", "0.27", "0.05"} | longer_run


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "Its candidate adds 0.1 at each step": "c_clock = f_clock * c_clock + 0.1",
        "For $D = 2$ and a budget of 5000": "D_TABLE, P_TABLE = 2, 5000",
        "at three learning rates": "RATES, SEEDS, TUNING = (0.01, 0.03, 0.09), 8, 2",
        "updates of 16 sequences": "= 10, 16, 140, 290",
        "sequences three times as long": "length=3 * ABL_T",
        "weights three times those of PyTorch's start": "3 * LOAD_H**-0.5",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


def test_the_longer_run_is_quoted_with_the_settings_of_its_script():
    text = (ROOT / "benchmarks" / "variants.py").read_text(encoding="utf-8")
    assert "settings = dict(length=30, updates=600, seeds=8, rows=16, budget=2000)" in text
    assert "RATES, TUNING = (0.003, 0.01, 0.03), 3" in text
    said = "has 30 steps, a budget of 2000 parameters, 600 updates, three rates, and eight seeds beside three"
    assert said in PAGE.text


# --- equations and code -----------------------------------------------------------------------


def gru_by_loops(v, place):
    """Return h_t of the page's numbers, entry by entry, from the equations in the text."""

    def sigma(a):
        return 1 / (1 + math.exp(-a))

    def product(u, W, b, k):
        return sum(u[b, j] * W[j, k] for j in range(len(W)))

    out = np.zeros((v.B, v.H))
    for b, k in np.ndindex(v.B, v.H):
        r = [
            sigma(product(v.x, v.W_xr, b, j) + product(v.h, v.W_hr, b, j) + v.b_r[j])
            for j in range(v.H)
        ]
        z = sigma(product(v.x, v.W_xz, b, k) + product(v.h, v.W_hz, b, k) + v.b_z[k])
        past = r[k] * (product(v.h, v.W_hn, b, k) + v.b_hn[k])
        if place == "before":
            past = sum(r[j] * v.h[b, j] * v.W_hn[j, k] for j in range(v.H))
        n = math.tanh(product(v.x, v.W_xn, b, k) + v.b_n[k] + past)
        out[b, k] = z * v.h[b, k] + (1 - z) * n
    return out


@slow
def test_gru_both_variants_are_their_equations_and_one_is_pytorch(chapter):
    np.testing.assert_allclose(chapter.h_before, gru_by_loops(chapter, "before"), atol=1e-12)
    np.testing.assert_allclose(chapter.h_after, gru_by_loops(chapter, "after"), atol=1e-12)
    np.testing.assert_allclose(chapter.h_torch, chapter.h_after, atol=1e-12)
    assert np.abs(chapter.h_torch - chapter.h_before).max() > 0.05


@slow
def test_gru_the_other_convention_is_the_same_model_with_the_signs_of_one_gate_turned(chapter):
    v = chapter
    replace = v.sigmoid(-(v.x @ v.W_xz + v.h @ v.W_hz + v.b_z))
    np.testing.assert_allclose((1 - replace) * v.h + replace * v.n_after, v.h_after, atol=1e-12)


@slow
def test_reset_the_difference_is_a_sum_over_differences_of_gates(chapter):
    v = chapter
    without = v.r * (v.h @ v.W_hn)
    differences = v.r[:, :, None] - v.r[:, None, :]
    summed = np.einsum("bjk,bj,jk->bk", differences, v.h, v.W_hn)
    np.testing.assert_allclose((v.r * v.h) @ v.W_hn - without, summed, atol=1e-12)
    np.testing.assert_allclose(v.gap, summed, atol=1e-12)
    same = np.full_like(v.r, 0.3)
    np.testing.assert_allclose((same * v.h) @ v.W_hn, same * (v.h @ v.W_hn), atol=1e-12)


@slow
def test_reset_a_shut_gate_takes_a_row_or_a_column(chapter):
    before, after = chapter.left_of_W["before"], chapter.left_of_W["after"]
    assert (before[2] == 0).all()
    assert (after[:, 2] == 0).all()
    assert (before == 0).sum() == (after == 0).sum() == chapter.H
    np.testing.assert_allclose((chapter.shut * chapter.h) @ chapter.W_hn, chapter.h @ before)
    np.testing.assert_allclose(chapter.shut * (chapter.h @ chapter.W_hn), chapter.h @ after)


@slow
def test_reset_weights_in_the_wrong_code_give_other_states_and_no_error(chapter):
    assert chapter.apart["right"].max() < 1e-12
    for mistake in ("before", "both biases outside"):
        assert chapter.apart[mistake][5:].min() > 0.03
        assert chapter.apart[mistake].max() < 0.6


@slow
def test_coupled_the_memory_is_a_weighted_mean(chapter):
    v = chapter
    assert v.by_steps == pytest.approx(v.by_mean)
    assert v.mean_weights.sum() + np.prod(v.f_run) == pytest.approx(1)
    assert v.mean_weights.min() >= 0
    ends = np.array([np.prod(v.f_run[t:]) for t in range(v.steps + 1)])
    np.testing.assert_allclose(v.mean_weights, ends[1:] - ends[:-1], atol=1e-12)


@slow
def test_coupled_a_cell_of_its_own_gate_counts_and_a_coupled_one_is_bounded(chapter):
    v = chapter
    for name, gate in v.count.items():
        state = 0.0
        for n in range(v.COUNT_T):
            state = v.COUNT_F * state + gate
            assert v.counted[name][n] == pytest.approx(state)
        assert v.counted_weights[name].sum() == pytest.approx(state)
    assert v.counted["LSTM"][-1] > 20
    assert v.counted["coupled"].max() < 1
    # The bound of the text, for any gates and candidates.
    f, g = np.random.default_rng(0).uniform([[0], [-1]], 1, size=(2, 2000))
    c = 0.0
    for t in range(2000):
        c = f[t] * c + (1 - f[t]) * g[t]
        assert abs(c) < 1


@slow
def test_peepholes_the_clock_beats_and_without_them_it_does_not(chapter):
    assert list(chapter.spikes) == [10, 20, 30, 40]
    cell, shown = chapter.beating
    quiet = np.setdiff1d(np.arange(40), chapter.spikes - 1)
    assert np.abs(shown[quiet]).max() < number(chapter, "clock-quiet")
    assert cell.max() < 1.1
    assert chapter.cut[1].max() < 1e-3
    assert (np.diff(chapter.cut[0]) > 0).all()
    for period in (7, 13):
        assert list(np.flatnonzero(chapter.beat(period)[1] > 0.3)[:2] + 1) == [period, 2 * period]


@slow
def test_budget_the_units_are_the_most_that_fit(chapter):
    for name, (m, q) in chapter.PARTS.items():
        P = [n * (m * (2 + n + 1) + q) for n in (chapter.sizes[name], chapter.sizes[name] + 1)]
        assert P[0] <= chapter.P_TABLE < P[1]
    counts = dict(LSTM=torch.nn.LSTM, GRU=torch.nn.GRU)
    for name, layer in counts.items():
        weights = sum(p.numel() for p in layer(2, 7).parameters()) - layer(2, 7).bias_hh_l0.numel()
        m, q = chapter.PARTS["GRU, before" if name == "GRU" else name]
        assert weights == 7 * (m * (2 + 7 + 1) + q)


# --- the ablation -----------------------------------------------------------------------------


@slow
def test_ablation_the_cells_have_equal_budgets_and_are_those_of_pytorch(chapter):
    for name in chapter.CELLS:
        n, m = chapter.units_of(name), len(chapter.CELLS[name])
        q = 1 if name == "GRU" else 0
        assert n == int(number(chapter, "abl-lstm" if name == "LSTM" else "abl-others"))
        assert 0.94 * chapter.BUDGET < n * (m * (n + 3) + q) + n + 1 <= chapter.BUDGET
    inputs, _ = chapter.draw_tasks(torch.Generator().manual_seed(1), 3)
    for name, kind in (("LSTM", torch.nn.LSTM), ("GRU", torch.nn.GRU)):
        W, second, readout = (w[None] for w in chapter.draw_net(name, 2))
        second = second + 0.3
        layer, n = kind(2, second.shape[1]), second.shape[1]
        with torch.no_grad():
            layer.weight_ih_l0.copy_(W[0, :2].T)
            layer.weight_hh_l0.copy_(W[0, 2:-1].T)
            layer.bias_ih_l0.copy_(W[0, -1])
            layer.bias_hh_l0.zero_()
            if name == "GRU":
                layer.bias_hh_l0[2 * n :] = second[0]
            wanted = layer(inputs[0])[0][-1] @ readout[0, :-1] + readout[0, -1]
            said = chapter.answer(name, W, second, readout, inputs[:1])[0]
        torch.testing.assert_close(said, wanted)


@slow
def test_ablation_the_longer_run_has_the_same_cells_and_tasks(chapter, script):
    gens = [torch.Generator().manual_seed(3) for _ in range(2)]
    inputs, targets = chapter.draw_tasks(gens[0], 5)
    theirs = script.draw_tasks(gens[1], chapter.ABL_T, 5)
    torch.testing.assert_close((inputs, targets), theirs)
    for name, other in {**dict.fromkeys(chapter.CELLS), "GRU": "GRU, reset after"}.items():
        W, second, readout = (w[None] for w in chapter.draw_net(name, 1))
        beside = torch.zeros(1, 3, second.shape[1])
        beside[:, 0] = second = second + 0.2
        said = chapter.answer(name, W, second, readout, inputs[:1])
        kind = script.CELLS[other or name][0]
        torch.testing.assert_close(script.answers(kind, W, beside, readout, inputs[:1]), said)


@slow
def test_ablation_the_tasks_are_what_the_text_says(chapter):
    gen = torch.Generator().manual_seed(0)
    inputs, targets = chapter.draw_tasks(gen, 200)
    values, marks = inputs[0].unbind(dim=2)
    torch.testing.assert_close((values * marks).sum(dim=0) - 1, targets[0])
    ones, marks = inputs[1].unbind(dim=2)
    for k in range(200):
        last = max(torch.nonzero(marks[:, k])[:, 0].tolist())
        number_of_ones = ones[last + 1 :, k].sum().item()
        assert targets[1, k].item() == pytest.approx(
            4 * number_of_ones / chapter.ABL_T - 2 / 3, abs=1e-5
        )


@slow
def test_ablation_the_forget_gate_is_needed_on_one_task(chapter):
    mean = chapter.mean_of
    for name in ("LSTM", "coupled", "GRU"):
        assert mean[1, "no forget gate"] > 1.7 * mean[1, name], name
    assert 0.3 < mean[0, "no forget gate"] / mean[0, "LSTM"] < 3, "nothing found on adding"
    assert number(chapter, "abl-within") < 8
    assert max(mean.values()) < 0.3, "all cells beat the constant by far"


@slow
def test_ablation_the_rates_are_chosen_on_seeds_that_are_not_reported(chapter):
    for (k, name), best in chapter.chosen.items():
        tuning = chapter.errors[name][k, :, : chapter.TUNING].mean(axis=1)
        assert tuning[best] == tuning.min()
        np.testing.assert_array_equal(
            chapter.final[k, name], chapter.errors[name][k, best, chapter.TUNING :]
        )


@slow
def test_ablation_a_rate_does_more_than_a_change_of_cell(chapter):
    at_rate = chapter.at_rate
    adding = [chapter.mean_of[0, name] for name in chapter.CELLS]
    assert number(chapter, "rate-fall") > max(adding) / min(adding)
    assert number(chapter, "rate-gain") > 1.8
    assert number(chapter, "rate-gain") > 1.2 * number(chapter, "rate-own")
    for k in range(3):
        others = [at_rate[name][1, k] for name in ("LSTM", "coupled", "GRU")]
        assert at_rate["no forget gate"][1, k] > min(others), "it is behind at every rate"


@slow
def test_luck_two_groups_of_one_cell_differ_and_the_less_the_larger_they_are(chapter):
    middle = [chapter.ratios[n][0] for n in (1, 2, 3, 4)]
    assert middle[0] > middle[3] > 1
    assert chapter.ratios[1][1] > 1.3
    assert 0 <= number(chapter, "luck-share") <= 60


@slow
def test_luck_the_share_is_that_over_all_choices_of_signs(chapter):
    rng = np.random.default_rng(4)
    for n in (3, 6):
        d = rng.normal(size=n)
        found = [abs(np.dot(signs, d)) for signs in itertools.product((-1, 1), repeat=n)]
        expected = np.mean([value >= abs(d.sum()) - 1e-12 for value in found])
        assert chapter.share_as_far(d) == pytest.approx(expected)
    assert chapter.share_as_far(np.array([1.0, 5.0, 0.1])) == 0.25, "three seeds at their clearest"


@slow
def test_luck_the_clearest_comparison_is_that_of_the_forget_gate_on_counting(chapter):
    p = chapter.p_values
    assert len(p) == 6
    assert p[1, "no forget gate"] == min(p.values())
    assert p[1, "no forget gate"] <= 4 / 64
    assert p[0, "no forget gate"] > 0.1


@slow
def test_reading_no_trained_cell_counts_beyond_what_it_was_trained_for(chapter):
    for name in ("LSTM", "coupled"):
        assert chapter.off[name].mean() > 2
    assert 0.5 < chapter.off["LSTM"].mean() / chapter.off["coupled"].mean() < 2


@slow
def test_reading_the_start_of_a_coupled_cell_is_not_that_of_an_lstm():
    assert 1 / (1 + math.exp(1)) == pytest.approx(0.27, abs=0.005)


def test_the_quiz_computes_right():
    items = {item.id: item for item in read_items("variants", ROOT)}

    def most(blocks):
        return max(H for H in range(30) if blocks * H * (3 + H + 1) <= 300)

    budget = items["same_budget"]
    assert budget.answer.value == most(3)
    slips = [most(4), most(3) + 1, most(2), most(1)]
    assert [wrong.interval.value for wrong in budget.wrong] == slips
    signs = items["signs"]
    assert signs.options[signs.right].text == "16 6"
