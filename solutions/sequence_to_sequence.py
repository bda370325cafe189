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
# # Exercise: from one sequence to another
#
# You will build what stands around a network that maps a sequence to one of another length: attention over the input, two ways of choosing an output, the rule that turns a path of CTC into symbols, and a distance to measure the result by.
#
# **You need** the chapter *How do we map a sequence to one of another length?* and NumPy. **Left out:** the networks and their training, which the chapter does in PyTorch, and the sum over all paths of CTC. **Time:** about 90 minutes. **Points:** 24, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# No part needs another: where one is hard, go on to the next.
#
# Symbols are those of the course: $B$ sequences in a batch, $T$ time steps of the input, $H$ units, $V$ symbols numbered from 0 to $V - 1$.
# A sequence is time-major: `keys[t]` belongs to one step of all sequences in the batch.
# Logarithms are natural.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("sequence_to_sequence", globals())

# %% [markdown]
# ## 1 · From a path to its symbols (3 points)
#
# A network with CTC says one symbol at each step, or the blank.
# Equal symbols that follow each other without a blank between them count once; then the blanks go.
# With `-` for the blank, the path `- 7 7 - 7 2 2 -` means `7 7 2`.


# %% exercise="ctc_collapse"
def ctc_collapse(path, blank):
    """Return the labelling that a path of CTC stands for.

    path: the symbol at each step, shape (T,), whole numbers, T of 1 or more.
    blank: the number of the blank.
    Returns a vector of whole numbers: its length is that of the labelling, from 0 to T.
    """
    ### BEGIN SOLUTION
    begins = np.append(True, path[1:] != path[:-1])
    return path[begins & (path != blank)]
    ### END SOLUTION


# %% [markdown] hint="ctc_collapse"
# Which comes first, merging or dropping? Try both orders on the example above. At which steps does a new symbol begin: what must be true of a step and the one before it? The first step has none before it.

# %% check="ctc_collapse" points=3 outcome="sequence_to_sequence.ctc"
check("ctc_collapse")

# %% [markdown]
# ## 2 · Attention (5 points)
#
# Each row $b$ of the batch asks with a query $q_b$, and each step of its input offers a key $k_{tb}$ and a value $v_{tb}$:
#
# $$e_{tb} = \frac{q_b \cdot k_{tb}}{\sqrt{H}}, \qquad \alpha_{tb} = \frac{\exp e_{tb}}{\sum_s \exp e_{sb}}, \qquad z_b = \sum_t \alpha_{tb}\, v_{tb}.$$
#
# The inputs of a batch have different lengths. A padded step gets the weight 0, and the weights of the others add up to 1.
# Scores may be as large as a thousand, and padding may have the largest of all.


# %% exercise="attention"
def attention(query, keys, values, mask):
    """Return what a decoder reads from an input by scaled dot-product attention.

    query: shape (B, H). keys: shape (T, B, H). values: shape (T, B, D).
    mask: shape (T, B), 1 where there is an input and 0 where there is padding; each row of the
    batch has at least one input.
    Returns context, weights: shapes (B, D) and (T, B).
    """
    ### BEGIN SOLUTION
    scores = (keys * query).sum(axis=2) / np.sqrt(query.shape[1])
    scores[mask == 0] = -np.inf
    weights = np.exp(scores - scores.max(axis=0))
    weights = weights / weights.sum(axis=0)
    return np.einsum("tb,tbd->bd", weights, values), weights
    ### END SOLUTION


# %% [markdown] hint="attention"
# Over which axis is the dot product taken, and over which one the softmax? What score makes the exponential zero? If you set weights to zero *after* the softmax, what do the others add up to? And which number do you subtract, so that no exponential is too large and not all of them are zero?

# %% check="attention" points=5 outcome="sequence_to_sequence.attention"
check("attention")

# %% [markdown]
# ## 3 · Greedy decoding (4 points)
#
# A decoder says how likely each symbol is to come next. `decoder_step` is one, given and small: it has read its input already, and what it knows of it stands in the state `h`.
# Take the likeliest symbol, give it back to the decoder, and go on until it says `end` or `longest` symbols have been said.


# %% given="decoder_step"
def decoder_step(params, symbol, h):
    """Run a decoder for one step.

    params: E (V, H), W_hh (H, H), W_hy (H, V). symbol: the symbol before. h: the state, (H,).
    Returns log_p, h: the logarithms of the probabilities of the next symbol, (V,), and the state
    after this step, (H,).
    """
    h = np.tanh(params["E"][symbol] + h @ params["W_hh"])
    y = h @ params["W_hy"]
    return y - np.log(np.exp(y).sum()), h


# %% exercise="greedy_decode"
def greedy_decode(params, h, start, end, longest):
    """Decode by taking the likeliest symbol at each step.

    params, h: the decoder's weights and its first state, as decoder_step takes them.
    start: the symbol given to the first step; it is no part of the output. end: the symbol that
    ends an output, which is not start. longest: the most symbols to produce, end included.
    Returns symbols, total: a list of symbols, its last one end if that was reached, and the
    logarithm of the probability of the whole list.
    """
    ### BEGIN SOLUTION
    symbols, total = [start], 0.0
    for _ in range(longest):
        log_p, h = decoder_step(params, symbols[-1], h)
        symbols.append(log_p.argmax())
        total += log_p.max()
        if symbols[-1] == end:
            break
    return symbols[1:], total
    ### END SOLUTION


# %% [markdown] hint="greedy_decode"
# Which two things does the next step need from this one? When is the loop left, and does `end` belong to the list? The probability of a list is a product; what is its logarithm?

# %% check="greedy_decode" points=4 outcome="sequence_to_sequence.decoding"
check("greedy_decode")

# %% [markdown]
# ## 4 · Beam search (5 points)
#
# Keep up to $K$ hypotheses instead of one. In each round
#
# - each hypothesis that has not ended is continued with every symbol of the vocabulary,
# - those that have ended stay as they are, and compete with the others,
# - of all these the $K$ most probable are kept.
#
# There are `longest` rounds. Then the most probable hypothesis is returned, whether it has ended or not, and with it the logarithms of the probabilities of all that are left, so that the check can see them.
#
# A hypothesis is a tuple of three: the logarithm of its probability, its symbols with `start` in front, and the state of the decoder after them. `continuations` turns one into $V$. Mind what it hands on: each past has a state of its own.


# %% given="continuations"
def continuations(params, hypothesis):
    """Return the V hypotheses that continue one by a symbol.

    params: the decoder's weights. hypothesis: a tuple (total, symbols, h).
    """
    total, symbols, h = hypothesis
    log_p, h = decoder_step(params, symbols[-1], h)
    return [(total + p, [*symbols, k], h) for k, p in enumerate(log_p)]


# %% exercise="beam_search"
def beam_search(params, h, start, end, longest, K):
    """Decode by keeping the K most probable hypotheses.

    params, h, start, end, longest: as in greedy_decode. K: how many hypotheses are kept.
    Returns symbols, totals: the most probable hypothesis of the last round, a list of symbols as
    greedy_decode returns it, and the logarithms of the probabilities of all K, largest first.
    """
    ### BEGIN SOLUTION
    beam = [(0.0, [start], h)]
    for _ in range(longest):
        found = [
            new
            for kept in beam
            for new in ([kept] if kept[1][-1] == end else continuations(params, kept))
        ]
        beam = sorted(found, key=lambda kept: -kept[0])[:K]
    return beam[0][1][1:], [kept[0] for kept in beam]
    ### END SOLUTION


# %% [markdown] hint="beam_search"
# With which single hypothesis does the search begin? How many candidates are there in a round if none of K has ended, and how many if one has? Does sorting happen once in a round, or once for each hypothesis? By which part of a tuple do you sort?

# %% check="beam_search" points=5 outcome="sequence_to_sequence.decoding"
check("beam_search")

# %% [markdown]
# ## 5 · Edit distance (4 points)
#
# How far is what was said from what should have been said? Count the fewest changes that turn the one into the other; a change inserts a symbol, deletes one, or puts one in the place of another.
# With $d_{ij}$ for the distance between the first $i$ symbols of the one and the first $j$ of the other,
#
# $$d_{i0} = i, \qquad d_{0j} = j, \qquad d_{ij} = \min\bigl(d_{i-1,j} + 1,\; d_{i,j-1} + 1,\; d_{i-1,j-1} + [\,a_i \ne b_j\,]\bigr).$$


# %% exercise="edit_distance"
def edit_distance(a, b):
    """Return how many insertions, deletions and substitutions lead from one sequence to another.

    a, b: lists of whole numbers; either may be empty.
    Returns a whole number.
    """
    ### BEGIN SOLUTION
    row = list(range(len(b) + 1))  # distances of nothing to the beginnings of b
    for symbol in a:
        above, row = row, [row[0] + 1]
        for j, other in enumerate(b):
            changed = above[j] + (symbol != other)
            row.append(min(changed, above[j + 1] + 1, row[j] + 1))
    return row[-1]
    ### END SOLUTION


# %% [markdown] hint="edit_distance"
# A table with a row for each beginning of `a` and a column for each beginning of `b` holds all the distances. How many rows and columns does it have, counting the empty beginnings? Which three neighbours must be known before an entry can be filled in?

# %% check="edit_distance" points=4 outcome="sequence_to_sequence.evaluation"
check("edit_distance")

# %% [markdown]
# ## 6 · Find the bugs (3 points, marked by a person)
#
# A colleague measures a translator with this function and reports 97 % of the symbols right.
# It runs without a complaint. `encode` and `decoder_step` are right, and each target ends with the symbol `end`.
#
# ```python
# def share_right(params, pairs, start):
#     right = symbols = 0
#     for source, target in pairs:
#         h = encode(params, source)
#         said = []
#         for t in range(len(target)):
#             before = target[t - 1] if t > 0 else start
#             log_p, h = decoder_step(params, before, h)
#             said.append(log_p.argmax())
#         right += sum(s == w for s, w in zip(said, target))
#         symbols += len(target)
#     return right / symbols
# ```
#
# Three choices make this a poor measure of how the translator will do when it is used.
# For each: which line, what is wrong with it, and what would you do instead?

# %% [markdown] written="three_bugs" points=3 outcome="sequence_to_sequence.forcing"
# `before = target[t - 1]` feeds the right symbol back at each step: this is teacher forcing, and nobody has the target when the translator is used. It hides what one wrong symbol does to those after it, so the figure is usually too good. Feed back what was said (1 point).
# `range(len(target))` tells the decoder how long the answer is. Whether it would have stopped too early, too late or never is not measured. Go on until it says `end`, with a bound (1 point).
# `zip(said, target)` compares position by position. Once the decoder runs freely, one symbol too many or too few shifts all the rest, and each of them counts as wrong. Use an edit distance, or the share of outputs that are right as a whole (1 point).
