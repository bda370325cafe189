"""What the chapter on vanishing and exploding gradients says is what its own code computes."""

import math

import numpy as np
import pytest
import torch

from tests.book.page import Page, number

slow = pytest.mark.slow
PAGE = Page("vanishing_exploding")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    # Settings, and the two factors that the section on horizons works out by hand.
    assert PAGE.typed_numbers() == {"0.9", "1.1", "0.1", "0.5", "0.99", "0.955", "1.047", "0.003"}


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "one part in a thousand": "xs_pair[0, 1] += 1e-3 / 8",
        "in thirty steps": "size=(30, 2, 64)",
        "64 units and 40 steps of noise": "for _ in range(40):",
        "has a random recurrent matrix of radius 0.9, 1 or 1.1": "RADII = 10, (0.9, 1.0, 1.1)",
        "normal noise of size 0.1 in each unit for 50 steps": "for _ in range(50 + lags):",
        "for ten seeds": "SEEDS, RADII = 10,",
        "for radii up to 3 and for three sizes of noise": "2.5, 3.0]), (0.1, 0.5, 1.0), 5",
        "the biases $-1.5$ and $3$": "np.array([-1.5, 3.0])",
        "16 units, 250 updates of Adam (rate 0.003)": "5, 16, 16, 250",
        "gradient norm clipped at 1": "norm.clamp(min=1)",
        "above 1 percent": "share_left > 1e-2",
        "below one millionth": "share_left < 1e-6",
        "recurrent weight 2": "(0.5, 2.0)",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


# --- equations and code -----------------------------------------------------------------------


@slow
def test_the_jacobian_is_that_of_the_equation_to_the_last_index_and_of_autograd(chapter):
    v = chapter
    for j in range(v.H):
        for k in range(v.H):
            assert v.J[j, k] == pytest.approx(v.W_hh[j, k] * (1 - v.h_after[k] ** 2))
    np.testing.assert_allclose(v.J, v.W_hh @ np.diag(1 - v.h_after * v.h_after))

    def step(h):
        return torch.tanh(torch.tensor(v.xs[0] @ v.W_xh + v.b_h) + h @ torch.tensor(v.W_hh))

    by_torch = torch.autograd.functional.jacobian(step, torch.tensor(v.h0)).numpy().T
    np.testing.assert_allclose(v.J, by_torch, atol=1e-12)


@slow
def test_the_product_is_the_derivative_of_the_last_state_and_the_sum_over_all_paths(chapter):
    from itertools import product

    v, steps = chapter, len(chapter.Js)

    def last(h):
        for x in v.xs:
            h = torch.tanh(torch.tensor(x @ v.W_xh + v.b_h) + h @ torch.tensor(v.W_hh))
        return h

    by_torch = torch.autograd.functional.jacobian(last, torch.tensor(v.h0)).numpy().T
    np.testing.assert_allclose(v.P, by_torch, atol=1e-12)
    for j, k in ((0, 2), (1, 1)):
        paths = [(j, *middle, k) for middle in product(range(v.H), repeat=steps - 1)]
        assert len(paths) == v.H ** (steps - 1)
        total = sum(
            math.prod(
                v.W_hh[path[i - 1], path[i]] * (1 - v.hs[i][path[i]] ** 2)
                for i in range(1, steps + 1)
            )
            for path in paths
        )
        assert v.P[j, k] == pytest.approx(total, abs=1e-12)


@slow
def test_the_gradient_goes_back_through_the_transposes(chapter):
    v = chapter
    np.testing.assert_allclose(v.dh_0, v.dh @ v.P.T, atol=1e-12)
    np.testing.assert_allclose(v.dh_0, v.h_leaf.grad.numpy(), atol=1e-12)


@slow
def test_the_double_sum_is_the_gradient_of_the_weights(chapter):
    v = chapter
    np.testing.assert_allclose(v.dW_hh, v.W_leaf.grad.numpy(), atol=1e-12)
    total = np.zeros_like(v.W_hh)
    for t in range(1, v.T + 1):
        for s in range(1, t + 1):
            product = np.eye(v.H)
            for J in v.Js[s:t]:
                product = product @ J
            for j in range(v.H):
                for k in range(v.H):
                    back = sum(v.dhs[t - 1][m] * product[k, m] for m in range(v.H))
                    total[j, k] += v.hs[s - 1][j] * (1 - v.hs[s][k] ** 2) * back
    np.testing.assert_allclose(v.dW_hh, total, atol=1e-12)


@slow
def test_the_equation_of_the_horizon_is_the_code_under_it(chapter):
    np.testing.assert_allclose(chapter.factors**chapter.horizons, 0.01)
    assert chapter.shown["horizon-090"] == str(round(math.log(0.01) / math.log(0.9)))
    assert chapter.shown["horizon-099"] == str(round(math.log(0.01) / math.log(0.99)))
    within, beyond = 0.01 ** (1 / 100), 100 ** (1 / 100)
    assert within == pytest.approx(0.955, abs=5e-4)
    assert beyond == pytest.approx(1.047, abs=5e-4)


# --- what the sections claim ------------------------------------------------------------------


@slow
def test_problem_a_change_fades_stays_or_takes_over(chapter):
    first = number(chapter, "first-gap")
    assert chapter.gaps[0.5][-1] < 1e-9 * first
    assert 1e-3 * first < chapter.gaps[1.0][-1] < first
    assert chapter.gaps[2.0][-1] > 900 * first


@slow
def test_sum_short_lags_hold_the_weight_gradient(chapter):
    share = chapter.lag_share
    assert share.sum() == pytest.approx(1)
    assert share[:4].sum() > 0.7
    assert share[20] < 1e-3
    assert number(chapter, "total") > 50, "the gradient as a whole is not small"


@slow
def test_powers_the_two_by_two_matrix_climbs_before_it_decays(chapter):
    sizes = chapter.power_norms["the 2 × 2 matrix"]
    assert 19 < max(sizes) < 20
    assert sizes[-1] < 1 < sizes[0]
    np.testing.assert_allclose(
        chapter.power_norms["0.9 × orthogonal"], 0.9 ** np.arange(1, 61), rtol=1e-9
    )
    random = chapter.power_norms["random, 64 × 64"]
    assert 1.5 < random[0] < 2.2, "about twice its radius"
    below = int(chapter.shown["random-below"])
    assert random[below - 1] < 1 <= min(random[: below - 1])


@slow
def test_powers_random_matrices_have_about_twice_the_norm_of_their_radius(chapter):
    ratios = [np.linalg.norm(chapter.random_matrix(1.0, seed), 2) for seed in range(10)]
    assert 1.7 < np.mean(ratios) < 2.2


@slow
def test_orthogonal_the_matrix_keeps_lengths_without_a_tanh_and_loses_them_with_one(chapter):
    Q = chapter.orthogonal
    np.testing.assert_allclose(Q.T @ Q, np.eye(64), atol=1e-12)
    lost = chapter.typical(chapter.kept)[99]
    assert lost < 0.01
    assert number(chapter, "orthogonal-tanh") == pytest.approx(lost, rel=0.5)


@slow
def test_tanh_the_same_weights_explode_without_and_vanish_with_a_tanh(chapter):
    linear, tanh = chapter.by_lag[False, 1.1][:, 99], chapter.by_lag[True, 1.1][:, 99]
    assert chapter.typical(linear) > 1e3
    assert chapter.typical(tanh) < 0.1
    assert linear.min() > 100
    assert tanh.max() < 1.0
    for radius in (0.9, 1.0):
        assert chapter.typical(chapter.by_lag[True, radius])[99] < 0.01
    assert len(linear) == len(tanh) == 10


@slow
def test_tanh_the_measured_norms_are_those_of_autograd(chapter):
    """One run of the experiment again, by PyTorch, which is not told about Jacobians."""
    W, rng = chapter.random_matrix(1.1, 3), np.random.default_rng(1003)
    h, inputs = np.zeros(64), 0.1 * rng.normal(size=(150, 64))
    for a in inputs[:50]:
        h = np.tanh(a + h @ W)
    leaf = torch.tensor(h, requires_grad=True)
    last = leaf
    for a in inputs[50:]:
        last = torch.tanh(torch.tensor(a) + last @ torch.tensor(W))
    d = rng.normal(size=64)
    last.backward(torch.tensor(d))
    share = leaf.grad.norm().item() / np.linalg.norm(d)
    assert chapter.norms_by_lag(W, 3)[0][-1] == pytest.approx(share, rel=1e-6)


@slow
def test_tanh_slopes_at_radius_1_1_cancel_the_weights(chapter):
    assert chapter.slope_mean[True, 1.1] < 1 / 1.1
    assert chapter.slope_mean[False, 1.1] == 1


@slow
def test_tanh_louder_noise_needs_a_larger_radius(chapter):
    crossing = chapter.crossing
    assert 1.1 < crossing[0.1] < crossing[0.5] < crossing[1.0] < 3
    for size in chapter.sizes:
        mean = chapter.factor[size].mean(axis=1)
        assert (np.diff(mean) > 0).all()
        assert (mean[:5] < chapter.radii[:5]).all(), "below the line of the linear network"


@slow
def test_conditions_a_network_of_radius_zero_explodes(chapter):
    assert np.abs(np.linalg.eigvals(chapter.W_two)).max() < 1e-7
    assert not (chapter.W_two @ chapter.W_two).any()
    growth = np.array(chapter.growth)
    assert growth[-1] > 1e10
    assert (growth <= 6.0 ** np.arange(61) * (1 + 1e-9)).all()
    assert chapter.linear_two[1] > 0
    assert chapter.linear_two[2:] == [0] * 59
    assert np.linalg.norm(chapter.W_two, 2) == pytest.approx(6)


@slow
def test_conditions_the_two_runs_part(chapter):
    part = int(chapter.shown["part-at"])
    assert 10 < part < 40
    assert np.abs(chapter.states[part, 0] - chapter.states[part, 1]).max() > 0.1


@slow
def test_latch_the_bit_is_kept_and_the_derivative_is_gone(chapter):
    last = chapter.latch[2.0][-1]
    assert (np.sign(last) == np.sign(chapter.starts)).all()
    assert np.abs(last).min() > 0.9
    assert np.ptp(chapter.latch[0.5][-1]) < 1e-9
    assert chapter.derivative[2.0][-1].max() < 1e-30
    assert chapter.derivative[0.5][-1].max() < 1e-12
    assert chapter.rest == pytest.approx(0.96, abs=0.005)
    assert number(chapter, "rest-slope") == pytest.approx(1 / 6, abs=0.01)


@slow
def test_latch_the_derivative_is_that_of_autograd(chapter):
    leaf = torch.tensor(chapter.starts, requires_grad=True)
    h = leaf
    for x in chapter.jitter[:12]:
        h = torch.tanh(2 * h + x)
    h.sum().backward()
    np.testing.assert_allclose(chapter.derivative[2.0][12], leaf.grad.numpy(), rtol=1e-9)


@slow
def test_learning_the_share_before_training_sorts_the_networks(chapter):
    v = chapter
    assert v.solved.shape == (4, 5, 5)
    high, low = v.share_left > 1e-2, v.share_left < 1e-6
    assert high.sum() > 40
    assert low.sum() > 10
    assert v.solved[high].mean() > 0.9
    assert not v.solved[low].any()
    assert v.accuracy[low].mean() == pytest.approx(0.5, abs=0.06), "no better than guessing"
    assert 0 < v.solved[~high & ~low].mean() < 1
    assert v.share_left[high & ~v.solved].min() > 0.5, "those do not shrink on the way back"


@slow
def test_learning_every_length_can_be_learned_and_budgets_are_equal(chapter):
    assert chapter.solved.any(axis=(1, 2)).all()
    assert chapter.solved[0].all(), "with five steps every radius works: the baseline"
    assert not chapter.solved[2:, 0].any()
    assert len(list(chapter.batches(5))) == len(list(chapter.batches(40))) == 250
