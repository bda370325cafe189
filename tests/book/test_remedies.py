"""What the chapter on remedies says is what its own code computes."""

import math

import numpy as np
import pytest
import torch

from tests.book.page import Page
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("remedies")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


def test_no_measured_number_is_typed_into_the_text():
    # The rates and the bound of the experiment, and a step of the first section.
    assert PAGE.typed_numbers() == {"0.1", "0.12", "0.02", "0.2", "0.001"}


def test_the_text_names_the_settings_that_the_code_uses():
    settings = "UNITS, BATCH, UPDATES, SEEDS, RATE, NO = 24, 16, 800, 6, 0.12"
    for said, used in {
        "run thirty steps": "for _ in range(30):",
        "24 units and gets 800 updates": settings,
        "batches of 16": settings,
        "Rate 0.12, limit 1, six seeds": settings,
        "rate 0.02, no clipping": '("random", NO, 0.02, 99)',
        "over the last fifty batches": "losses[-50:, k]",
        "below 0.1": "np.sum(loss < 0.1)",
        "Truncation after ten steps": "if t == T - 10:",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


# --- equations and code -----------------------------------------------------------------------


@slow
def test_the_slope_of_the_unit_is_that_of_autograd(chapter):
    for k in (0, 7000, 15000, 26000):
        w = torch.tensor(chapter.w_grid[k], requires_grad=True)
        h = torch.tensor(0.5, dtype=torch.float64)
        for _ in range(30):
            h = torch.tanh(w * h - 0.3)
        (0.5 * (h - 0.5) ** 2).backward()
        assert chapter.cliff_slope[k] == pytest.approx(w.grad.item(), rel=1e-9, abs=1e-12)


@slow
def test_clipping_is_that_of_pytorch(chapter):
    arrays = [torch.tensor([g], requires_grad=True) for g in chapter.G]
    for array, g in zip(arrays, chapter.G, strict=True):
        array.grad = torch.tensor([g])
    torch.nn.utils.clip_grad_norm_(arrays, chapter.limit)
    theirs = [array.grad.item() for array in arrays]
    np.testing.assert_allclose(chapter.whole, theirs, rtol=1e-5)


@slow
def test_wilsons_ends_are_those_of_the_equation(chapter):
    for count in range(7):
        p, w = count / 6, 1.96**2 / 6
        half = math.sqrt(p * (1 - p) * w + w * w / 4)
        ends = [(p + w / 2 - half) / (1 + w), (p + w / 2 + half) / (1 + w)]
        np.testing.assert_allclose(chapter.wilson(count), ends, atol=1e-7)


@slow
def test_the_parts_by_lag_sum_to_the_gradient_of_autograd(chapter):
    W = torch.tensor(chapter.W_noise[:7, :7], requires_grad=True)
    rng = np.random.default_rng(0)
    h = torch.zeros(7, dtype=torch.float64)
    for _ in range(41):
        h = torch.tanh(h @ W + torch.tensor(0.3 * rng.normal(size=7)))
    (h @ torch.tensor(rng.normal(size=7))).backward()
    parts = chapter.parts_by_lag(W.detach().numpy(), 0.3)
    np.testing.assert_allclose(parts.sum(axis=0), W.grad.numpy(), atol=1e-12)


@slow
def test_the_share_kept_by_rectifiers_is_that_of_autograd(chapter):
    rng = np.random.default_rng(4)
    W = torch.tensor(chapter.first_matrix("identity", 4, 5))
    first = torch.full((5,), 0.5, dtype=torch.float64, requires_grad=True)
    h = first
    for _ in range(6):
        h = torch.relu(torch.tensor(0.3 * rng.normal(size=5)) + h @ W)
    d = rng.normal(size=5)
    h.backward(torch.tensor(d))
    share = first.grad.norm().item() / np.linalg.norm(d)
    kept = chapter.kept_by_lag("identity", 4, 0.3, lags=6, H=5)
    assert kept[-1] == pytest.approx(share, abs=1e-12)


# --- what the sections claim ------------------------------------------------------------------


@slow
def test_cliff_the_derivative_is_small_but_for_one_place(chapter):
    size = np.abs(chapter.cliff_slope)
    assert (size < 1).mean() > 0.9
    assert size.max() > 100
    landed = chapter.cliff_loss[chapter.top + 200]  # a step of one hundredth
    assert chapter.w_grid[chapter.top + 200] - chapter.w_grid[chapter.top] == pytest.approx(0.01)
    assert landed < 0.3 * chapter.cliff_loss[chapter.top - 200]


@slow
def test_clip_one_factor_keeps_the_direction_and_others_turn_it(chapter):
    G, whole, each = chapter.G, chapter.whole, chapter.each
    assert whole[0] * G[1] == pytest.approx(whole[1] * G[0])
    assert np.linalg.norm(whole) == pytest.approx(1)
    assert abs(each[0] * G[1] - each[1] * G[0]) > 0.5


@slow
def test_order_clipping_parts_turns_their_sum(chapter):
    once, often = chapter.once, chapter.often
    assert once[0] > 2 * once[1]
    assert often[1] > often[0]


@slow
def test_limits_clipping_keeps_the_shares_of_the_lags(chapter):
    before, after = chapter.lag_norms, chapter.clipped_norms
    np.testing.assert_allclose(after / after[0], before / before[0])
    assert chapter.alpha < 0.5
    assert before[20] < 1e-2 * before[0]


@slow
def test_orthogonal_columns_and_signs(chapter):
    assert (np.diagonal(chapter.R_tall) > 0).all()
    np.testing.assert_allclose(chapter.Q_tall.T @ chapter.Q_tall, np.eye(3), atol=1e-12)


@slow
def test_starts_hold_under_faint_noise_and_not_under_strong_noise(chapter):
    kept = {key: values[-1] for key, values in chapter.kept.items()}
    assert kept["identity", 0.01] > 0.9
    assert kept["orthogonal", 0.01] > 0.5
    assert kept["random", 0.01] < 0.5 * kept["orthogonal", 0.01]
    assert kept["random", 0.3] < kept["orthogonal", 0.3] < 1e-4
    assert 0.05 < kept["identity", 0.3] < 0.8


@slow
def test_task_the_batches_are_those_of_the_description(chapter):
    xs, labels = next(iter(chapter.batches(20)))
    assert xs.shape == (20, 16, 6)
    marked = xs[:, :, :2].sum(dim=2)
    assert (marked.sum(dim=0) == 2).all()
    assert not marked[[0, 1, 4, 5, 6, 7, *range(10, 20)]].any()
    for b in range(16):
        first, second = (int(xs[t, b, 1]) for t in torch.nonzero(marked[:, b]).flatten())
        assert labels[b] == 2 * first + second


@slow
def test_experiment_clipping_solves_what_no_start_solves_without(chapter):
    solved = chapter.solved
    for start in ("random", "orthogonal", "identity"):
        assert solved[start] <= 1
    assert solved["random, clipped"] >= 4
    assert solved["orthogonal, clipped"] >= 5
    assert solved["identity, clipped"] >= 3


@slow
def test_experiment_truncation_and_length_40_fail(chapter):
    assert chapter.solved["orthogonal, clipped, 10 steps back"] == 0
    assert chapter.solved["T = 40: orthogonal, clipped"] == 0
    assert chapter.last["T = 40: orthogonal, clipped"].mean() > 0.7


@slow
def test_experiment_a_small_rate_brings_a_part_of_what_clipping_does(chapter):
    for start in ("random", "orthogonal"):
        small = chapter.last[f"{start}, small rate"]
        assert small.mean() < chapter.last[start].mean()
        assert small.mean() > chapter.last[f"{start}, clipped"].mean()
    assert chapter.solved["random, small rate"] < chapter.solved["random, clipped"]


@slow
def test_experiment_budgets_are_equal(chapter):
    for T in (20, 40):
        assert len(list(chapter.batches(T))) == chapter.UPDATES
    assert {len(loss) for loss in chapter.last.values()} == {chapter.SEEDS}


def test_numbers_in_the_quiz_are_right():
    items = {item.id: item for item in read_items("remedies", PAGE.path.parents[1])}
    assert math.hypot(6, 8) * 0.5 == 5
    assert items["clipped_norm"].answer.value == 8 * 0.5
    assert 5 * 8 / 14 in items["clipped_norm"].wrong[2].interval
    loss = items["which_loss"]
    assert f"{math.log(2) / 2:.2f}" in loss.options[loss.right].text
    w = 1.96**2 / 6
    rate = items["zero_of_six"]
    assert f"{w / (1 + w):.2f}" in rate.options[rate.right].text
    assert "0.26" in rate.options[0].says
    assert round(0.8**6, 2) == 0.26
    assert round(1.1**50) == 117
