"""What the chapter on linear recurrences says is what its own code computes."""

import math
import re

import numpy as np
import pytest
import torch

from tests.book.page import ROOT, Page, number
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("modern_recurrence")
# What the script under benchmarks/ printed, which stands in the text with its date and command.
BENCHMARK = {"2.7", "6.3", "5.1", "0.26", "0.053"}


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


def labelled(label):
    return f":label: eq-modern-recurrence-{label}\n" in PAGE.text


# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {"0.05"} | BENCHMARK


def test_the_benchmark_is_quoted_with_the_sizes_of_its_script():
    script = (ROOT / "benchmarks" / "scan_against_loop.py").read_text(encoding="utf-8")
    sizes = re.search(r"^SIZES = \((.*)\)  #", script, re.M)[1]
    quoted = re.findall(r"^\| (\d+) \| (\d+) \| [\d.]+ \|$", PAGE.text, re.M)
    assert ", ".join(f"({T}, {H})" for T, H in quoted) == sizes


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "Adam runs at a rate of 0.05 for all": "RATE, EXAM = 6, 32, 12, 250, 0.05, 400",
        "The sequences grow from 2 to": "min(LONGEST, 2 + int(",
        "twelve values are offered, the tenth": "[3.0] * 9 + [8.0] + [0.0] * 2",
        "growing by 40 from step to step": "GROWTH, GROW_T = 40.0",
        "gradients are clipped": ".clamp(min=1)",
        "41 ones for 39 units, not 12 bits": "(39, 1, 39)",
        "about 200 parameters": "(1, 78, 1)",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


# --- composing and scanning -------------------------------------------------------------------


@slow
def test_linear_two_steps_are_one_to_the_last_index(chapter):
    assert labelled("linear")
    assert labelled("combine")
    (u1, v1), (u2, v2) = np.random.default_rng(1).normal(size=(2, 2, 3, 4))
    h = np.random.default_rng(2).normal(size=(3, 4))
    u, v = chapter.then((u1, v1), (u2, v2))
    for b, k in np.ndindex(h.shape):
        after = u2[b, k] * (u1[b, k] * h[b, k] + v1[b, k]) + v2[b, k]
        assert u[b, k] * h[b, k] + v[b, k] == pytest.approx(after)


@slow
def test_linear_two_steps_with_a_tanh_are_not_one():
    """No w and x make tanh(w h + x) out of two such steps: three states show it."""
    h = np.array([-1.0, 0.0, 1.0])
    twice = np.arctanh(np.tanh(1.5 * np.tanh(1.5 * h + 0.3) + 0.3))  # linear in h if it were one
    assert abs(twice[0] + twice[2] - 2 * twice[1]) > 0.1


@slow
@pytest.mark.parametrize("T", [1, 2, 3, 6, 8, 100])
def test_scan_equals_the_loop_and_does_the_work_of_the_equation(chapter, T):
    assert labelled("work")
    rng = np.random.default_rng(T)
    u, v = rng.normal(size=(2, T, 3, 2))
    h0 = rng.normal(size=(3, 2))
    states, rounds, operations = chapter.all_states(u, v, h0)
    looped, steps, fewer = chapter.by_loop(u, v, h0)
    np.testing.assert_allclose(states, looped, rtol=1e-9, atol=1e-12)
    K = math.ceil(math.log2(T))
    joins = K * T - 2**K + 1
    assert (rounds, steps) == (K, T)
    assert operations == (3 * joins + 2 * T) * 6
    assert fewer == 2 * T * 6


@slow
def test_scan_has_the_gradient_of_the_loop():
    T = 6
    leaves = [torch.randn(T, 3, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    h, total, weight = torch.zeros(3, dtype=torch.float64), 0, torch.randn(T, 3).double()
    for t in range(T):
        h = leaves[0][t] * h + leaves[1][t]
        total = total + (weight[t] * h).sum()
    wanted = torch.autograd.grad(total, leaves)
    scanned = PAGE.run().scan_torch(*leaves)
    got = torch.autograd.grad((weight * scanned).sum(), leaves)
    for one, other in zip(got, wanted, strict=True):
        torch.testing.assert_close(one, other)


@slow
def test_scan_is_drawn_as_it_runs_and_finds_more_work_in_fewer_rounds(chapter):
    assert number(chapter, "net-rounds") == math.log2(chapter.NET_T)
    assert chapter.cone[0] == set(range(chapter.NET_T)), "h_8 is made of all steps"
    loop, scan = chapter.counts["loop"], chapter.counts["scan"]
    assert (loop[:, 0] == chapter.lengths).all()
    assert (scan[:, 0] == np.log2(chapter.lengths)).all()
    assert (scan[1:, 1] > loop[1:, 1]).all()
    assert number(chapter, "work-times") == round(scan[-1, 1] / loop[-1, 1]) > 10
    assert number(chapter, "work-rounds") == 12


@slow
def test_scan_does_not_divide_and_the_closed_form_breaks(chapter):
    assert 40 < number(chapter, "closed-single") < number(chapter, "closed-double") / 4
    assert number(chapter, "closed-double") < 2000
    states, *_ = chapter.all_states(chapter.gates, chapter.addends, np.zeros(1))
    assert np.isfinite(states).all()


# --- cells ------------------------------------------------------------------------------------


@slow
def test_mingru_is_the_equation_unit_by_unit(chapter):
    assert labelled("mingru")
    v = chapter
    h = v.h0.copy()
    for t in range(3):
        for b, k in np.ndindex(h.shape):
            a_z = sum(v.xs[t, b, d] * v.W_xz[d, k] for d in range(v.D)) + v.b_z[k]
            n = sum(v.xs[t, b, d] * v.W_xn[d, k] for d in range(v.D)) + v.b_n[k]
            z = 1 / (1 + math.exp(-a_z))
            h[b, k] = z * h[b, k] + (1 - z) * n
        np.testing.assert_allclose(v.hs[t], h)


def test_mingru_has_as_many_parameters_as_the_text_says():
    D, H = 7, 5
    gru = torch.nn.GRU(D, H)
    ours = sum(w.numel() for w in gru.parameters()) - 2 * H  # PyTorch has two biases in the gates
    assert ours == 3 * H * (D + H + 1) + H
    assert sum(w.numel() for w in torch.nn.Linear(D, 2 * H).parameters()) == 2 * H * (D + 1)


@slow
def test_ssm_the_factor_of_an_interval_is_a_gate():
    """Against a slow solution of h' = x - h over an interval of the softplus."""
    assert labelled("ssm")
    for a, x, h in ((-1.0, 0.4, 2.0), (0.7, -1.3, 0.1), (3.0, 1.0, -1.0)):
        interval, steps, state = math.log1p(math.exp(a)), 20_000, h
        for _ in range(steps):
            state += interval / steps * (x - state)
        gate = 1 / (1 + math.exp(a))
        assert state == pytest.approx(gate * h + (1 - gate) * x, abs=1e-3)


@slow
def test_xlstm_scaled_states_are_the_plain_ones_and_an_open_forget_gate_is_a_softmax():
    assert labelled("slstm")
    assert labelled("stabiliser")
    assert labelled("scaled")
    rng = np.random.default_rng(4)
    a_i, a_f, g = rng.normal(size=(3, 9))
    for forget in (a_f, 0 * a_f):
        c = n = 0.0
        scaled_c = scaled_n = m = 0.0
        for i, f, value in zip(a_i, forget, g, strict=True):
            c, n = math.exp(f) * c + math.exp(i) * math.tanh(value), math.exp(f) * n + math.exp(i)
            top = max(f + m, i)
            keep, write = math.exp(f + m - top), math.exp(i - top)
            assert max(keep, write) == 1
            scaled_c, scaled_n, m = (
                keep * scaled_c + write * math.tanh(value),
                keep * scaled_n + write,
                top,
            )
            assert scaled_c * math.exp(m) == pytest.approx(c)
            assert scaled_c / scaled_n == pytest.approx(c / n)
    weights = torch.softmax(torch.tensor(a_i), dim=0).numpy()
    assert c / n == pytest.approx(weights @ np.tanh(g))


@slow
def test_xlstm_a_late_offer_can_outweigh_the_earlier_ones(chapter):
    assert number(chapter, "offer-sigmoid") < 0.12
    assert number(chapter, "offer-exp") > 0.9
    assert (np.abs(chapter.grown[:, 1]) < 1).all()
    assert np.isfinite(chapter.grown[:16, 0]).all()
    assert not np.isfinite(chapter.grown[-1, 0])


# --- cost -------------------------------------------------------------------------------------


@slow
def test_cost_is_that_of_the_equation_for_other_widths_and_positions(chapter):
    assert labelled("cost")
    for d in (3, 8):
        state = np.zeros((1, d), "float32")
        assert chapter.cost(chapter.step_lstm, d, state, state) == (16 * d**2, 4 * 2 * d)
        assert chapter.cost(chapter.step_mingru, d, state) == (4 * d**2, 4 * d)
        total = 0
        for t in range(1, 6):
            found = chapter.cost(chapter.attend, d, np.zeros((2, t - 1, d), "float32"))
            assert found == (8 * d**2 + 4 * t * d, 4 * 2 * t * d)
            total += found[0]
        assert total == 8 * d**2 * 5 + 2 * d * 5 * 6


@slow
def test_cost_attention_passes_the_lstm_at_twice_the_width(chapter):
    attention, lstm = chapter.costs["attention"], chapter.costs["LSTM"]
    at = list(chapter.positions).index(2 * chapter.COST_D)
    assert attention[at, 0] == lstm[at, 0]
    assert (attention[:at, 0] < lstm[:at, 0]).all()
    assert (attention[1:, 1] > lstm[1:, 1]).all()
    assert "In a model of width 4096 that is a position of 8192." in PAGE.text
    letters, bits = number(chapter, "letters"), number(chapter, "bits")
    assert 26 ** int(letters) > 2 ** int(bits) > 26 ** int(letters - 1)


@slow
def test_cost_the_functions_compute_what_pytorch_does():
    """A token through `attend` with weights of one is causal attention of PyTorch."""
    chapter = PAGE.run()
    rng = np.random.default_rng(0)
    d, t = 4, 5
    past, x = (
        rng.normal(size=(2, t - 1, d)).astype("float32"),
        rng.normal(size=(1, d)).astype("float32"),
    )
    tally = chapter.Tally()
    got = chapter.attend(tally, x, past)
    ones = np.full((1, d), x.sum(), "float32")
    keys, values = (torch.tensor(array) for array in tally.kept)
    wanted = torch.nn.functional.scaled_dot_product_attention(
        torch.tensor(ones)[None], keys[None], values[None]
    )
    np.testing.assert_allclose(got[0, 0], wanted.sum(), rtol=1e-4)


# --- tracking ---------------------------------------------------------------------------------


@slow
def test_tracking_states_and_scores_on_ones_are_those_of_the_equations(chapter):
    assert labelled("ones")
    assert labelled("score")
    W, b, W_y, b_y = (w[1].double().numpy() for w in chapter.trained["minGRU"])
    a_z, n = np.split((W + b)[0], 2)
    u = 1 / (1 + np.exp(-a_z))
    limit = (1 - u) * n / (1 - u)
    p = -W_y[:, 0] * limit  # from h_0 = 0
    p_0 = b_y[0, 0] + W_y[:, 0] @ limit
    for t in (1, 2, 7, 40):
        score = p_0 + p @ u**t
        assert chapter.on_ones["minGRU"][t - 1, 1] == pytest.approx(score, abs=1e-8)


@slow
def test_tracking_scores_of_the_mingru_settle_and_change_sign_seldom(chapter):
    scores = chapter.on_ones["minGRU"]
    assert scores.shape == (chapter.ONES_T, chapter.SEEDS)
    assert chapter.changes.max() == number(chapter, "ones-changes") <= 39
    assert chapter.changes.max() < 20, "far fewer than parity asks for"
    assert np.abs(scores[-1] - scores[-50]).max() < 0.3


@slow
def test_tracking_training_finds_negative_factors_that_are_not_minus_one(chapter):
    assert (chapter.factor < -0.5).all()
    assert (chapter.factor > -1).all()
    swing = np.abs(np.diff(chapter.on_ones["signed minGRU"][:, 0]))
    assert swing[-1] < 0.5 * swing[2]
    signs = np.sign(chapter.on_ones["signed minGRU"][: chapter.LONGEST, 0])
    assert (signs[1:] != signs[:-1]).all(), "it swings at every step"


@slow
def test_tracking_cells_that_see_their_state_solve_parity_and_the_mingrus_do_not(chapter):
    inside, outside = chapter.inside, chapter.outside
    assert inside["LSTM"].mean() > 0.95
    assert outside["LSTM"].mean() > 0.85
    assert inside["RNN"].max() > 0.97
    assert outside["RNN"].max() > 0.9
    assert outside["RNN"].mean() > 0.55
    for name in ("minGRU", "minGRU, 2 layers"):
        assert inside[name].max() < 0.85
        assert inside[name].mean() < 0.7
        assert 0.4 < outside[name].min() < outside[name].max() < 0.6
    assert inside["signed minGRU"].min() > 0.9
    assert outside["signed minGRU"].mean() < 0.75
    assert number(chapter, "solved-rnn") >= 2


@slow
def test_tracking_budgets_are_equal(chapter):
    assert all(180 <= size <= 206 for size in chapter.size.values()), "about 200"
    for name, (_, shapes) in chapter.NETS.items():
        assert chapter.size[name] == sum(m * n for m, n, _ in shapes)


@slow
def test_tracking_the_networks_are_those_of_pytorch_and_of_the_signed_equation(chapter):
    bits = torch.randint(0, 2, (7, chapter.SEEDS, 3, 1)).float()
    for name, kind in (("RNN", torch.nn.RNN), ("LSTM", torch.nn.LSTM)):
        W_x, W_h, b, W_y, b_y = (w[2] for w in chapter.trained[name])
        layer = kind(1, len(W_h))
        with torch.no_grad():
            for target, value in zip(
                layer.parameters(), (W_x.T, W_h.T, b[0], 0 * b[0]), strict=True
            ):
                target.copy_(value)
            wanted = layer(bits[:, 2])[0] @ W_y + b_y
            got = chapter.NETS[name][0](bits, *chapter.trained[name])[:, 2]
        torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-4)
    W, b, W_y, b_y = (w[2] for w in chapter.trained["signed minGRU"])
    h = torch.zeros(3, 39)
    for t in range(7):
        a_z, n = (bits[t, 2] @ W + b).chunk(2, dim=1)
        z = 2 * torch.sigmoid(a_z) - 1
        h = z * h + (1 - z) * n
    got = chapter.read_signed(bits, *chapter.trained["signed minGRU"])[-1, 2]
    torch.testing.assert_close(got, h @ W_y + b_y, atol=1e-4, rtol=1e-4)


@slow
def test_tracking_a_factor_of_minus_one_holds_parity(chapter):
    assert labelled("parity")
    assert chapter.rounds_by_hand == 14
    assert (chapter.by_hand[:, 0, 0] == chapter.bits.cumsum(axis=0)[:, 0, 0] % 2).all()
    z, n = -1, 0.5  # of a signed minGRU at a one
    assert [z * h + (1 - z) * n for h in (0, 1)] == [1, 0]


@slow
def test_the_quiz_computes_right(chapter):
    items = {item.id: item for item in read_items("modern_recurrence", ROOT)}
    joins = items["joins"]
    assert joins.options[joins.right].text == "3 11"
    later = items["later_and_larger"]
    assert 8 / 10 in later.answer.interval
    slips = [8.0, 1 / 3, 8 / 9, math.tanh(0.8), 1.0]
    assert all(x in wrong.interval for x, wrong in zip(slips, later.wrong, strict=True))
    d = 1000
    attention = {t: 8 * d**2 + 4 * t * d for t in (100, 10_000)}
    assert attention[100] < 16 * d**2 < attention[10_000]
    right = [option.right for option in items["fair_cost"].options]
    assert right == [
        attention[100] < 16 * d**2,
        attention[10_000] < 16 * d**2,
        2 * 100 * d > 2 * d,
        False,
    ]
