"""What the chapter on back-propagation through time says is what its own code computes."""

import numpy as np
import pytest
import torch

from tests.book.page import ROOT, Page, number
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("bptt")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {"0.7", "0.005", "1.2"}  # settings


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "The inputs are 1, 0 and −2": "[1.0, 0.0, -2.0]",
        "direct gradients are 0, 1 and 1": "[0.0, 1.0, 1.0]",
        "$w_x = 1$, $w_h = -0.5$ and $b = 0.2$": "w_x, w_h, bias = 1.0, -0.5, 0.2",
        "anything below $10^{-6}$": "if e < 1e-6 else",
        "with $T = 12$ and $k = 4$": '"window": window(12, 4), "chunks": chunks(12, 4)',
        "standard deviation $1.2/\\sqrt H$": "def draw_weights(seed, gain=1.2)",
        "a batch of 16 sequences of its own": "manual_seed(100 + seed), 16)",
        "0.7 in place of 1.2": "for gain in (1.2, 0.7):",
        "Windows of five steps": "window(ECHO_T, 5)",
        "Adam (rate 0.005, gradient norm of the recurrent part clipped at 1)": "lr=0.005",
        "part clipped at 1)": "clamp(min=1)\n        W.grad",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


# --- equations, code and autograd -------------------------------------------------------------


@slow
def test_the_worked_steps_are_autograd(chapter):
    w = torch.tensor(-0.5, dtype=torch.float64, requires_grad=True)
    h, states = torch.zeros((), dtype=torch.float64), []
    for x in (1.0, 0.0, -2.0):
        h = torch.tanh(x * 1.0 + h * w + 0.2)
        h.retain_grad()
        states.append(h)
    (states[1] + states[2]).backward()
    assert chapter.dw_h == pytest.approx(w.grad.item())
    for (_, value, direct, later, whole, _), h in zip(chapter.hand_rows, states[::-1], strict=True):
        assert value == pytest.approx(h.item())
        assert direct + later == pytest.approx(whole)
        assert whole == pytest.approx(h.grad.item())
    assert chapter.hand_rows[-1][2] == 0, "the first step has no loss of its own"
    assert abs(number(chapter, "hand-first")) > 0.1


@slow
def test_the_recursion_and_its_sums_are_autograd_to_the_last_index(chapter):
    v = chapter
    leaves = [torch.tensor(a, requires_grad=True) for a in (v.h_start, v.W_xh, v.W_hh, v.b_h)]
    h, states = leaves[0], []
    for x in torch.tensor(v.xs):
        a = x @ leaves[1] + h @ leaves[2] + leaves[3]
        h = torch.tanh(a)
        a.retain_grad()
        h.retain_grad()
        states.append((a, h))
    torch.stack([h for _, h in states]).backward(torch.tensor(v.direct))
    for t, (a, h) in enumerate(states, start=1):
        np.testing.assert_allclose(v.at_h[t], h.grad, atol=1e-12)
        np.testing.assert_allclose(v.at_a[t], a.grad, atol=1e-12)
    ours = v.at_h[0], v.grad_xh, v.grad_hh, v.grad_b
    for array, leaf in zip(ours, leaves, strict=True):
        np.testing.assert_allclose(array, leaf.grad, atol=1e-12)


@slow
@pytest.mark.parametrize("k", [1, 2, 4, 6])
def test_chunks_are_the_pairs_that_lie_in_one_chunk(chapter, k):
    v, W = chapter, (chapter.W_xh, chapter.W_hh, chapter.b_h)
    got = v.chunk_gradients(
        torch.tensor(v.xs), torch.tensor(v.direct), torch.tensor(v.h_start), W, k
    )
    mask, expected = v.chunks(v.T, k), [np.zeros_like(a) for a in W]
    for t in range(v.T):
        later = v.direct[t]
        for s in range(t, -1, -1):
            at_a = later * (1 - v.states[s + 1] ** 2)
            shares = v.xs[s].T @ at_a, v.states[s].T @ at_a, at_a.sum(axis=0)
            expected = [e + mask[t, s] * share for e, share in zip(expected, shares, strict=True)]
            later = at_a @ v.W_hh.T
    for ours, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@slow
def test_the_pairs_add_up_to_the_gradient(chapter):
    v = chapter
    W, readout = v.draw_weights(3)
    inputs, targets = v.draw_echo(torch.Generator().manual_seed(5), 2)
    np.testing.assert_array_equal(inputs[: -v.DELAY, :, 0], targets[v.DELAY :])
    pairs, leaf = v.pair_gradients((W, readout), inputs, targets), W.clone().requires_grad_()
    h, loss = torch.zeros(2, v.UNITS), 0
    for t, (x, target) in enumerate(zip(inputs, targets, strict=True)):
        h = torch.tanh(torch.cat([x, h, torch.ones(2, 1)], dim=1) @ leaf)
        loss = loss + (t >= v.DELAY) * 0.5 * ((h @ readout - target) ** 2).sum()
    loss.backward()
    torch.testing.assert_close(pairs.sum(dim=(0, 1)), leaf.grad, rtol=1e-3, atol=1e-4)
    assert not pairs[~torch.tensor(v.window(v.ECHO_T, v.ECHO_T))].any(), "no loss blames the future"


# --- what the sections claim ------------------------------------------------------------------


@slow
def test_checking_the_best_step_is_near_the_cube_root_of_the_rounding(chapter):
    best = {name: chapter.steps[np.argmin(curve)] for name, curve in chapter.curves.items()}
    assert 1e-7 < best["central"] < 1e-3
    cube_root = 3e-16 ** (1 / 3)
    assert cube_root == pytest.approx(1e-5, rel=0.5)
    assert number(chapter, "best-central") < 1e-8 < 30 * number(chapter, "best-forward")
    assert number(chapter, "best-central") < 0.1 * number(chapter, "best-forward")
    assert number(chapter, "best-single") > 1e-6
    assert chapter.curves["central"][0] > 1e-6
    assert chapter.curves["central"][-1] > 1e-3


@slow
def test_checking_absolute_differences_overlap_and_relative_ones_do_not(chapter):
    assert min(chapter.absolute["wrong"]) < max(chapter.absolute["right"])
    assert min(chapter.relative["wrong"]) > 1e-4 > 1e-7 > max(chapter.relative["right"])


@slow
def test_bugs_each_input_hides_one_and_each_bug_is_hidden_somewhere(chapter):
    assert chapter.hidden == {
        "nothing carried": ["one step"],
        "carried by W, not its transpose": ["one step", "symmetric matrix"],
        "slope of the tanh forgotten": ["tiny weights and state"],
        "mean over the batch": ["one sequence"],
    }
    assert min(row[-1] for row in chapter.errors.values()) > 0.2
    x, h, W, g = chapter.plain
    sure = chapter.bugged(None, x, h, W, g)
    for ours, theirs in zip(sure, (chapter.grad_xh, chapter.grad_hh, chapter.grad_b), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@slow
def test_truncation_the_counts_are_those_of_the_formulas(chapter):
    T, k = 12, 4
    assert number(chapter, "pairs-full") == T * (T + 1) / 2
    assert number(chapter, "pairs-window") == k * T - k * (k - 1) / 2
    assert number(chapter, "pairs-chunks") == T * (k + 1) / 2
    assert not chapter.chunks(T, k)[4, 3], "loss 5 never blames step 4"


@slow
def test_bias_the_cosine_rises_with_the_reach_and_chunks_are_behind_windows(chapter):
    means = {name: rows.mean(axis=0) for name, rows in chapter.agreement[1.2].items()}
    at = {k: i for i, k in enumerate(chapter.REACH)}
    np.testing.assert_allclose(means["window"][0], means["chunks"][0], atol=1e-5)
    for rows in means.values():
        assert rows[at[1]] < 0.85
        assert rows[at[5]] < 0.95
        assert rows[at[20]] > 0.97
        assert rows[at[1]] < rows[at[5]] - 0.05 < rows[at[10]] - 0.1
        assert rows[at[40]] == pytest.approx(1, abs=1e-5)
    assert means["window"][at[5]] > means["chunks"][at[5]] + 0.02
    assert means["window"][at[10]] > means["chunks"][at[10]] + 0.02
    assert means["window"][at[10]] > 0.97
    assert np.ptp(chapter.agreement[1.2]["window"][:, at[5]]) > 0.1
    assert number(chapter, "small-5") > 0.95


@slow
def test_bias_more_data_brings_the_full_gradient_home_and_not_the_truncated_ones(chapter):
    towards = chapter.towards
    assert towards["full"][-1].min() > 0.98 > towards["full"][0].mean() + 0.05
    for name in ("window, 5", "chunks, 5"):
        assert towards[name][-1].max() < 0.85
        assert abs(towards[name][-1].mean() - towards[name][-2].mean()) < 0.05


@slow
def test_learning_long_chunks_succeed_and_those_of_five_go_back_up(chapter):
    final = chapter.final
    assert max(final[10].max(), final[chapter.ECHO_T].max()) < 0.05
    assert 0.2 < final[0].mean() < 0.9, "the state alone remembers something"
    assert final[5].mean() > 10 * final[10].mean()
    assert final[5].mean() > 1.25 * chapter.best_of_five.mean()


@slow
def test_the_quiz_computes_right():
    items = {item.id: item for item in read_items("bptt", ROOT)}
    assert 1 + (1 - 0.6**2) * 2 in items["two_arrows"].answer.interval
    pairs = items["kept_pairs"]
    assert pairs.options[pairs.right].text == "15 12"
