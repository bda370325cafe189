"""What the chapter on the backward pass of an LSTM says is what its own code computes."""

import math

import numpy as np
import pytest
import torch

from tests.book.page import ROOT, Page, number
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("lstm_backward")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# The longer run, which stands in the text with its date and its command.
LONGER_RUN = {"0.166", "0.174", "0.0009", "0.0017", "0.0011", "0.0054"}

# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    settings = {"0.005", "0.02", "0.001", "0.05", "0.99"}
    assert PAGE.typed_numbers() == settings | LONGER_RUN


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "let $c_t = 0.8$, $o_t = 0.5$ and $f_{t+1} = 0.9$": "through_h = 1.0 * 0.5 * (1 - np.tanh(0.8)",
        "$-0.4$ at $c_{t+1}$ and 1 at $h_t$": "along_c = -0.4 * 0.9",
        "a tolerance of 0.001": "SEEN = 1e-3",
        "mistakes keep it above 0.99": ".min() > 0.99",
        "batches of 16 sequences": "= 30, 16, 16, 33",
        "with the gradient norm clipped at 1": ".sqrt().clamp(min=1)",
        "0.005 for the plain network": "for seed in range(ADD_SEEDS)], 0.005)",
        "and 0.02 for the LSTMs": "train(nets, 0.02, closed)",
        "error falls below 0.05": "BOUND = 0.05",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


def test_the_longer_run_is_quoted_with_the_settings_of_its_script():
    script = (ROOT / "benchmarks" / "adding_problem.py").read_text(encoding="utf-8")
    said = "On 100 steps, with 32 units, 1000 updates of 32 sequences and 8 seeds"
    assert said in PAGE.text
    for name, value in dict(length=100, units=32, updates=1000, rows=32, seeds=8).items():
        assert f'("{name}", {value})' in script


# --- equations, code and autograd -------------------------------------------------------------


def recorded(v):
    """Run the page's small network in PyTorch, keeping the gradient at everything on the way."""
    arrays = v.state_h[0], v.state_c[0], v.W_xh, v.W_hh, v.b_h
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    h, c, steps, total = leaves[0], leaves[1], [], 0
    for x, own in zip(torch.tensor(v.xs), torch.tensor(v.direct), strict=True):
        a = x @ leaves[2] + h @ leaves[3] + leaves[4]
        i, f, g, o = torch.chunk(a, 4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        total = total + (h * own).sum()
        for tensor in (a, c, h):
            tensor.retain_grad()
        steps.append((a, c, h))
    total.backward()
    return leaves, steps


@slow
def test_the_equations_are_autograd_to_the_last_index(chapter):
    v = chapter
    leaves, steps = recorded(v)
    for t, (a, c, h) in enumerate(steps, start=1):
        np.testing.assert_allclose(v.at_a[t], a.grad, atol=1e-12)
        np.testing.assert_allclose(v.at_c[t], c.grad, atol=1e-12)
        np.testing.assert_allclose(v.at_h[t], h.grad, atol=1e-12)
    ours = v.at_h[0], v.at_c[0], v.grad_xh, v.grad_hh, v.grad_b
    for array, leaf in zip(ours, leaves, strict=True):
        np.testing.assert_allclose(array, leaf.grad, atol=1e-12)


@slow
def test_each_equation_holds_for_what_the_loops_have_computed(chapter):
    """The terms of the four labelled equations, written anew from the text."""
    v, T = chapter, chapter.T
    i, f, g, o = np.split(v.gate, 4, axis=2)
    now, later, before = slice(1, T + 1), slice(2, T + 2), slice(0, T)
    slope = 1 - np.tanh(v.state_c[now]) ** 2
    cell = v.at_c[later] * f[later] + v.at_h[now] * o[now] * slope
    hidden = v.direct + np.einsum("tbm,jm->tbj", v.at_a[later], v.W_hh)
    dc, dh = v.at_c[now], v.at_h[now]
    blocks = np.concatenate(
        [
            dc * g[now] * i[now] * (1 - i[now]),
            dc * v.state_c[before] * f[now] * (1 - f[now]),
            dc * i[now] * (1 - g[now] ** 2),
            dh * np.tanh(v.state_c[now]) * o[now] * (1 - o[now]),
        ],
        axis=2,
    )
    weights = np.einsum("tbj,tbm->jm", v.state_h[before], v.at_a[now])
    for label, ours, theirs in (
        ("cell", v.at_c[now], cell),
        ("hidden", v.at_h[now], hidden),
        ("gates", v.at_a[now], blocks),
        ("weights", v.grad_hh, weights),
    ):
        assert f":label: eq-lstm-backward-{label}\n" in PAGE.text
        np.testing.assert_allclose(ours, theirs, atol=1e-12, err_msg=label)


@slow
def test_paths_the_worked_numbers_are_autograd_and_of_two_signs(chapter):
    c = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
    (-0.4 * 0.9 * c + 1.0 * 0.5 * torch.tanh(c)).backward()
    assert chapter.along_c + chapter.through_h == pytest.approx(c.grad.item())
    assert chapter.along_c < 0 < chapter.through_h


@slow
def test_gates_a_second_activation_changes_the_slope_of_an_open_gate_most(chapter):
    assert number(chapter, "slope-wrong") > 10 * number(chapter, "slope-right")
    kept = np.linspace(0.01, 0.99, 99)
    wrong = chapter.slope_of["sigmoid"](chapter.sigmoid(kept))
    assert wrong.min() > 0.19
    assert wrong.max() <= 0.25
    candidates = np.linspace(-0.99, 0.99, 99)
    assert (chapter.slope_of["tanh"](np.tanh(candidates)) > 0).all()


# --- what the sections claim ------------------------------------------------------------------


@slow
def test_bugs_each_input_hides_the_mistakes_that_the_text_says(chapter):
    carried = ["dh not carried", "dc not carried", "dc carried in part", "parentheses missing"]
    for mistake in chapter.MISTAKES:
        inputs = chapter.hidden[mistake]
        assert ("one step" in inputs) == (mistake in carried)
        assert ("one sequence" in inputs) == (mistake == "mean over the batch")
        assert "none of these" not in inputs
    for mistake in ("sigmoid twice", "tanh twice", "tanh dropped"):
        assert "tiny weights and states" in chapter.hidden[mistake]
    assert "tiny weights and states" not in chapter.hidden["dc not carried"]


@slow
def test_bugs_the_published_formula_is_wrong_in_the_three_ways_that_the_text_names():
    rng = np.random.default_rng(3)
    dh, later, c, i, g, o = rng.uniform(0.2, 0.9, size=(6, 4))
    shown = dh * o * (1 - np.tanh(c) ** 2)
    published = later * i + shown * i * g * (1 - np.tanh(g) ** 2)
    mended = (later * i + shown * i) * (1 - g**2)
    assert np.abs(published - mended).min() > 1e-3
    a = torch.tensor(np.arctanh(g), requires_grad=True)
    cell = torch.tensor(c - i * g) + torch.tensor(i) * torch.tanh(a)
    (torch.tensor(later) * cell + torch.tensor(dh * o) * torch.tanh(cell)).sum().backward()
    np.testing.assert_allclose(mended, a.grad)


@slow
def test_bugs_the_planted_mistakes_are_those_that_their_names_say(chapter):
    """The trick with detached values against the lines of a backward pass written out."""
    v = chapter
    for mistake in (None, *v.MISTAKES):
        expected = written_out(v, mistake)
        for ours, theirs in zip(v.grads_with(mistake, *v.plain), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-10, err_msg=mistake)


def written_out(v, mistake):
    """Return the gradients of the weights by a backward pass in which one mistake is made."""
    T, H = v.T, v.H
    later_h, later_c, sums = 0, 0, [0, 0, 0]
    for t in range(T, 0, -1):
        i, f, g, o = np.split(v.gate[t], 4, axis=1)
        c, before = v.state_c[t], v.state_c[t - 1]
        dh = v.direct[t - 1] + (0 if mistake == "dh not carried" else later_h)
        through = dh * o * (1 if mistake == "tanh dropped" else 1 - np.tanh(c) ** 2)
        dc = through + later_c
        s = (lambda z: 1 / (1 + np.exp(-z))) if mistake == "sigmoid twice" else (lambda z: z)
        slopes = [s(z) * (1 - s(z)) for z in (i, f, o)]
        tanh_slope = 1 - (np.tanh(g) if mistake == "tanh twice" else g) ** 2
        loose = mistake == "parentheses missing"
        at_a = [
            factor * (later_c + through * slope if loose else dc * slope)
            for factor, slope in ((g, slopes[0]), (before, slopes[1]), (i, tanh_slope))
        ]
        at_a.append(dh * np.tanh(c) * slopes[2])
        if mistake == "blocks i, f, o, g":
            at_a[2], at_a[3] = at_a[3], at_a[2]
        da = np.concatenate(at_a, axis=1)
        shares = v.xs[t - 1].T @ da, v.state_h[t - 1].T @ da, da.sum(axis=0)
        sums = [total + share for total, share in zip(sums, shares, strict=True)]
        later_h = da @ v.W_hh.T
        later_c = f * {"dc not carried": 0, "dc carried in part": through}.get(mistake, dc)
    scale = 1 / v.B if mistake == "mean over the batch" else 1
    assert da.shape[1] == 4 * H
    return [scale * total for total in sums]


@slow
def test_bugs_most_wrong_gradients_still_point_downhill(chapter):
    start = {m: chapter.directions[1, m] for m in chapter.MISTAKES}
    larger = {m: chapter.directions[4, m] for m in chapter.MISTAKES}
    exchanged = "blocks i, f, o, g"
    for mistake in chapter.MISTAKES:
        if mistake != exchanged:
            assert start[mistake].min() > 0.4
            assert larger[mistake].mean() > 0.2
    assert abs(start[exchanged].mean()) < 0.1
    assert abs(larger[exchanged].mean()) < 0.1
    assert number(chapter, "cos-many") == 4
    for mistake in ("sigmoid twice", "tanh twice"):
        assert larger[mistake].min() > 0.9
    for mistake in ("parentheses missing", "tanh dropped"):
        assert larger[mistake].mean() < start[mistake].mean() - 0.1


@slow
def test_adding_the_baseline_is_one_sixth(chapter):
    inputs, targets = chapter.draw_sums(torch.Generator().manual_seed(0), 40_000)
    marks, half = inputs[:, :, 1], chapter.ADD_T // 2
    assert (marks[:half].sum(dim=0) == 1).all()
    assert (marks[half:].sum(dim=0) == 1).all()
    torch.testing.assert_close((inputs[:, :, 0] * marks).sum(dim=0), targets)
    assert ((targets - 1) ** 2).mean().item() == pytest.approx(1 / 6, abs=0.005)


@slow
def test_adding_the_networks_are_compared_on_equal_terms(chapter):
    assert number(chapter, "add-lstm") == pytest.approx(number(chapter, "add-rnn"), rel=0.03)
    for forget, kind in ((0.0, torch.nn.LSTM(2, 16)), (None, torch.nn.RNN(2, 33))):
        ours = sum(array.numel() for array in chapter.draw_net(0, forget))
        biases = kind.bias_hh_l0.numel()
        cell = sum(weight.numel() for weight in kind.parameters()) - biases  # one bias, not two
        assert ours == cell + kind.hidden_size + 1
    one, zero = chapter.draw_net(3, 1.0)[0], chapter.draw_net(3, 0.0)[0]
    assert (one != zero).sum() == chapter.ADD_UNITS, "they differ in the forget bias alone"


@slow
def test_adding_the_forward_pass_is_that_of_pytorch(chapter):
    W, readout = (array[None] for array in chapter.draw_net(2, 1.0))
    inputs, _ = chapter.draw_sums(torch.Generator().manual_seed(1), 3)
    layer = torch.nn.LSTM(2, chapter.ADD_UNITS)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(W[0, :2].T)
        layer.weight_hh_l0.copy_(W[0, 2:-1].T)
        layer.bias_ih_l0.copy_(W[0, -1])
        layer.bias_hh_l0.zero_()
        wanted = layer(inputs)[0][-1] @ readout[0, :-1] + readout[0, -1]
        torch.testing.assert_close(chapter.read_out(W, readout, inputs)[0], wanted)


@slow
def test_adding_the_plain_network_is_stuck_and_a_forget_bias_shortens_the_wait(chapter):
    final, waited = chapter.final, chapter.waited
    assert final["plain"].min() > 0.13
    assert (waited["plain"] == chapter.UPDATES).all()
    one, no_dh = "LSTM, bias 1", "bias 1, dh not carried"
    no_dc = "bias 1, dc not carried"
    assert final["LSTM"].mean() < 0.06
    assert final[one].mean() < 0.02
    assert final[no_dh].mean() < 0.03
    assert waited[one].mean() < waited["LSTM"].mean() - 25
    assert waited[no_dc].mean() > waited[one].mean() + 50
    assert waited[no_dc].mean() > waited[no_dh].mean() + 25
    assert final[no_dc].mean() > 2 * final[one].mean()
    assert (final[no_dc] < 0.1).sum() >= 3, "it falls in most seeds"


@slow
def test_highway_training_makes_the_line_at_the_cell_state_level(chapter):
    assert chapter.left_over["fresh"].max() < 0.1
    assert chapter.left_over["trained"].min() > 0.3
    at_h, at_c, *_ = chapter.measured["trained", ""]
    assert (at_c.mean(axis=1) > 2 * at_h.mean(axis=1))[:-2].all()
    assert chapter.alone["trained"].mean() > 20 * chapter.alone["fresh"].mean()
    assert (chapter.alone["trained"] < chapter.left_over["trained"]).all(), (
        "both ways make it level"
    )
    passed = {name: chapter.measured[name, ""][3] for name in ("fresh", "trained")}
    assert passed["trained"].mean() > passed["fresh"].mean() + 0.05


@slow
def test_highway_most_of_the_gradient_comes_along_the_cell_state(chapter):
    agree = chapter.agree
    assert agree["trained", "h"].mean() > agree["trained", "c"].mean() + 0.05
    assert agree["trained", "h"].mean() > 0.85
    assert agree["trained", "c"].mean() < 0.95


@slow
def test_highway_closing_a_way_leaves_the_answers_as_they_are(chapter):
    inputs, _ = chapter.draw_sums(torch.Generator().manual_seed(4), 5)
    shut = [torch.ones(chapter.ADD_SEEDS, 1, 1, dtype=bool)] * 2
    with torch.no_grad():
        same = chapter.read_out(*chapter.learned, inputs, shut)
        torch.testing.assert_close(chapter.read_out(*chapter.learned, inputs), same)


@slow
def test_the_quiz_computes_right():
    items = {item.id: item for item in read_items("lstm_backward", ROOT)}
    along, shown, slope = 1 * 0.9, 2 * 0.5, 1 - 0.6**2
    two = items["two_paths"]
    assert along + shown * slope in two.answer.interval
    slips = [shown * slope, along, 1 + shown * slope, along + shown, (along + 2) * 0.5 * slope]
    assert all(x in wrong.interval for x, wrong in zip(slips, two.wrong, strict=True))
    twice = items["slope_twice"]
    assert twice.options[twice.right].text == "0.09 0.21"
    baseline = items["baseline"]
    assert 2 / 3 in baseline.answer.interval
    slips = [1 / 6, 1 / 3, 4 / 3, 2 / 3 + 1, math.sqrt(2 / 3)]
    assert all(x in wrong.interval for x, wrong in zip(slips, baseline.wrong, strict=True))
