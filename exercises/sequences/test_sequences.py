"""The checks of the exercise on windows, splits, scales and vocabularies.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, and each part is asked for
a second set of them, so that no size can be written down as a number.
"""

import numpy as np

from unrolled.expect import Mismatch, agree, have_shape, require

N, T, K = 19, 5, 3
OTHER = {"N": 13, "T": 4, "K": 2}
WORDS = "a and bird cat dog fish fox He he its man no of old sees The the two who Why".split()
EXAMPLES = "windows for training, targets for training, windows for the test, targets for the test"
ROWS = ("window", "place")


def draw_series(rng, N=N):
    """Return a series of N values of order one."""
    return rng.normal(size=N)


def check_forecast(answer, reference, series, season, K):
    """Compare a seasonal-naive forecast."""
    got = answer.seasonal_naive(series, season, K)
    agree(got, reference.seasonal_naive(series, season, K), "forecast", ("step",))


def test_seasonal_naive_returns_a_forecast_for_each_step(answer, rng):
    """one array of shape (K,) comes back"""
    have_shape(answer.seasonal_naive(draw_series(rng), 7, 4), {"forecast": (4,)})


def test_seasonal_naive_repeats_the_last_season(answer, reference, rng):
    """the forecast is right for fewer steps than a season, and for one season"""
    series = draw_series(rng)
    check_forecast(answer, reference, series, 7, 4)
    check_forecast(answer, reference, series, 7, 7)


def test_seasonal_naive_goes_on_after_a_season(answer, reference, rng):
    """the forecast is right for more steps than a season, and for more than two"""
    series = draw_series(rng)
    check_forecast(answer, reference, series, 4, 7)
    check_forecast(answer, reference, series, 3, 11)


def test_seasonal_naive_works_at_the_edges(answer, reference, rng):
    """the forecast is right for a season of one step, and for a series of a single season"""
    series = draw_series(rng, 6)
    check_forecast(answer, reference, series, 1, 5)
    check_forecast(answer, reference, series, 6, 9)


def check_windows(answer, reference, *args):
    """Compare windows and targets."""
    got = answer.make_windows(*args)
    agree(got, reference.make_windows(*args), "windows, targets", ROWS)


def test_make_windows_returns_windows_and_targets(answer, rng):
    """two arrays come back, a row for each window: shapes (n, T) and (n, K)"""
    n = N - T - K + 1
    got = answer.make_windows(draw_series(rng), T, K)
    have_shape(got, {"windows": (n, T), "targets": (n, K)})


def test_make_windows_begins_each_target_where_its_window_ends(answer, reference):
    """windows and targets are right for the series 0, 1, 2, ..., whose values are positions"""
    check_windows(answer, reference, np.arange(float(N)), T, K)


def test_make_windows_puts_the_following_values_beside_each_window(answer, reference, rng):
    """every window holds its values and every target the values after it"""
    check_windows(answer, reference, draw_series(rng), T, K)


def test_make_windows_works_for_other_sizes(answer, reference, rng):
    """windows and targets are right for other lengths, and for one step ahead"""
    check_windows(answer, reference, draw_series(rng, OTHER["N"]), OTHER["T"], OTHER["K"])
    check_windows(answer, reference, draw_series(rng), 6, 1)


def test_make_windows_finds_the_only_window_of_a_short_series(answer, reference, rng):
    """a series of T + K values has one window"""
    check_windows(answer, reference, draw_series(rng, 7), 4, 3)


def windows_of(series, T=T, K=K):
    """Return windows (n, T) and targets (n, K) of a series."""
    rows = np.lib.stride_tricks.sliding_window_view(series, T + K)
    return rows[:, :T].copy(), rows[:, T:].copy()


def check_split(answer, reference, windows, targets, start):
    """Compare the four arrays."""
    got = answer.split_in_time(windows, targets, start)
    agree(got, reference.split_in_time(windows, targets, start), EXAMPLES, ROWS)


def test_split_in_time_returns_four_arrays(answer, rng):
    """four arrays come back, as many rows of each as belong there"""
    train, test = 12 - T - K + 1, N - 12 - K + 1
    shapes = [(train, T), (train, K), (test, T), (test, K)]
    got = answer.split_in_time(*windows_of(draw_series(rng)), 12)
    have_shape(got, dict(zip(EXAMPLES.split(", "), shapes, strict=True)))


def test_split_in_time_puts_every_position_on_its_side(answer, reference):
    """the examples are right for the series 0, 1, 2, ..., whose values are positions"""
    check_split(answer, reference, *windows_of(np.arange(float(N))), 12)


def test_split_in_time_works_for_one_step_ahead(answer, reference, rng):
    """with one step ahead no window is lost between training and test"""
    check_split(answer, reference, *windows_of(draw_series(rng, OTHER["N"]), OTHER["T"], 1), 9)


def test_split_in_time_works_for_other_sizes(answer, reference, rng):
    """the examples are right for other lengths and another split"""
    check_split(answer, reference, *windows_of(draw_series(rng, 23), 4, 6), 14)


def draw_columns(rng, N=N, D=4, start=12):
    """Return values (N, D) of different scales; column 1 never moves before `start`."""
    values = rng.normal(size=(N, D)) * rng.uniform(0.5, 3, size=D) + rng.normal(0, 3, size=D)
    values[start:] += 2  # the test period is another world
    values[:start, 1] = rng.integers(2, 6)
    return values


def check_scaler(answer, reference, values, start):
    """Compare mean and deviation."""
    got = answer.fit_scaler(values, start)
    agree(got, reference.fit_scaler(values, start), "mean, deviation", ("column",))


def test_fit_scaler_returns_two_numbers_for_each_column(answer, rng):
    """two arrays of shape (D,) come back"""
    have_shape(answer.fit_scaler(draw_columns(rng), 12), {"mean": (4,), "deviation": (4,)})


def test_fit_scaler_reads_the_training_period_alone(answer, reference, rng):
    """mean and deviation are right where all columns move"""
    check_scaler(answer, reference, draw_columns(rng)[:, [0, 2, 3]], 12)


def test_fit_scaler_gives_a_column_that_never_moved_the_deviation_one(answer, reference, rng):
    """a column that is constant in training can be divided by its deviation"""
    check_scaler(answer, reference, draw_columns(rng), 12)


def test_fit_scaler_works_for_other_sizes(answer, reference, rng):
    """mean and deviation are right for other numbers of rows and columns"""
    check_scaler(answer, reference, draw_columns(rng, 11, 5, 7), 7)


def draw_text(rng, counts=(7, 5, 5, 5, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1), B=4):
    """Return B lists of tokens; as many different tokens occur as there are counts."""
    words = [WORDS[k] for k in rng.permutation(len(WORDS))[: len(counts)]]
    text = [word for word, count in zip(words, counts, strict=True) for _ in range(count)]
    text = [text[k] for k in rng.permutation(len(text))]
    cuts = np.sort(rng.permutation(np.arange(4, len(text) - 4))[: B - 1]).tolist()
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def check_vocab(answer, reference, *args):
    """Compare two dictionaries from token to number."""
    got, expected = answer.build_vocab(*args), reference.build_vocab(*args)
    require(got is not None, "Nothing came back. Does the function end in `return`?")
    require(isinstance(got, dict), "A dictionary comes back, from token to number.")
    missing = [token for token in expected if token not in got]
    require(not missing, f"The dictionary has no {missing[:1]}.")
    extra = [token for token in got if token not in expected]
    require(not extra, f"The dictionary has an entry too many: {extra[:1]}.")
    for token, number in expected.items():
        if got[token] != number:
            words = "A token has another number."
            raise Mismatch(words, f"the token {token!r}", str(got[token]), str(number))


def test_build_vocab_returns_a_dictionary(answer, rng):
    """a dictionary comes back in which the special symbols are 0 and 1"""
    got = answer.build_vocab(draw_text(rng), 2)
    require(isinstance(got, dict), "A dictionary comes back, from token to number.")
    for token, number in (("<pad>", 0), ("<unk>", 1)):
        require(token in got, f"The dictionary has no {token!r}.")
        require(got[token] == number, f"{token!r} has the number {got[token]}, not {number}.")


def test_build_vocab_numbers_the_tokens_by_frequency_then_alphabet(answer, reference, rng):
    """every token that occurs has its number, if all are kept"""
    check_vocab(answer, reference, draw_text(rng), 1)


def test_build_vocab_leaves_rare_tokens_out(answer, reference, rng):
    """only tokens that occur often enough have a number"""
    text = draw_text(rng)
    check_vocab(answer, reference, text, 3)
    check_vocab(answer, reference, text, 2)


def test_build_vocab_works_for_other_texts(answer, reference, rng):
    """the numbers are right for a text in which many tokens are equally frequent"""
    check_vocab(answer, reference, draw_text(rng, (4,) * 10 + (2,) * 8, B=5), 3)


def draw_vocab(rng, size=9):
    """Return a vocabulary whose entries and numbers stand in no order.

    The numbers 0, 1 and the largest are those of common tokens.
    """
    words = [WORDS[k] for k in rng.permutation(len(WORDS))[: size - 2]]
    pad, unk = (2 + rng.permutation(size - 3)[:2]).tolist()
    numbers = rng.permutation([k for k in range(size) if k not in (pad, unk)]).tolist()
    entries = [("<pad>", pad), ("<unk>", unk), *zip(words, numbers, strict=True)]
    return dict(entries[k] for k in rng.permutation(size))


def draw_sentences(rng, vocab, lengths=(4, 7, 2, 5), unknown=True):
    """Return lists of tokens of these lengths; each has an unknown one if that is asked for."""
    known = sorted(set(vocab) - {"<pad>", "<unk>"})
    others = [word for word in WORDS if word not in vocab]
    sentences = []
    for length in lengths:
        tokens = [known[k] for k in rng.integers(len(known), size=length)]
        if unknown:
            tokens[rng.integers(length)] = others[rng.integers(len(others))]
        sentences.append(tokens)
    return sentences


def check_encode(answer, reference, *args):
    """Compare arrays of numbers."""
    agree(answer.encode(*args), reference.encode(*args), "ids", ("time step", "sequence"))


def test_encode_returns_one_array_time_first(answer, rng):
    """one array of shape (T, B) comes back, as long as the longest sequence"""
    vocab = draw_vocab(rng)
    sentences = draw_sentences(rng, vocab, unknown=False)
    have_shape(answer.encode(sentences, vocab), {"ids": (7, 4)})


def test_encode_looks_every_token_up(answer, reference, rng):
    """the numbers are right for known tokens and sequences of one length"""
    vocab = draw_vocab(rng)
    check_encode(answer, reference, draw_sentences(rng, vocab, (4, 4, 4), unknown=False), vocab)


def test_encode_pads_shorter_sequences(answer, reference, rng):
    """below the end of a shorter sequence stands the number of <pad>"""
    vocab = draw_vocab(rng)
    check_encode(answer, reference, draw_sentences(rng, vocab, unknown=False), vocab)


def test_encode_marks_unknown_tokens(answer, reference, rng):
    """a token that the vocabulary does not have gets the number of <unk>"""
    vocab = draw_vocab(rng)
    check_encode(answer, reference, draw_sentences(rng, vocab, (7, 4, 2)), vocab)


def test_encode_works_for_other_sizes(answer, reference, rng):
    """the numbers are right for another vocabulary, and where a sequence has no token at all"""
    vocab = draw_vocab(rng, 14)
    sentences = draw_sentences(rng, vocab, (3, 5, 4, 6))
    check_encode(answer, reference, [[], *sentences], vocab)


def check_decode(answer, reference, *args):
    """Compare lists of tokens."""
    got, expected = answer.decode(*args), reference.decode(*args)
    require(got is not None, "Nothing came back. Does the function end in `return`?")
    require(isinstance(got, list | tuple), "A list comes back, with a list of tokens a sequence.")
    require(len(got) == len(expected), f"{len(got)} sequences came back, not {len(expected)}.")
    for b, (have, want) in enumerate(zip(got, expected, strict=True)):
        words = f"Sequence {b} is not a list of tokens."
        require(isinstance(have, list | tuple) and all(isinstance(t, str) for t in have), words)
        if list(have) != want:
            words = f"Sequence {b} has other tokens."
            raise Mismatch(words, f"sequence {b}", " ".join(have), " ".join(want))


def draw_ids(rng, vocab, lengths):
    """Return ids (T, B) of these lengths, padded below.

    Each has one <unk> and, if it is longer than that, the largest number, which exceeds <pad>.
    """
    pad, unk = vocab["<pad>"], vocab["<unk>"]
    known = np.array(sorted(set(vocab.values()) - {pad, unk}))
    ids = np.full((max(lengths), len(lengths)), pad)
    for b, length in enumerate(lengths):
        ids[:length, b] = rng.choice(known, size=length)
        places = rng.permutation(length)[:2]
        ids[places[-1], b] = known[-1]
        ids[places[0], b] = unk
    return ids


def test_decode_returns_a_list_for_each_sequence(answer, rng):
    """a list comes back that holds a list for each sequence"""
    vocab = draw_vocab(rng)
    got = answer.decode(draw_ids(rng, vocab, (4, 7, 2, 5)), vocab)
    require(isinstance(got, list | tuple), "A list comes back, with a list of tokens a sequence.")
    require(len(got) == 4, f"{len(got)} sequences came back, not 4.")


def test_decode_looks_every_number_up(answer, reference, rng):
    """the tokens are right where there is no padding"""
    vocab = draw_vocab(rng)
    check_decode(answer, reference, draw_ids(rng, vocab, (5, 5, 5)), vocab)


def test_decode_leaves_the_padding_out(answer, reference, rng):
    """the tokens are right, and no <pad> comes back"""
    vocab = draw_vocab(rng)
    check_decode(answer, reference, draw_ids(rng, vocab, (4, 7, 2, 5)), vocab)


def test_decode_works_for_other_sizes(answer, reference, rng):
    """the tokens are right for another vocabulary and other sizes"""
    vocab = draw_vocab(rng, 14)
    check_decode(answer, reference, draw_ids(rng, vocab, (6, 3, 8, 1, 5)), vocab)
