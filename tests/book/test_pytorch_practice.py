"""What the chapter on PyTorch says is what its own code computes."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from tests.book.page import ROOT, Page, number
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("pytorch_practice")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# What the script under benchmarks/ printed, which stands in the text with its date and command.
BENCHMARK = {"0.5", "1.1", "1.2", "1.8", "2.0", "2.3"}

# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {"0.03"} | BENCHMARK


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "with Adam at a rate of 0.03": "lr=0.03",
        "From 24 monthly changes": "WINDOW = 24",
        "chunks of 6 steps": ".split(6)",
        "lengths 2, 5 and 3": "torch.tensor([2, 5, 3])",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


def test_the_benchmark_is_quoted_with_the_sizes_of_its_script():
    script = (ROOT / "benchmarks" / "numpy_against_torch.py").read_text(encoding="utf-8")
    sizes = re.findall(r'": \((\d+, \d+, \d+, \d+)\)', script)
    assert len(sizes) == 4
    assert re.findall(r"^\| (\d+, \d+, \d+, \d+) \|", PAGE.text, re.M) == sizes


# --- layout -----------------------------------------------------------------------------------


@slow
def test_layout_our_lstm_is_that_of_pytorch(chapter):
    """The finding of the figure, and on the way the plan's promise of 1e-6."""
    assert chapter.apart[torch.float64].max() < 1e-12
    assert 1e-8 < chapter.apart[torch.float32].max() < 1e-5
    late = {dtype: gap[100:].max() / gap[:100].max() for dtype, gap in chapter.apart.items()}
    assert max(late.values()) < 10, "it does not grow"


@slow
def test_layout_the_equation_of_the_layer_holds_to_the_last_index(chapter):
    assert ":label: eq-pytorch-practice-layer\n" in PAGE.text
    D, H, x = chapter.D, chapter.H, torch.tensor(chapter.sequence[0])
    layer = nn.LSTM(D, H, dtype=torch.float64)
    h, c = torch.randn(2, len(x), H, dtype=torch.float64)
    W_ih, W_hh, b_ih, b_hh = (p.detach().numpy() for p in layer.parameters())
    a = np.zeros((len(x), 4 * H))
    for b, m in np.ndindex(a.shape):
        a[b, m] = sum(x[b, d] * W_ih[m, d] for d in range(D)) + b_ih[m]
        a[b, m] += sum(h[b, j] * W_hh[m, j] for j in range(H)) + b_hh[m]
    i, f, g, o = torch.tensor(a).chunk(4, dim=1)
    after = f.sigmoid() * c + i.sigmoid() * g.tanh()
    _, (h_n, c_n) = layer(x[None], (h[None], c[None]))
    torch.testing.assert_close(c_n[0], after)
    torch.testing.assert_close(h_n[0], o.sigmoid() * after.tanh())


@slow
def test_layout_the_equation_of_the_gru_holds_and_its_biases_are_not_interchangeable(chapter):
    assert ":label: eq-pytorch-practice-gru\n" in PAGE.text
    layer = nn.GRU(3, 5, dtype=torch.float64)
    x, h = torch.randn(2, 4, 3, dtype=torch.float64)[0], torch.randn(4, 5, dtype=torch.float64)
    W_ir, W_iz, W_in = layer.weight_ih_l0.chunk(3)
    W_hr, W_hz, W_hn = layer.weight_hh_l0.chunk(3)
    b_ir, b_iz, b_in = layer.bias_ih_l0.chunk(3)
    b_hr, b_hz, b_hn = layer.bias_hh_l0.chunk(3)
    r = (x @ W_ir.T + b_ir + h @ W_hr.T + b_hr).sigmoid()
    z = (x @ W_iz.T + b_iz + h @ W_hz.T + b_hz).sigmoid()
    n = (x @ W_in.T + b_in + r * (h @ W_hn.T + b_hn)).tanh()
    torch.testing.assert_close(layer(x[None], h[None])[1][0], (1 - z) * n + z * h)
    moved = chapter.change_by_moving
    assert max(moved["RNN"], moved["LSTM"]) < 1e-12
    assert moved["GRU"] > 0.02


def test_layout_pytorch_draws_its_first_values_evenly():
    layer = nn.LSTM(30, 400)
    for weight in layer.parameters():
        values = weight.detach() * 400**0.5
        assert values.abs().max() <= 1
        assert values.std().item() == pytest.approx(3**-0.5, rel=0.1)


def test_layout_a_layer_refuses_to_mix_precisions():
    with pytest.raises((RuntimeError, ValueError), match=r"dtype|float|Double"):
        nn.LSTM(3, 5)(torch.tensor(np.zeros((4, 2, 3))))


# --- shapes -----------------------------------------------------------------------------------


@slow
@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize(("L", "both"), [(1, False), (1, True), (3, False), (2, True)])
def test_shapes_parameters_are_counted_right(chapter, kind, L, both):
    assert ":label: eq-pytorch-practice-count\n" in PAGE.text
    layer = getattr(nn, kind)(7, 5, num_layers=L, bidirectional=both)
    G = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    found = sum(weight.numel() for weight in layer.parameters())
    assert chapter.count(G, 7, 5, L, 1 + both) == found


@slow
def test_shapes_the_backward_half_of_the_last_output_has_read_one_input(chapter):
    forwards, last, ends = chapter.reach.values()
    assert (last[:-1] == 0).all()
    assert last[-1] == 1
    assert forwards.argmax() == len(forwards) - 1
    assert ends.argmax() == 0
    assert (ends > 0).all()


def test_shapes_dropout_of_a_single_layer_warns_and_does_nothing():
    with pytest.warns(UserWarning, match="dropout"):
        layer = nn.LSTM(3, 5, dropout=0.5)
    assert layer.training
    xs = torch.randn(4, 2, 3)
    torch.testing.assert_close(layer(xs)[0], layer(xs)[0])


# --- packing and state ------------------------------------------------------------------------


@slow
def test_packing_changes_nothing_and_zeros_do(chapter):
    error = {name: np.array(gaps) for name, gaps in chapter.error.items()}
    for name in ("packed, all of them", "last real step, forwards"):
        assert error[name].max() < 1e-12
    for name in ("h_n, forwards", "backwards"):
        assert error[name][0] < 1e-12
        assert (error[name][1:] > 1e-3).all()


@slow
def test_packing_the_layout_is_the_one_drawn(chapter):
    assert chapter.packed_three.batch_sizes.tolist() == [3, 3, 2, 1, 1]
    assert chapter.packed_three.sorted_indices.tolist() == [1, 2, 0]
    short, lengths = chapter.pad_packed_sequence(chapter.packed_three)
    assert short.shape[0] == max(lengths) == 5


@slow
def test_state_history_grows_with_every_chunk_unless_it_is_detached(chapter):
    kept, cut = chapter.behind["handed on as it is"], chapter.behind["detached"]
    assert len(set(cut)) == 1
    steps = np.diff(kept)
    assert (steps > 0.7 * cut[0]).all()
    assert np.ptp(steps) == 0, "a straight line"


def test_state_the_message_is_the_one_quoted():
    net = nn.RNN(3, 5)
    out, state = net(torch.randn(2, 2, 3))
    out.sum().backward()
    out, state = net(torch.randn(2, 2, 3), state)
    with pytest.raises(RuntimeError) as raised:
        out.sum().backward()
    quoted = "Trying to backward through the graph a second time"
    assert quoted in str(raised.value)
    assert quoted in PAGE.text
    assert "retain_graph=True" in str(raised.value)


# --- the project ------------------------------------------------------------------------------


@slow
def test_prepare_nothing_of_a_later_period_is_in_an_earlier_one(chapter):
    v = chapter
    ends = {name: pd.Timestamp(period.stop) if period.stop else None for name, period in v.PERIODS.items()}  # fmt: skip
    months = {name: v.change[period].index for name, period in v.PERIODS.items()}
    assert months["train"][-1] == ends["train"] < months["valid"][0] < months["test"][0]
    assert v.mean == pytest.approx(v.change[months["train"]].mean())
    targets = sum(len(y) for _, y in v.sets.values())
    assert targets == len(v.change) - v.WINDOW
    for name, (x, y) in v.sets.items():
        assert x.shape == (v.WINDOW, len(y), 1)
        wanted = (v.change[months[name]][-len(y) :] - v.mean) / v.std
        np.testing.assert_allclose(y, wanted, atol=1e-5)
        np.testing.assert_allclose(x[-1, 1:, 0], y[:-1], atol=1e-6)  # the month before


@slow
def test_prepare_the_level_leaves_the_range_of_training(chapter):
    low, high, later = (number(chapter, f"level-{name}") for name in ("low", "high", "test"))
    assert low < high < later - 20


@slow
def test_training_the_equation_is_what_one_update_does(chapter):
    assert ":label: eq-pytorch-practice-update\n" in PAGE.text
    torch.manual_seed(0)
    model = chapter.Forecaster(dropout=0.0)
    x, y = (
        part[..., :40, :] if part.ndim == 3 else 30 + part[:40] for part in chapter.sets["train"]
    )
    theta = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
    loss = (model(x)[:, 0] - y).square().mean()
    grads = torch.autograd.grad(loss, list(model.parameters()))
    g = torch.cat([grad.flatten() for grad in grads])
    assert g.norm() > 2, "it is clipped"
    chapter.update(model, torch.optim.SGD(model.parameters(), lr=0.5), x, y)
    wanted = theta - 0.5 * min(1, 1 / g.norm()) * g
    after = torch.nn.utils.parameters_to_vector(model.parameters())
    torch.testing.assert_close(after, wanted, atol=1e-5, rtol=1e-4)


@slow
def test_training_slips_raise_nothing_and_cost_a_good_deal(chapter):
    unseen, curves = chapter.unseen, chapter.curves
    right, kept, flat = curves.values()
    assert right[:, -1, 1].max() < 0.5
    assert kept[:, -1, 1].mean() > 1.15 * right[:, -1, 1].mean()
    deviation = chapter.change[chapter.PERIODS["valid"]].std(ddof=0)
    assert flat[:, -1, 1].mean() == pytest.approx(deviation, rel=0.05)
    lost = unseen["LSTM, (B, 1) − (B,)"]
    assert lost.mean() == pytest.approx(unseen["the mean"][0], rel=0.05)
    assert unseen["LSTM, no zero_grad"].mean() > 1.1 * unseen["LSTM"].mean()


@slow
def test_training_the_wrong_shapes_ask_for_the_mean_of_the_targets():
    answers, targets = torch.zeros(6, 1, requires_grad=True), torch.randn(6)
    (answers - targets).square().mean().backward()
    wanted = 2 * (answers - targets.mean()) / 6
    torch.testing.assert_close(answers.grad, wanted.detach())


@slow
def test_evaluation_the_network_beats_last_year_and_not_the_regression(chapter):
    unseen = chapter.unseen
    lstm, linear = unseen["LSTM"], unseen["linear regression"][0]
    assert lstm.mean() < 0.95 * unseen["as a year ago"][0]
    assert linear - 0.02 < lstm.mean() < 1.2 * linear
    gap, spread = number(chapter, "unseen-gap"), number(chapter, "unseen-spread")
    assert gap < 4 * spread
    assert lstm.mean() < unseen["LSTM, no eval()"].mean() < 1.25 * lstm.mean()
    weights = sum(weight.numel() for weight in chapter.Forecaster().parameters())
    assert 1000 < weights < 1500, "more than a thousand"


@slow
def test_evaluation_no_grad_changes_no_number(chapter):
    model, _ = chapter.fits["LSTM"][0]
    x, _ = chapter.sets["test"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with torch.no_grad():
            quick = model(x)
        torch.testing.assert_close(model(x), quick)


@slow
def test_the_quiz_computes_right(chapter):
    items = {item.id: item for item in read_items("pytorch_practice", ROOT)}
    count = items["count"]
    assert chapter.count(4, 3, 5, 2, 2) in count.answer.interval
    slips = [chapter.count(4, 3, 5, 2, 2) / 2, 40 * (10 + 12), 40 * (9 + 16), 400, 800]
    assert all(x in wrong.interval for x, wrong in zip(slips, count.wrong, strict=True))
    means = items["mean_of_means"]
    total = 64 * 0.5 + 64 * 0.5 + 16 * 1.4
    assert total / 144 in means.answer.interval
    slips = [2.4 / 3, 0.5, total, (total / 144) ** 0.5]
    assert all(x in wrong.interval for x, wrong in zip(slips, means.wrong, strict=True))
    lost = items["lost_axis"]
    assert lost.options[lost.right].text == "(3, 3) 1.33"
