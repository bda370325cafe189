# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise: what a model gets to see
#
# You will turn a series of measurements into windows and targets, split them in time, scale them, and write the forecast that every model has to beat.
# Then you will turn sentences into numbers and back.
#
# **You need** the chapter *Why does order matter, and what does a model get to see?*, NumPy, and dictionaries and lists of plain Python. **Left out:** the model, which the next chapter builds; nothing is fitted here. **Time:** about 75 minutes. **Points:** 30, of which a person marks 4.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Every part stands alone: none calls an earlier one, so you may begin where you like.
#
# Symbols are those of the course: a series has $N$ values, a window $T$ time steps, a forecast reaches $K$ steps ahead, and $B$ sequences make a batch.
# Steps are counted from 1 in formulas and from 0 in arrays, so the first value of the series, $x_1$, is `series[0]`.

# %% given="setup"
from collections import Counter

import numpy as np

from unrolled import checks

check = checks("sequences", globals())

# %% [markdown]
# ## 1 · The forecast to beat (3 points)
#
# The seasonal-naive forecast repeats the last season: next July will be like last July.
# With a season of $m$ steps and a series that ends at step $N$, the forecast for step $N + k$ is the latest value that was measured a whole number of seasons before it.
# It must work for any number of steps ahead, fewer than a season or more.


# %% exercise="seasonal_naive"
def seasonal_naive(series, season, K):
    """Forecast the next K values of a series by repeating its last season.

    series: the values so far, shape (N,), at least one season of them.
    season: length of a season in steps. K: how many steps ahead to forecast.
    Returns the forecasts, shape (K,): for 1, 2, ..., K steps after the end of the series.
    """
    ### BEGIN SOLUTION
    k = np.arange(K)
    return series[len(series) - season + k % season]
    ### END SOLUTION


# %% [markdown] hint="seasonal_naive"
# At which position does the last season begin? Which value do you want for the first step ahead, and which for the step that comes one season later? What does `k % season` do as `k` counts upwards?

# %% check="seasonal_naive" points=3 outcome="sequences.naive"
check("seasonal_naive")

# %% [markdown]
# ## 2 · Windows and targets (4 points)
#
# Cut a series into examples: a window of $T$ values that lie next to each other, and the $K$ values that follow it as targets.
# Then move on by one step.
# Keep every window whose targets all lie in the series, and no other.


# %% exercise="make_windows"
def make_windows(series, T, K):
    """Cut a series into windows and the targets that follow them.

    series: shape (N,). T: values in a window. K: values after the window that are to be forecast.
    Returns windows, shape (n, T), and targets, shape (n, K), in the order of time: row i holds the
    window that begins at series[i].
    """
    ### BEGIN SOLUTION
    starts = range(len(series) - T - K + 1)
    windows = np.stack([series[i : i + T] for i in starts])
    targets = np.stack([series[i + T : i + T + K] for i in starts])
    return windows, targets
    ### END SOLUTION


# %% [markdown] hint="make_windows"
# Draw a series of seven values, with windows of three and two targets each. How many windows fit? At which position do the targets of window `i` begin, and is that position inside the window?

# %% check="make_windows" points=4 outcome="sequences.windows"
check("make_windows")

# %% [markdown]
# ## 3 · Before and after (4 points)
#
# The windows of a whole series are there, as part 2 makes them: row $i$ belongs to the window that begins at position $i$ of the series.
# Everything before position `start` is the training period, and the model is tested on what comes from there on.
#
# A training example may know nothing of the test period, so *all* its targets lie before `start`.
# A test example asks for nothing of the training period, so *all* its targets lie at `start` or later.
# Its window may reach back across the split: at that time, the past is known.
# What belongs to neither side is left out.


# %% exercise="split_in_time"
def split_in_time(windows, targets, start):
    """Sort the windows of a series into training and test examples, on either side of a split.

    windows: shape (n, T), row i begins at position i of the series. targets: shape (n, K), the
    values after each window. start: position in the series of the first value of the test period.
    Returns four arrays: windows and targets for training, then windows and targets for the test.
    """
    ### BEGIN SOLUTION
    T, K = windows.shape[1], targets.shape[1]
    end = start - T - K + 1  # the first window with a target in the test period
    return windows[:end], targets[:end], windows[start - T :], targets[start - T :]
    ### END SOLUTION


# %% [markdown] hint="split_in_time"
# Window `i` begins at position `i` of the series. At which positions are its first and its last target? Which `i` is the largest whose last target lies before `start`, and which the smallest whose first target does not?

# %% check="split_in_time" points=4 outcome="sequences.split"
check("split_in_time")

# %% [markdown]
# ## 4 · A scale from the past alone (4 points)
#
# Before training, each column $d$ of the data is scaled to $(x - \mu_d) / \sigma_d$.
# Mean $\mu_d$ and deviation $\sigma_d$ come from the training period, rows before `start`, and from nothing else.
# The deviation is that of the population: divide by the number of rows $n$, not by $n - 1$.
# A column that never moved in training has the deviation 0, and one cannot divide by that: give it the deviation 1.


# %% exercise="fit_scaler"
def fit_scaler(values, start):
    """Return mean and deviation of each column over the training period.

    values: shape (N, D), a row for each time step. start: the rows before it are for training.
    Returns mean, shape (D,), and deviation, shape (D,): the population's, and 1 where it would be 0.
    """
    ### BEGIN SOLUTION
    train = values[:start]
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return mean, np.where(deviation == 0, 1.0, deviation)
    ### END SOLUTION


# %% [markdown] hint="fit_scaler"
# Which rows may be looked at? Over which axis do you average to get one number for each column? By what does `np.std` divide if you say nothing? `np.where` chooses between two arrays, entry by entry.

# %% check="fit_scaler" points=4 outcome="sequences.scaling"
check("fit_scaler")

# %% [markdown]
# ## 5 · A vocabulary (4 points)
#
# Give every token a number. The two special symbols come first: `<pad>` is 0 and `<unk>`, for unknown tokens, is 1.
# Then come the tokens that occur at least `min_count` times in all sequences together: the most frequent first, and where two are equally frequent, in alphabetical order.
# So whoever builds the vocabulary from the same text gets the same numbers. No token of the text is called `<pad>` or `<unk>`.


# %% exercise="build_vocab"
def build_vocab(sequences, min_count):
    """Number the tokens of a text.

    sequences: list of lists of tokens (strings). min_count: how often a token must occur to be kept.
    Returns a dictionary from token to number: "<pad>" 0, "<unk>" 1, then the kept tokens from 2 on,
    by falling frequency and, where that is equal, in alphabetical order.
    """
    ### BEGIN SOLUTION
    counts = Counter(token for tokens in sequences for token in tokens)
    kept = [token for token in counts if counts[token] >= min_count]
    kept.sort(key=lambda token: (-counts[token], token))
    return {token: number for number, token in enumerate(["<pad>", "<unk>", *kept])}
    ### END SOLUTION


# %% [markdown] hint="build_vocab"
# What does a `Counter` hold once it has seen every token of every sequence? Tuples are compared by their first entry and, where those are equal, by their second: which pair sorts by falling frequency and then by rising alphabet?

# %% check="build_vocab" points=4 outcome="sequences.vocabulary"
check("build_vocab")

# %% [markdown]
# ## 6 · From tokens to numbers (4 points)
#
# Turn a batch of token sequences into one array, time first: column $b$ holds the numbers of sequence $b$ from its first token on, and below them `<pad>`, down to the length of the longest.
# A token that the vocabulary does not have becomes `<unk>`.
# The vocabulary that comes in may be any: read the numbers of `<pad>` and `<unk>` from it.


# %% exercise="encode"
def encode(sequences, vocab):
    """Turn sequences of tokens into a padded array of numbers.

    sequences: list of B lists of tokens. vocab: dictionary from token to number, which has "<pad>"
    and "<unk>".
    Returns ids, shape (T, B), where T is the length of the longest sequence.
    """
    ### BEGIN SOLUTION
    T, B = max(len(tokens) for tokens in sequences), len(sequences)
    ids = np.full((T, B), vocab["<pad>"])
    for b, tokens in enumerate(sequences):
        ids[: len(tokens), b] = [vocab.get(token, vocab["<unk>"]) for token in tokens]
    return ids
    ### END SOLUTION


# %% [markdown] hint="encode"
# What shape does the array have, and what stands in it before you have filled in a single token? What does `vocab.get(token, other)` return for a token that is not there? Which part of column `b` do the tokens of sequence `b` fill?

# %% check="encode" points=4 outcome="sequences.vocabulary"
check("encode")

# %% [markdown]
# ## 7 · And back (3 points)
#
# Turn an array of numbers into lists of tokens again.
# Padding is no part of a sequence, so it does not come back; `<unk>` does, because a token stood there.
# The entries of the dictionary may stand in any order: only its numbers count.


# %% exercise="decode"
def decode(ids, vocab):
    """Turn an array of numbers back into sequences of tokens.

    ids: shape (T, B). vocab: dictionary from token to number, which has "<pad>" and "<unk>".
    Returns a list of B lists of tokens, without the padding.
    """
    ### BEGIN SOLUTION
    token_of = {number: token for token, number in vocab.items()}
    pad = vocab["<pad>"]
    return [[token_of[k] for k in column if k != pad] for column in ids.T.tolist()]
    ### END SOLUTION


# %% [markdown] hint="decode"
# The dictionary leads from tokens to numbers. How do you turn it around? One sequence is one column of `ids`: how do you loop over columns?

# %% check="decode" points=3 outcome="sequences.vocabulary"
check("decode")

# %% [markdown]
# ## 8 · Find the faults (4 points, marked by a person)
#
# A colleague forecasts next month's carbon dioxide and is proud of an error "five times smaller than that of the seasonal-naive forecast". This is the code:
#
# ```python
# scaled = (series - series.mean()) / series.std()
# windows, targets = make_windows(scaled, 12, 1)
# order = rng.permutation(len(windows))
# train, test = order[:400], order[400:]
# model.fit(windows[train], targets[train])
#
# error = abs(model.predict(windows[test]) - targets[test]).mean()
# seasonal = abs(series[12:] - series[:-12]).mean()
# print(f"model {error:.2f}, seasonal-naive {seasonal:.2f}")
# ```
#
# The function `make_windows` is right. Find three faults. For each, say in a sentence why the comparison cannot be trusted, and what you would do instead.

# %% [markdown] written="faults" points=4 outcome="sequences.evaluation"
# The windows are split at random, so nearly every test window has neighbours in the training set that share eleven of its twelve values, and often its target; the error is that of filling gaps in a known past. Split in time, train before test (1 point).
# Mean and deviation come from the whole series, so the training data carry a message from the test period. Take them from the training part alone (1 point).
# The model's error is in units of the deviation, the other one in parts per million, and they are means over different months. Turn the forecasts back with the same scale, and compare both on the same test months (1 point).
# The remedies are said, and not only the faults: for instance a comparison over several forecast origins, with the spread (1 point).
