"""The checks of the exercise on language models.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, and every part is asked
for a second set of them, so that no size can be taken from the wrong axis.
"""

import numpy as np

from unrolled.expect import agree, have_shape

T, B, V = 5, 3, 4
OTHER = {"T": 4, "B": 6, "V": 7}
SCORES = ("time step", "stream", "symbol")


def draw_losses(rng, N):
    """Return losses that differ and counts that differ, neither in an order that goes with the other."""
    losses = rng.permutation(np.linspace(0.6, 3.4, N)) + rng.uniform(-0.1, 0.1, size=N)
    counts = rng.permutation(np.arange(1, N + 1) * 7) + rng.integers(0, 4, size=N)
    return losses, counts


def test_perplexity_is_one_number(answer, rng):
    """one number comes back"""
    have_shape(answer.perplexity(*draw_losses(rng, 6)), {"the perplexity": ()})


def test_perplexity_counts_every_symbol_the_same(answer, reference, rng):
    """the perplexity is right for batches of different sizes and losses"""
    for N in (4, 6, 5):
        args = draw_losses(rng, N)
        agree(answer.perplexity(*args), reference.perplexity(*args), "the perplexity")


def test_perplexity_of_a_fair_choice_is_the_number_of_choices(answer, rng):
    """if every symbol has probability 1/V, the perplexity is V"""
    V = int(rng.integers(8, 40))
    counts = rng.integers(1, 30, size=5)
    agree(answer.perplexity(np.full(5, np.log(V)), counts), float(V), "the perplexity")


def draw_texts(rng, V, N, M):
    """Return a training and a held-out text, in both of which some symbols are frequent.

    V * V must be N or more: the held-out text has a pair that the training text has not. In it more
    than one symbol comes after that which ends the training text.
    """
    train, valid = ((V * rng.random(length) ** 1.5).astype(int) for length in (N, M))
    unseen = np.ones((V, V), dtype=bool)
    unseen[train[:-1], train[1:]] = False
    valid[3:5] = rng.permutation(np.argwhere(unseen))[0]
    valid[6:12:2] = train[-1]
    return train, valid


def check_bigrams(answer, reference, *args):
    """Compare the loss of a bigram model."""
    agree(answer.bigram_nll(*args), reference.bigram_nll(*args), "the loss")


def test_bigram_nll_is_one_number(answer, rng):
    """one number comes back"""
    have_shape(answer.bigram_nll(*draw_texts(rng, 6, 30, 17), 6, 0.5), {"the loss": ()})


def test_bigram_nll_judges_a_held_out_text(answer, reference, rng):
    """the loss is right"""
    check_bigrams(answer, reference, *draw_texts(rng, 6, 30, 17), 6, 0.5)


def test_bigram_nll_smooths_by_alpha(answer, reference, rng):
    """the loss is right for little smoothing and for much"""
    for alpha in (0.03, 2.5):
        check_bigrams(answer, reference, *draw_texts(rng, 5, 25, 14), 5, alpha)


def test_bigram_nll_knows_symbols_that_never_occur(answer, reference, rng):
    """a symbol of the vocabulary that neither text contains gets its share too"""
    train, valid = draw_texts(rng, 5, 22, 13)
    check_bigrams(answer, reference, train, valid, 7, 0.8)


def test_bigram_nll_of_a_symbol_that_nothing_followed(answer, reference, rng):
    """after a symbol that the training text does not contain, all symbols are equally likely"""
    train, valid = draw_texts(rng, 5, 22, 13)
    valid[2] = 6
    check_bigrams(answer, reference, train, valid, 8, 0.4)


def draw_text(rng, n, B, T, extra):
    """Return a text of n batches and `extra` symbols, in which no symbol comes twice."""
    return rng.permutation(n * B * T + extra) + 10


def check_streams(answer, reference, symbols, B, T):
    """Compare the batches cut from a text."""
    got, expected = answer.batch_streams(symbols, B, T), reference.batch_streams(symbols, B, T)
    agree(got, expected, "inputs, targets", ("batch", "time step", "stream"))


def test_batch_streams_returns_two_arrays(answer, rng):
    """inputs and targets come back, each of shape (n, T, B)"""
    got = answer.batch_streams(draw_text(rng, 4, 3, 5, 8), 3, 5)
    have_shape(got, {"inputs": (4, 5, 3), "targets": (4, 5, 3)})


def test_batch_streams_cuts_the_text_into_streams(answer, reference, rng):
    """inputs and targets hold the right symbols"""
    check_streams(answer, reference, draw_text(rng, 4, 3, 5, 8), 3, 5)


def test_batch_streams_needs_a_target_for_the_last_input(answer, reference, rng):
    """with B * T * n symbols there are only n - 1 batches: the last one would lack a target"""
    check_streams(answer, reference, draw_text(rng, 3, 2, 4, 0), 2, 4)


def test_batch_streams_drops_no_batch_that_is_whole(answer, reference, rng):
    """with B * T * n + 1 symbols there are n batches"""
    check_streams(answer, reference, draw_text(rng, 3, 4, 2, 1), 4, 2)


def test_batch_streams_follows_one_stream(answer, reference, rng):
    """one stream is the text itself, cut into pieces"""
    check_streams(answer, reference, draw_text(rng, 3, 1, 4, 2), 1, 4)


def draw_loss(rng, T=T, B=B, V=V):
    """Return scores, targets and a mask that keeps between a third and two thirds."""
    keep = int(rng.integers(T * B // 3, 2 * T * B // 3 + 1))
    mask = rng.permutation(np.arange(T * B) < keep).reshape(T, B).astype(float)
    return 2.0 * rng.normal(size=(T, B, V)), rng.integers(0, V, size=(T, B)), mask


def check_loss(answer, reference, args):
    """Compare loss and gradient."""
    got, expected = answer.temporal_softmax_loss(*args), reference.temporal_softmax_loss(*args)
    agree(got, expected, "loss, dys", SCORES)


def test_temporal_softmax_loss_returns_a_number_and_an_array(answer, rng):
    """the loss is one number, its gradient has the shape of the scores"""
    got = answer.temporal_softmax_loss(*draw_loss(rng))
    have_shape(got, {"loss": (), "dys": (T, B, V)})


def test_temporal_softmax_loss_without_padding(answer, reference, rng):
    """loss and gradient are right where nothing is masked"""
    ys, targets, _ = draw_loss(rng)
    check_loss(answer, reference, (ys, targets, np.ones((T, B))))


def test_temporal_softmax_loss_leaves_padding_out(answer, reference, rng):
    """loss and gradient are right where some targets are padding"""
    check_loss(answer, reference, draw_loss(rng))


def test_temporal_softmax_loss_works_for_other_sizes(answer, reference, rng):
    """loss and gradient are right for other numbers of steps, streams and symbols"""
    check_loss(answer, reference, draw_loss(rng, **OTHER))


def test_temporal_softmax_loss_takes_large_scores(answer, reference, rng):
    """a large number added to all scores of one step changes nothing, also where steps differ"""
    ys, targets, mask = draw_loss(rng)
    ys += 1000.0 * rng.permutation(np.linspace(-1, 1, T * B)).reshape(T, B, 1)
    check_loss(answer, reference, (ys, targets, mask))


def test_temporal_softmax_loss_is_finite_where_the_target_is_hopeless(answer, reference, rng):
    """a target whose score is 990 below the highest costs 990 nats, and not infinity"""
    ys, targets, mask = draw_loss(rng)
    t, b = np.argwhere(mask)[int(rng.integers(mask.sum()))]
    other = (targets[t, b] + int(rng.integers(1, V))) % V
    ys[t, b, other] = ys[t, b, targets[t, b]] + 990.0
    check_loss(answer, reference, (ys, targets, mask))


def draw_scores(rng, B, V, temperature):
    """Return scores and numbers u, none of which falls near the border between two symbols.

    Rows of scores differ in level, and so do columns. No symbol is so unlikely that its piece of the
    line is hard to hit.
    """
    frequent = rng.permutation(np.linspace(-1.2, 1.2, V))
    ys = temperature * (frequent + rng.uniform(-0.8, 0.8, size=(B, V)))
    p = np.exp(ys / temperature)
    p /= p.sum(axis=1, keepdims=True)
    ends = np.cumsum(p, axis=1)
    chosen = rng.permutation(np.arange(B) % V)  # every symbol is drawn somewhere
    rows = np.arange(B)
    u = ends[rows, chosen] - p[rows, chosen] * rng.uniform(0.1, 0.9, size=B)
    return ys + temperature * rng.normal(size=(B, 1)), u


def check_sample(answer, reference, ys, temperature, u):
    """Compare the symbols drawn."""
    got, expected = answer.sample(ys, temperature, u), reference.sample(ys, temperature, u)
    agree(got, expected, "symbols", ("row",))


def test_sample_returns_a_symbol_for_each_row(answer, rng):
    """one array of shape (B,) comes back"""
    ys, u = draw_scores(rng, 12, 5, 1.0)
    have_shape(answer.sample(ys, 1.0, u), {"symbols": (12,)})


def test_sample_draws_from_the_softmax(answer, reference, rng):
    """the symbols are right at temperature 1"""
    ys, u = draw_scores(rng, 24, 5, 1.0)
    check_sample(answer, reference, ys, 1.0, u)


def test_sample_prefers_likely_symbols_at_a_low_temperature(answer, reference, rng):
    """the symbols are right at temperature 0.4"""
    ys, u = draw_scores(rng, 20, 6, 0.4)
    check_sample(answer, reference, ys, 0.4, u)


def test_sample_gives_unlikely_symbols_a_chance_at_a_high_temperature(answer, reference, rng):
    """the symbols are right at temperature 3"""
    ys, u = draw_scores(rng, 18, 7, 3.0)
    check_sample(answer, reference, ys, 3.0, u)


def test_sample_takes_large_scores_and_low_temperatures(answer, reference, rng):
    """the symbols are right where a score divided by the temperature is in the thousands"""
    ys, u = draw_scores(rng, 12, 4, 0.01)
    low, high = rng.permutation(12)[:8].reshape(2, 4)  # the other four rows stay near zero
    ys[low] -= 40.0
    ys[high] += 30.0
    for row in (low[0], high[0]):  # two symbols share the line, and u is on the piece of the second
        ys[row, rng.permutation(4)[:2]] = ys[row].max() + 30.0
        u[row] = rng.uniform(0.6, 0.9)
    check_sample(answer, reference, ys, 0.01, u)
