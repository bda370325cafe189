"""What the chapter on gates says is what its own code computes."""

import math
import re

import numpy as np
import pytest
import torch

from tests.book.page import Page
from unrolled import data

slow = pytest.mark.slow
PAGE = Page("lstm_gates")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# --- the page itself --------------------------------------------------------------------------


def test_the_page_shows_the_cell_whole_and_each_part_lit():
    lit = re.findall(r"diagrams\.lstm_cell\((.*?)\)", PAGE.text)
    parts = [f'lit="{part}"' for part in ("forget", "input", "candidate", "cell", "output")]
    assert lit == ["", *parts, 'lit="cell", lstm97=True']


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {
        "0.01",
        "0.05",
    }  # the learning rate and the width of «near chance»: settings


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "Adam, rate 0.01": "torch.optim.Adam(weights, lr=0.01)",
        "gradient norm clipped at 1": "norm.clamp(min=1)",
        "five random initialisations": "SEEDS, LANES, CHUNK, UPDATES = 5, ",
        "$D = 4$ inputs and $H = 32$ units": "JD, JH, JT, JSEEDS = 4, 32, 100, ",
        "averaged over the last 20 steps": "if t >= JT - 20:",
        "read the same noise for 40 steps": "rng.normal(size=(40, 1))",
        "after 50 steps we find": "for _ in range(50):",
        "seeds within 0.05 of chance": '"1997 cell"] - 0.5) < 0.05',
        "|\\tanh(c)| > 0.999": "c.tanh().abs() > 0.999",
    }.items():
        assert said in PAGE.text
        assert used in PAGE.code


# --- equations, code and PyTorch --------------------------------------------------------------

EQUATIONS = {
    "eq-lstm-activation": ("a", lambda v: v["x"] @ v["W_xh"] + v["h_old"] @ v["W_hh"] + v["b_h"]),
    "eq-lstm-forget": ("f", lambda v: v["a"][:, 5:10].sigmoid()),
    "eq-lstm-input": ("i", lambda v: v["a"][:, 0:5].sigmoid()),
    "eq-lstm-candidate": ("g", lambda v: v["a"][:, 10:15].tanh()),
    "eq-lstm-cell": ("c", lambda v: v["f"] * v["c_old"] + v["i"] * v["g"]),
    "eq-lstm-output": ("o", lambda v: v["a"][:, 15:20].sigmoid()),
    "eq-lstm-hidden": ("h", lambda v: v["o"] * v["c"].tanh()),
    "eq-lstm97-cell": ("c97", lambda v: v["c_old"] + v["i97"] * v["g97"]),
    "eq-lstm-size": ("P", lambda v: torch.tensor([4 * 5 * (2 + 5 + 1), 4 * 5 * (2 + 5 + 2)])),
}


@slow
@pytest.mark.parametrize("label", EQUATIONS)
def test_each_equation_is_the_line_of_code_under_it(label, chapter):
    name, by_torch = EQUATIONS[label]
    values = {k: v for k, v in vars(chapter).items() if isinstance(v, (np.ndarray, int, float))}
    values |= {"sigmoid": chapter.sigmoid, "np": np}
    exec(PAGE.cell_of(label, name), values)  # the cell alone, on the page's arrays
    arrays = {k: torch.tensor(v) for k, v in values.items() if isinstance(v, np.ndarray)}
    np.testing.assert_allclose(values[name], by_torch(arrays).numpy(), atol=1e-12)


@slow
def test_the_step_is_that_of_torch_and_repeating_it_is_its_lstm(chapter):
    lstm = torch.nn.LSTM(chapter.D, chapter.H, dtype=torch.float64)
    lstm.load_state_dict({f"{k}_l0": v for k, v in chapter.cell.state_dict().items()})
    xs = torch.randn(6, chapter.B, chapter.D, dtype=torch.float64)
    h, c = torch.tensor(chapter.h_old), torch.tensor(chapter.c_old)
    hs, (h_last, c_last) = lstm(xs, (h[None], c[None]))
    assert hs.shape == (6, chapter.B, chapter.H)
    for t, x in enumerate(xs):  # row t holds the state after input t was read
        h, c = chapter.cell(x, (h, c))
        torch.testing.assert_close(hs[t], h)
    torch.testing.assert_close(h_last[0], h)
    torch.testing.assert_close(c_last[0], c)


@slow
def test_the_1997_step_differs_only_in_what_it_keeps(chapter):
    v = chapter
    np.testing.assert_allclose(v.c97 - v.c, (1 - v.f) * v.c_old, atol=1e-12)
    np.testing.assert_allclose(v.h97, v.o * np.tanh(v.c97), atol=1e-12)


@slow
def test_the_worked_step_can_be_followed_by_hand(chapter):
    def sigma(a):
        return round(1 / (1 + math.exp(-a)), 4)

    i, f, g, o = sigma(1), sigma(0.25), round(math.tanh(1.75), 4), sigma(0.5)
    kept, written = round(f * -0.8, 4), round(i * g, 4)
    c = round(kept + written, 4)
    h = round(o * round(math.tanh(c), 4), 4)
    for name, by_hand in {"i1": i, "f1": f, "g1": g, "o1": o, "c1": c, "h1": h}.items():
        printed = float(chapter.shown[name].replace("−", "-"))
        assert abs(printed - by_hand) <= 1.01e-4, name  # the hand rounds at every line
    assert float(chapter.shown["kept"].replace("−", "-")) == pytest.approx(kept, abs=1.01e-4)
    assert chapter.c0 < 0 < chapter.c1, "the text says that the sign changes"


# --- what the sections claim ------------------------------------------------------------------


@slow
def test_problem_a_tanh_unit_loses_the_values_and_an_additive_cell_keeps_them(chapter):
    assert np.ptp(chapter.h_five[-1]) < 1e-3 * np.ptp(chapter.stored)
    assert np.ptp(chapter.c_five[-1]) == pytest.approx(np.ptp(chapter.stored))


@slow
def test_problem_the_product_of_jacobians_is_the_slope_of_forty_steps(chapter):
    h_first = torch.tensor(chapter.stored, requires_grad=True)
    h = h_first
    for x in chapter.noise:
        h = torch.tanh(h + float(x[0]))
    h.sum().backward()
    np.testing.assert_allclose(chapter.dh_dh, h_first.grad.numpy(), rtol=1e-9)
    assert chapter.dh_dh.max() < 1e-3


def test_problem_a_tanh_unit_with_a_large_weight_holds_one_bit():
    h = np.array([-0.8, -0.4, 0.4, 0.8])
    for _ in range(100):
        h = np.tanh(2 * h)
    np.testing.assert_allclose(h, [-h[3], -h[3], h[3], h[3]])
    assert h[3] > 0.9


@slow
def test_sequence_the_latch_takes_the_candidate_at_a_flag_and_holds_it(chapter):
    flags = np.flatnonzero(chapter.w)
    held = np.array(chapter.latch_c)
    assert np.abs(held[flags] - chapter.latch_g[flags]).max() < 0.01
    for first, last in zip(flags, [*(flags[1:] - 1), 29], strict=True):
        assert np.ptp(held[first : last + 1]) < 0.02
    assert np.ptp(held) > 0.5
    assert max(np.diff(flags)) == 22 - 12, "the caption speaks of the longest hold"


@slow
def test_forget_the_1997_cell_drifts_and_saturates_and_the_gated_one_does_not(chapter):
    old, new = chapter.size["1997"], chapter.size["2000"]
    assert old[-1] > 100
    assert 5 < old[1999] / old[199] < 20  # a drift: about ten times the steps, ten times the size
    assert max(new) < 1
    assert chapter.slope["1997"][-1] < 0.1
    assert chapter.slope["2000"][-1] > 0.9


def test_forget_a_gate_below_phi_bounds_the_cell():
    rng = np.random.default_rng(0)
    for phi in (0.3, 0.9, 0.99):
        c = worst = 5.0
        highest = 0.0
        for _ in range(3000):
            c = rng.uniform(0, phi) * c + rng.uniform(-1, 1)
            worst = phi * worst + 1  # gate and writing at their limits
            highest = max(highest, abs(c), worst)
        assert highest <= max(5, 1 / (1 - phi)) + 1e-9
        assert worst == pytest.approx(1 / (1 - phi))


@slow
def test_forget_the_grammar_experiment_is_fair(chapter):
    sizes = list(chapter.net_size.values())
    assert max(sizes) < 1.05 * min(sizes)
    assert chapter.stream.symbols.shape == (28001, 40)
    starts = chapter.starts.numpy().reshape(28000, 40).astype(bool)
    symbols = chapter.stream.symbols
    text = ["".join(data.REBER_SYMBOLS[k] for k in column) for column in symbols[:-1].T]
    for b in range(40):  # a string is B T … T E B or B P … P E B: no inner E is followed by a B
        found = {0} | {m.start() + 1 for m in re.finditer("E(?=B)", text[b])}
        assert set(np.flatnonzero(starts[:, b])) == found
    plain = re.compile(r"[TP]E$")
    assert all(plain.search(text[b][: np.flatnonzero(starts[:, b])[1]]) for b in range(40))


@slow
def test_forget_only_the_1997_cell_without_resets_fails_to_recall(chapter):
    final = chapter.reber_final
    for name in ("forget gate", "1997 cell, reset", "tanh network"):
        assert final[name].mean() > 0.95, name
        assert final[name].min() > 0.85, name
    assert final["1997 cell"].mean() < 0.65
    assert chapter.near_chance >= 3
    assert chapter.reber_log["1997 cell"][3, -1].min() > 500
    assert chapter.reber_log["forget gate"][3, -1].max() < 10


@slow
def test_forget_the_1997_cell_knows_the_grammar_and_its_units_are_saturated(chapter):
    assert chapter.legal_97[-50:].sum() / chapter.others > 0.98
    assert chapter.stuck_97[-50:].mean() > 0.9


@slow
def test_forget_the_symbol_is_held_for_as_long_as_the_text_says(chapter):
    strings = data.reber_strings(5000, np.random.default_rng(9), embedded=True)
    lags = [s.rindex(s[1], 0, len(s)) - 1 for s in strings]
    assert np.mean(lags) == pytest.approx(float(chapter.shown["lag-mean"]), abs=0.05)
    assert np.mean(np.array(lags) <= int(chapter.shown["lag-95"])) >= 0.95


@slow
def test_memory_half_life_counts_the_steps_and_the_bias_gives_it_back(chapter):
    for f, counted in chapter.counted.items():
        assert counted == math.ceil(math.log(0.5) / math.log(f) - 1e-9)
    left = chapter.sigmoid(chapter.b_wanted) ** chapter.n_wanted
    np.testing.assert_allclose(left, 0.5)
    for bias in (0, 1, 3):
        n = math.log(0.5) / math.log(1 / (1 + math.exp(-bias)))
        assert float(chapter.shown[f"half-{bias}"]) == pytest.approx(n, abs=0.051)
    f = 0.5 ** (1 / 100)
    assert float(chapter.shown["bias-100"]) == pytest.approx(math.log(f / (1 - f)), abs=0.051)


@slow
def test_memory_the_jacobian_is_that_of_autograd(chapter):
    assert chapter.oracle_gap < 1e-6


@slow
def test_memory_the_gradient_at_initialisation_grows_by_orders_with_the_bias(chapter):
    mean = [chapter.total[bias][:, -1].mean() for bias in range(4)]
    assert mean[0] < 1e-18
    assert 1e-9 < mean[1] < 1e-6
    assert 1e-2 < mean[2] < 1
    assert mean[3] > 1
    for bias in range(4):
        direct = chapter.along[bias][:, -1]
        predicted = (1 / (1 + math.exp(-bias))) ** 100
        assert predicted / 2 < direct.mean() < predicted * 2
        assert chapter.along[bias].max() < 1, "no product of forget gates passes 1"
        assert mean[bias] > 10 * direct.mean()


@slow
def test_memory_side_roads_can_grow_for_bias_three_alone(chapter):
    assert chapter.radius[3] > 1 > chapter.radius[2] > chapter.radius[1] > chapter.radius[0]
    assert chapter.memory[3] > 10 * chapter.memory[0]


@slow
def test_size_counts_what_torch_counts(chapter):
    assert chapter.P[1] == chapter.in_torch
    rnn = torch.nn.RNNCell(chapter.D, chapter.H)
    assert 4 * sum(p.numel() for p in rnn.parameters()) == chapter.in_torch


@slow
def test_limits_the_cell_counts_beyond_any_bound_while_the_hidden_state_stays_below_one(chapter):
    assert 49 < chapter.count_c < 50
    assert max(chapter.count_h) < 1
    assert float(chapter.shown["count-h"]) < 1
