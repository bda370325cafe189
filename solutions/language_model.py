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
# # Exercise: a model of text, and how good it is
#
# You will build what stands around a recurrent network when it learns to predict text: a figure of merit, a baseline to beat, batches whose streams go on, the loss with its gradient, and a way to draw new text.
#
# **You need** the chapter *What does it mean to predict text well?* and NumPy. **Left out:** the network and its training, which have chapters of their own. **Time:** about 90 minutes. **Points:** 27, of which a person marks 4.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# No part needs another: where one is hard, go on to the next.
#
# Symbols are those of the course: $V$ symbols in the vocabulary, numbered from 0 to $V - 1$; $B$ streams in a batch, $T$ time steps.
# A sequence is time-major: `targets[t]` holds what all streams of the batch should predict at one step, and `ys[t]`, of shape $(B, V)$, holds the scores for it.
# Logarithms are natural: losses are in nats.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("language_model", globals())

# %% [markdown]
# ## 1 · Perplexity (3 points)
#
# A test text was read in batches of different sizes.
# Of each batch you know its loss, which is the mean of $-\ln p$ over its symbols, and how many symbols it had.
# Return the perplexity of the whole text: every symbol counts the same, whichever batch it was in.


# %% exercise="perplexity"
def perplexity(losses, counts):
    """Return the perplexity of a text that was read in batches.

    losses: mean negative log-likelihood per symbol of each batch, in nats, shape (N,).
    counts: number of symbols of each batch, shape (N,).
    Returns one number.
    """
    ### BEGIN SOLUTION
    nll = (losses * counts).sum() / counts.sum()
    return np.exp(nll)
    ### END SOLUTION


# %% [markdown] hint="perplexity"
# What is the sum of the losses of all symbols of one batch? Over how many symbols, in all, do you want the mean? Which comes first, the mean or the exponential?

# %% check="perplexity" points=3 outcome="language_model.perplexity"
check("perplexity")

# %% [markdown]
# ## 2 · A baseline that counts (5 points)
#
# Estimate the probability of a symbol from the one before it, by counting pairs in a training text:
#
# $$p(k \mid j) = \frac{N_{jk} + \alpha}{\sum_{m} N_{jm} + \alpha V},$$
#
# where $N_{jk}$ is how often $k$ comes directly after $j$.
# The number $\alpha > 0$ is the smoothing: each pair is taken to have been seen $\alpha$ times more than it was.
#
# Then return the mean of $-\ln p$ over all pairs of neighbours in *another* text.


# %% exercise="bigram_nll"
def bigram_nll(train, valid, V, alpha):
    """Count bigrams in one text, with add-alpha smoothing, and judge them on another.

    train: symbols from 0 to V - 1, shape (N,). valid: the same, shape (M,).
    V: size of the vocabulary. alpha: what is added to each of the V * V counts, above 0.
    Returns the mean negative log-likelihood of the M - 1 symbols of `valid` that have one before
    them, in nats: one number.
    """
    ### BEGIN SOLUTION
    counts = np.zeros((V, V))
    np.add.at(counts, (train[:-1], train[1:]), 1)
    probs = (counts + alpha) / (counts.sum(axis=1, keepdims=True) + alpha * V)
    return -np.log(probs[valid[:-1], valid[1:]]).mean()
    ### END SOLUTION


# %% [markdown] hint="bigram_nll"
# A table with a row for each first symbol and a column for each second one holds the counts. How do you count a pair that comes twice? (A loop over the pairs will do; `counts[train[:-1], train[1:]] += 1` will not, because it adds once where a pair is repeated.) Along which axis must the probabilities add up to 1, and what does the smoothing add to that sum?

# %% check="bigram_nll" points=5 outcome="language_model.ngram"
check("bigram_nll")

# %% [markdown]
# ## 3 · Streams (5 points)
#
# A text of $N$ symbols is to be read as $B$ streams side by side, $T$ steps at a time, so that the state after one batch is the right start for the next.
# The input is a symbol, its target the symbol that comes next in the text.
#
# - There are $n = \lfloor (N - 1) / (B\,T) \rfloor$ batches. The last symbol that is read needs a target too: hence $N - 1$.
# - Stream $b$ reads $n\,T$ neighbouring symbols of the text, and stream $b + 1$ begins where stream $b$ ends.
# - Batch $k$ holds steps $kT$ to $kT + T - 1$ of every stream.
# - What is left at the end of the text is dropped.


# %% exercise="batch_streams"
def batch_streams(symbols, B, T):
    """Cut a text into batches of parallel streams that go on from batch to batch.

    symbols: the text, shape (N,). B: number of streams. T: time steps in a batch.
    Returns inputs, targets: two arrays of shape (n, T, B) with n = (N - 1) // (B * T). Batch k + 1
    continues the streams of batch k; each target is the symbol after its input in the text.
    """
    ### BEGIN SOLUTION
    n = (len(symbols) - 1) // (B * T)

    def cut(part):
        return part[: B * n * T].reshape(B, n, T).transpose(1, 2, 0)

    return cut(symbols), cut(symbols[1:])
    ### END SOLUTION


# %% [markdown] hint="batch_streams"
# Where in the text does stream b start, and which symbol does it read at step t of batch k? With that index, three loops will do. To do without loops: `reshape` fills the last axis first, so which axis must be last in the reshape, and in which order do you want the axes afterwards? Are the targets anything else than the same cut, made one symbol later?

# %% check="batch_streams" points=5 outcome="language_model.streams"
check("batch_streams")

# %% [markdown]
# ## 4 · The loss and its gradient (6 points)
#
# The network gives a score to every symbol at every step; a softmax over the symbols makes probabilities of the scores,
#
# $$p_{tb,k} = \frac{e^{y_{tb,k}}}{\sum_m e^{y_{tb,m}}}.$$
#
# The loss is the mean of $-\ln p$ of the targets, over those places where the mask is 1.
# Where it is 0 there is padding: it adds nothing to the loss, its gradient is zero, and it is not counted in the mean.
#
# Scores may be as large as a thousand, and as far apart: the loss must come out right and finite all the same.


# %% exercise="temporal_softmax_loss"
def temporal_softmax_loss(ys, targets, mask):
    """Return the mean cross-entropy of a batch of sequences, and its gradient.

    ys: scores, shape (T, B, V). targets: the right symbols, shape (T, B), whole numbers.
    mask: shape (T, B), 1 where there is a target and 0 where there is padding.
    Returns loss, dys: the mean of -ln p over the targets that the mask keeps (one number, in
    nats), and the gradient of that loss with respect to ys, shape (T, B, V).
    """
    ### BEGIN SOLUTION
    shifted = ys - ys.max(axis=2, keepdims=True)  # no exponential is above 1
    log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    one_hot = np.eye(ys.shape[2])[targets]
    weights = mask[:, :, None] / mask.sum()
    loss = -(weights * one_hot * log_p).sum()
    dys = weights * (np.exp(log_p) - one_hot)
    return loss, dys
    ### END SOLUTION


# %% [markdown] hint="temporal_softmax_loss"
# What happens to the probabilities of a step if the same number is subtracted from all its scores? Which number keeps every exponential from being too large? Can you write ln p without taking the logarithm of a probability, which may have been rounded to 0? For the gradient: what does the chapter derive for one step, and what do the mask and the mean make of it?

# %% check="temporal_softmax_loss" points=6 outcome="language_model.loss"
check("temporal_softmax_loss")

# %% [markdown]
# ## 5 · Drawing a symbol (4 points)
#
# Divide the scores by the temperature, make probabilities of them, and draw.
# A draw is made from one number $u$ between 0 and 1: lay the probabilities of symbols $0, 1, 2, \dots$ side by side along the line from 0 to 1, and take the symbol on whose piece $u$ falls.
# That is the first symbol $k$ with $p_0 + \dots + p_k > u$.
#
# The numbers $u$ are given, one for each row, so that your function can be checked exactly.
# Temperatures may be as small as 0.01.


# %% exercise="sample"
def sample(ys, temperature, u):
    """Draw one symbol for each row.

    ys: scores, shape (B, V). temperature: a number above 0.
    u: numbers drawn uniformly from 0 (included) to 1 (excluded), shape (B,).
    Returns symbols, shape (B,): in each row the first k with p_0 + ... + p_k > u.
    """
    ### BEGIN SOLUTION
    scaled = ys / temperature
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    ends = np.cumsum(weights, axis=1)
    ends /= ends[:, -1:]  # where each symbol's piece of the line ends
    return (ends <= u[:, None]).sum(axis=1)
    ### END SOLUTION


# %% [markdown] hint="sample"
# At which number does the piece of symbol k end? `np.cumsum` finds all ends of a row. If u is 0.6 and the ends are 0.3, 0.5, 0.9 and 1.0, how many of them has it passed, and which symbol is it? And what does exp make of a score of 9 at temperature 0.01, if nothing is subtracted from it before?

# %% check="sample" points=4 outcome="language_model.temperature"
check("sample")

# %% [markdown]
# ## 6 · Find the bugs (4 points, marked by a person)
#
# A colleague compares a new recurrent network of characters with an old one by this function.
# It runs without a complaint. `model` returns the scores of all steps $(T, B, V)$ and the last state; `batch_streams` is right.
#
# ```python
# def score(model, text, B=10, T=50, H=128):
#     inputs, targets = batch_streams(text, B, T)
#     figures = []
#     for xs, right in zip(inputs, targets):
#         h = np.zeros((B, H))
#         ys, h = model(xs, h)
#         e = np.exp(ys - ys.max(axis=2, keepdims=True))
#         p = e / e.sum(axis=1, keepdims=True)
#         p_right = np.take_along_axis(p, right[:, :, None], axis=2)
#         figures.append(2 ** -np.log(p_right).mean())
#     return np.mean(figures)
# ```
#
# Four things are wrong, so that the result is not the perplexity of the model on the text.
# For each: which line, what is wrong with it, and does it make the figure too low, too high, or meaningless?
# (That up to $B\,T$ symbols at the end are left out is not one of them.)

# %% [markdown] written="four_bugs" points=4 outcome="language_model.judge"
# The state is set to zero for every batch, so the first symbols of each stretch are predicted without what came before, although the streams go on: the line belongs above the loop. The figure is too high (1 point).
# The softmax is taken over axis 1, the streams, and not over the symbols: the numbers of a step do not add up to 1 over the vocabulary, so they are no probabilities of symbols, and the figure is meaningless: with a single stream it would be 1 for any model (1 point).
# `np.log` is natural and the base of the power is 2; base and logarithm must belong together. With `np.exp` the figure is larger: too low as it stands (1 point).
# A mean of perplexities is taken, where the exponential of the mean loss is wanted: too high, unless all batches have the same loss (1 point).
