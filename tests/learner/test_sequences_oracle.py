"""The reference of sequences against PyTorch, pandas and slow loops over definitions."""

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from unrolled.exercise import read_topic

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def solution():
    return read_topic("sequences", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize(("N", "season", "K"), [(19, 12, 5), (30, 12, 12), (17, 4, 23), (5, 1, 3)])
def test_seasonal_naive_is_the_latest_value_whole_seasons_before(solution, rng, N, season, K):
    series = rng.normal(size=N)
    got = solution["seasonal_naive"](series, season, K)
    for k in range(1, K + 1):
        before = [N + k - season * j for j in range(1, K + 2)]
        latest = max(step for step in before if step <= N)
        assert got[k - 1] == series[latest - 1]


@pytest.mark.parametrize(("N", "T", "K"), [(19, 5, 3), (8, 1, 1), (10, 6, 4), (40, 12, 1)])
def test_make_windows_are_those_of_pytorchs_unfold(solution, rng, N, T, K):
    series = rng.normal(size=N)
    rows = torch.tensor(series).unfold(0, T + K, 1).numpy()
    windows, targets = solution["make_windows"](series, T, K)
    np.testing.assert_array_equal(windows, rows[:, :T])
    np.testing.assert_array_equal(targets, rows[:, T:])


@pytest.mark.parametrize(("N", "T", "K"), [(19, 5, 3), (12, 1, 1), (23, 4, 6)])
def test_split_in_time_asks_each_target_on_which_side_it_lies(solution, N, T, K):
    positions = np.arange(float(N))
    windows, targets = solution["make_windows"](positions, T, K)
    for start in range(T + K, N - K + 1):
        train, train_targets, test, test_targets = solution["split_in_time"](
            windows, targets, start
        )
        assert train_targets.max() == start - 1
        assert test_targets.min() == start
        np.testing.assert_array_equal(train, windows[(targets < start).all(axis=1)])
        np.testing.assert_array_equal(test, windows[(targets >= start).all(axis=1)])
        assert len(windows) - len(train) - len(test) == K - 1, "K - 1 windows straddle the split"


def test_split_in_time_is_the_same_as_cutting_the_series_first(solution, rng):
    series, T, K, start = rng.normal(size=31), 5, 4, 17
    make = solution["make_windows"]
    got = solution["split_in_time"](*make(series, T, K), start)
    cut = [*make(series[:start], T, K), *make(series[start - T :], T, K)]
    for have, want in zip(got, cut, strict=True):
        np.testing.assert_array_equal(have, want)


def test_fit_scaler_is_that_of_pandas_and_pytorch(solution, rng):
    values, start = rng.normal(2, 3, size=(20, 4)), 13
    mean, deviation = solution["fit_scaler"](values, start)
    frame = pd.DataFrame(values[:start])
    np.testing.assert_allclose(mean, frame.mean(), rtol=1e-12)
    np.testing.assert_allclose(deviation, frame.std(ddof=0), rtol=1e-12)
    assert not np.allclose(deviation, frame.std()), "pandas divides by n - 1 if you say nothing"
    theirs = torch.tensor(values[:start]).std(dim=0, correction=0)
    np.testing.assert_allclose(deviation, theirs.numpy(), rtol=1e-12)


def test_fit_scaler_leaves_a_column_that_never_moved_finite(solution, rng):
    values = rng.normal(size=(20, 3))
    values[:13, 2] = 7.0
    mean, deviation = solution["fit_scaler"](values, 13)
    scaled = (values - mean) / deviation
    assert np.isfinite(scaled).all()
    np.testing.assert_array_equal(scaled[:13, 2], 0)
    np.testing.assert_allclose(scaled[:13, :2].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled[:13, :2].std(axis=0), 1, rtol=1e-12)


TEXT = [line.split() for line in ("b a c a b", "a d c b", "e d f b a", "c g")]


def test_build_vocab_numbers_a_small_text_as_by_hand(solution):
    # a and b 4 times, c 3, d 2, the others once
    names = "<pad> <unk> a b c d e f g".split()
    assert solution["build_vocab"](TEXT, 1) == {name: k for k, name in enumerate(names)}
    assert list(solution["build_vocab"](TEXT, 3)) == ["<pad>", "<unk>", "a", "b", "c"]


def test_build_vocab_does_not_depend_on_the_order_of_the_text(solution):
    text, expected = [list(tokens) for tokens in TEXT], solution["build_vocab"](TEXT, 1)
    for seed in range(20):
        random.Random(seed).shuffle(text)
        for tokens in text:
            random.Random(seed).shuffle(tokens)
        assert list(solution["build_vocab"](text, 1).items()) == list(expected.items())


def test_encode_is_the_padding_of_pytorch(solution):
    vocab = solution["build_vocab"](TEXT, 2)
    rows = [torch.tensor([vocab.get(t, vocab["<unk>"]) for t in tokens]) for tokens in TEXT]
    theirs = torch.nn.utils.rnn.pad_sequence(rows, padding_value=vocab["<pad>"])  # (T, B)
    np.testing.assert_array_equal(solution["encode"](TEXT, vocab), theirs.numpy())


def test_decode_undoes_encode_but_for_the_unknown(solution):
    vocab = solution["build_vocab"](TEXT, 1)
    assert solution["decode"](solution["encode"](TEXT, vocab), vocab) == TEXT
    few = solution["build_vocab"](TEXT, 4)
    expected = [[t if t in few else "<unk>" for t in tokens] for tokens in TEXT]
    assert solution["decode"](solution["encode"](TEXT, few), few) == expected
