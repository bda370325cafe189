"""What the chapter on predicting text says is what its own code computes."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.book.page import Page

slow = pytest.mark.slow
PAGE = Page("language_model")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {"0.02", "0.03"}  # the learning rates: settings


@slow
def test_loss_and_perplexity_are_those_of_the_equations(chapter):
    assert (
        pytest.approx(
            F.nll_loss(
                torch.tensor(chapter.p_right).log()[:, None], torch.zeros(5, dtype=torch.long)
            ).item()
        )
        == chapter.L
    )
    assert pytest.approx(np.exp(chapter.L)) == chapter.PP
    assert pytest.approx(1) == chapter.total


@slow
def test_the_gradient_of_a_step_is_that_of_autograd(chapter):
    y = torch.tensor(chapter.y)
    y.requires_grad_()
    F.cross_entropy(y[None], torch.tensor([chapter.c])).backward()
    np.testing.assert_allclose(chapter.dy, y.grad.numpy(), atol=1e-12)


@slow
def test_the_entropy_rises_with_temperature_as_the_derivative_says(chapter):
    tau = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    log_p = torch.log_softmax(torch.tensor(chapter.y) / tau, dim=0)
    np.testing.assert_allclose(chapter.p_tau, log_p.exp().detach().numpy())
    (-(log_p.exp() * log_p).sum()).backward()
    assert chapter.dS == pytest.approx(tau.grad.item())
    assert (np.diff(chapter.entropy) > 0).all()
    assert 0.7 <= chapter.best_tau <= 1.4


@slow
def test_the_mean_of_exponentials_is_too_large_and_depends_on_the_batch(chapter):
    wrong = np.array(chapter.wrong_order)
    assert (wrong >= chapter.right_order - 1e-9).all()
    assert wrong[0] > 3 * chapter.right_order
    assert wrong[-1] < 1.05 * chapter.right_order


@slow
def test_a_longer_context_fits_its_own_text_ever_better_and_another_only_for_a_while(chapter):
    for alpha in (0.01, 0.1):
        assert (np.diff([chapter.grid[n, alpha][0] for n in chapter.NS]) < 0).all()
    assert chapter.best_n in (4, 5)
    assert chapter.grid[6, 0.1][1] > 1.1 * chapter.grid[chapter.best_n, chapter.best_alpha][1]


@slow
def test_an_n_gram_is_a_distribution_and_counts_what_a_loop_counts(chapter):
    train, part = chapter.train_part.tolist(), chapter.valid_part[:40]
    pairs = list(pairwise(train))
    for at, got in enumerate(chapter.surprises(part, 2, 0.3)[:10]):
        j, k = part[at : at + 2].tolist()
        seen = sum(first == j for first, _ in pairs)
        assert np.exp(-got) == pytest.approx((pairs.count((j, k)) + 0.3) / (seen + 0.3 * chapter.V))


@slow
def test_the_networks_are_compared_on_equal_terms_and_lie_between_bigram_and_best_n_gram(chapter):
    size = chapter.net_size
    assert size["RNN"] == pytest.approx(size["LSTM"], rel=0.06)
    unigram, bigram, best = (chapter.counted[n] for n in (1, 2, chapter.best_n))
    means = {name: np.mean(values) for name, values in chapter.test_pp.items()}
    assert unigram > 1.4 * bigram
    for values in chapter.test_pp.values():
        assert len(values) == 3
        assert bigram > 1.2 * max(values)
        assert min(values) > 1.1 * best
    assert abs(np.log(means["RNN"] / means["LSTM"])) < np.log(bigram / max(means.values()))
    assert abs(np.log(means["RNN"] / means["LSTM"])) < np.log(min(means.values()) / best)


@slow
def test_a_state_that_is_not_carried_costs_the_first_symbols(chapter):
    assert (chapter.extra[:, 0] > 0.3).all()
    assert np.abs(chapter.extra[:, 16:]).mean() < 0.02


@slow
def test_streams_go_on_from_batch_to_batch(chapter):
    batches = chapter.cut_streams(np.arange(100), 3, 4)
    whole = torch.cat([x for x, _ in batches])
    assert (whole[1:] == whole[:-1] + 1).all()
    assert all((y == x + 1).all() for x, y in batches)
