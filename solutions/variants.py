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
# # Exercise: variants of the LSTM
#
# You will build a GRU with the reset gate in either of its two places, load PyTorch's weights into it, and build an LSTM with coupled gates and one with peepholes.
# Then you will give two cells the same number of parameters, and judge whether one of them was better or only luckier.
#
# **You need** the chapter *Which parts of an LSTM matter?* and NumPy. **Left out:** backward passes and training. **Time:** about 90 minutes. **Points:** 36, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Part 3 builds on parts 1 and 2, but a mistake in these need not cost you part 3: it is judged on your own earlier parts, as long as they return something. The others stand alone.
#
# Symbols are those of the course: $B$ sequences in a batch, $D$ inputs, $H$ units.
# Vectors are rows, so a layer is `x @ W + b`.

# %% given="setup"
from itertools import product

import numpy as np

from unrolled import checks

check = checks("variants", globals())


def sigmoid(a):
    """Return 1 / (1 + exp(-a)), elementwise, without overflow for large |a|."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


# %% [markdown]
# ## 1 · Keep or replace (2 points)
#
# A GRU has one state, and one gate that says how much of it stays:
#
# $$h_t = z \odot h_{t-1} + (1 - z) \odot n.$$


# %% exercise="gru_update"
def gru_update(z, n, h):
    """Return the next hidden state of a GRU.

    z: update gate, shape (B, H). n: candidate, shape (B, H). h: previous hidden state, (B, H).
    Returns an array of shape (B, H). Where z is 1 the old state stays.
    """
    ### BEGIN SOLUTION
    return z * h + (1 - z) * n
    ### END SOLUTION


# %% [markdown] hint="gru_update"
# What should come back for `z = 1`, and what for `z = 0`? Try your line with both.

# %% check="gru_update" points=2 outcome="variants.gru"
check("gru_update")

# %% [markdown]
# ## 2 · A candidate in two variants (5 points)
#
# The reset gate $r$ says how much of the old state the candidate may see. It acts in one of two places:
#
# $$\text{before:}\quad n = \tanh\bigl(a + (r \odot h) W_{hn}\bigr), \qquad
# \text{after:}\quad n = \tanh\bigl(a + r \odot (h W_{hn} + b_{hn})\bigr).$$
#
# Here $a$ stands for what comes from the input, with its bias.
# The bias $b_{hn}$ belongs to the second variant, and the first ignores it.


# %% exercise="gru_candidate"
def gru_candidate(a, r, h, W_hn, b_hn, variant="after"):
    """Return the candidate of a GRU.

    a: what the input brings, with its bias, shape (B, H). r: reset gate, shape (B, H).
    h: previous hidden state, shape (B, H). W_hn: recurrent weights of the candidate, shape (H, H).
    b_hn: bias inside the reset, shape (H,). variant: "before" or "after" the product.
    Returns n, shape (B, H).
    Source: Cho et al. (2014), before; torch.nn.GRU, after.
    """
    ### BEGIN SOLUTION
    past = r * (h @ W_hn + b_hn) if variant == "after" else (r * h) @ W_hn
    return np.tanh(a + past)
    ### END SOLUTION


# %% [markdown] hint="gru_candidate"
# Which array is multiplied by `r` in each variant: one that goes into the matrix product, or one that comes out of it? Which of the two terms under the tanh does the reset gate leave alone?

# %% check="gru_candidate" points=5 outcome="variants.reset"
check("gru_candidate")

# %% [markdown]
# ## 3 · One step of a GRU (5 points)
#
# The gates see the input and the old state, as in an LSTM: $r = \sigma(x W_{xr} + h W_{hr} + b_r)$, and the same for $z$.
# Their weights lie side by side with those of the candidate, in PyTorch's order: $r, z, n$.
# Use your `gru_candidate` and `gru_update`.


# %% exercise="gru_step"
def gru_step(x, h, params, variant="after"):
    """Advance a GRU by one time step.

    x: input, shape (B, D). h: previous hidden state, shape (B, H).
    params: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), blocks in the order r, z, n; and b_hn (H,).
    variant: "before" or "after", as for gru_candidate.
    Returns the next h, shape (B, H).
    """
    ### BEGIN SOLUTION
    a_r, a_z, a_n = np.split(x @ params["W_xh"] + params["b_h"], 3, axis=1)
    W_hr, W_hz, W_hn = np.split(params["W_hh"], 3, axis=1)
    r, z = sigmoid(a_r + h @ W_hr), sigmoid(a_z + h @ W_hz)
    n = gru_candidate(a_n, r, h, W_hn, params["b_hn"], variant)
    return gru_update(z, n, h)
    ### END SOLUTION


# %% [markdown] hint="gru_step"
# Why can the three blocks of `h @ W_hh` not all be added to those of the input, as in an LSTM? Which columns of which arrays do the two gates need, and which the candidate?

# %% check="gru_step" points=5 outcome="variants.gru"
check("gru_step")

# %% [markdown]
# ## 4 · Load PyTorch's weights (4 points)
#
# `torch.nn.GRU` keeps $W$ transposed and has two bias vectors.
# With its own letters, and $\odot$ for the product entry by entry, it computes
#
# $$r = \sigma(W_{ir} x + b_{ir} + W_{hr} h + b_{hr}), \qquad n = \tanh\bigl(W_{in} x + b_{in} + r \odot (W_{hn} h + b_{hn})\bigr),$$
#
# and $z$ like $r$. Turn its four arrays into the `params` of part 3, so that your `gru_step` computes the same.


# %% exercise="gru_from_torch"
def gru_from_torch(w_ih, w_hh, b_ih, b_hh):
    """Return our parameters of a GRU from those of one layer of torch.nn.GRU.

    w_ih, w_hh: PyTorch's matrices, shapes (3H, D) and (3H, H), blocks of rows in the order r, z, n.
    b_ih, b_hh: its two biases, shape (3H,) each, blocks in the same order.
    Returns a dictionary: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), b_hn (H,).
    """
    ### BEGIN SOLUTION
    H = w_hh.shape[1]
    b_h = b_ih + b_hh
    b_h[2 * H :] = b_ih[2 * H :]
    return dict(W_xh=w_ih.T, W_hh=w_hh.T, b_h=b_h, b_hn=b_hh[2 * H :])
    ### END SOLUTION


# %% [markdown] hint="gru_from_torch"
# In which of the three blocks do the two biases meet in one sum, so that only their sum matters? What stands between them in the third?

# %% check="gru_from_torch" points=4 outcome="variants.reset"
check("gru_from_torch")

# %% [markdown]
# ## 5 · Coupled gates (4 points)
#
# An LSTM whose input gate is tied to its forget gate writes as much as it forgets:
#
# $$c_t = f \odot c_{t-1} + (1 - f) \odot g, \qquad h_t = o \odot \tanh(c_t).$$
#
# There are three blocks of columns, in the order $f, g, o$.


# %% exercise="cifg_step"
def cifg_step(x, h, c, params):
    """Advance an LSTM with coupled input and forget gates by one time step.

    x: input, shape (B, D). h, c: previous hidden and cell state, shape (B, H).
    params: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), blocks in the order f, g, o.
    Returns the next h and c, each of shape (B, H).
    Source: Greff et al. (2017), who call it CIFG.
    """
    ### BEGIN SOLUTION
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    f, g, o = np.split(a, 3, axis=1)
    f = sigmoid(f)
    c = f * c + (1 - f) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
    ### END SOLUTION


# %% [markdown] hint="cifg_step"
# Which line of an LSTM step changes? If the forget gate is at 0.9, how much of the candidate may be written?

# %% check="cifg_step" points=4 outcome="variants.coupled"
check("cifg_step")

# %% [markdown]
# ## 6 · Peepholes (5 points)
#
# In a plain LSTM a gate cannot see a cell state that the output gate hides. Peepholes show it to the gates, unit by unit:
#
# $$i = \sigma(a^i + p_i \odot c_{t-1}), \qquad f = \sigma(a^f + p_f \odot c_{t-1}), \qquad o = \sigma(a^o + p_o \odot c_t).$$
#
# Mind the last one: the output gate decides about the new cell state, and that is the one it sees.
# All else is an LSTM.


# %% exercise="peephole_step"
def peephole_step(x, h, c, params):
    """Advance an LSTM with peepholes by one time step.

    x: input, shape (B, D). h, c: previous hidden and cell state, shape (B, H).
    params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,), blocks in the order i, f, g, o; and the peepholes
    p_i, p_f, p_o, shape (H,) each.
    Returns the next h and c, each of shape (B, H).
    Source: Gers, Schraudolph and Schmidhuber (2002).
    """
    ### BEGIN SOLUTION
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    i, f, g, o = np.split(a, 4, axis=1)
    f = sigmoid(f + params["p_f"] * c)
    c = f * c + sigmoid(i + params["p_i"] * c) * np.tanh(g)
    return sigmoid(o + params["p_o"] * c) * np.tanh(c), c
    ### END SOLUTION


# %% [markdown] hint="peephole_step"
# Which gates must be ready before the new cell state is known, and which one waits for it? Does the candidate have a peephole?

# %% check="peephole_step" points=5 outcome="variants.peepholes"
check("peephole_step")

# %% [markdown]
# ## 7 · Count the parameters (2 points)
#
# How many numbers does each cell learn? Blocks have one bias each.
# Do not forget what a cell has beside its blocks: three peepholes for each unit, or the second bias of the GRU that resets after the product.


# %% exercise="param_count"
def param_count(cell, D, H):
    """Return the number of parameters of one recurrent layer.

    cell: "rnn", "lstm", "cifg", "peephole", "gru before" or "gru after".
    D: inputs. H: units.
    Returns an integer.
    """
    ### BEGIN SOLUTION
    blocks = {"rnn": 1, "lstm": 4, "peephole": 4}.get(cell, 3)
    beside = {"peephole": 3, "gru after": 1}.get(cell, 0)
    return H * (blocks * (D + H + 1) + beside)
    ### END SOLUTION


# %% [markdown] hint="param_count"
# How many entries do the matrices and the bias of one block have? How many blocks does each cell have, gates and candidate together? What is left over?

# %% check="param_count" points=2 outcome="variants.budget"
check("param_count")

# %% [markdown]
# ## 8 · The same budget for all (2 points)
#
# Cells are compared at an equal number of parameters. How many units may a layer have, so that it stays within the budget?
# The layer has so many blocks, each with a matrix for the input, one for the hidden state and a bias; and so many further parameters for each unit.


# %% exercise="param_budget"
def param_budget(budget, D, blocks, beside=0):
    """Return the largest number of units with which a layer has at most `budget` parameters.

    budget: an integer. D: inputs. blocks: how many blocks, 4 for an LSTM.
    beside: further parameters for each unit, 3 for an LSTM with peepholes.
    Returns an integer; 0 if not even one unit fits.
    """
    ### BEGIN SOLUTION
    return max(H for H in range(budget) if H * (blocks * (D + H + 1) + beside) <= budget)
    ### END SOLUTION


# %% [markdown] hint="param_budget"
# How many units could there be at the very most? Is a layer that uses up the budget exactly within it?

# %% check="param_budget" points=2 outcome="variants.budget"
check("param_budget")

# %% [markdown]
# ## 9 · Better, or luckier? (4 points)
#
# Two cells were trained from the same $n$ seeds, and cell `a` has the lower mean error. Would luck do that, too?
#
# If the cells were alike, it would be a matter of chance which of the two numbers of a seed belongs to which cell. So the sign of each difference could as well be the other one.
# Go through all $2^n$ choices of signs. In what share of them is the mean difference at least as far from zero as the one you found, on either side?
# `product` from `itertools` is imported: `product((-1, 1), repeat=n)` gives all choices.


# %% exercise="sign_flip_p"
def sign_flip_p(a, b):
    """Return the p-value of a paired sign-flip test, over all choices of signs.

    a, b: results of two cells from the same seeds, shape (n,) each.
    Returns a number: the share of the 2**n choices, the one found included, for which the mean of
    the differences has at least the absolute value of the one found.
    """
    ### BEGIN SOLUTION
    signs = np.array(list(product((-1, 1), repeat=a.size)))
    sums = np.abs(signs @ (a - b))
    return np.mean(sums >= sums[-1])
    ### END SOLUTION


# %% [markdown] hint="sign_flip_p"
# How many rows and columns does an array of all choices have? Which product turns it into the sums of all choices at once? Which of the rows is the one you found, and does a value equal to it count?

# %% check="sign_flip_p" points=4 outcome="variants.luck"
check("sign_flip_p")

# %% [markdown]
# ## 10 · In your own words (3 points, marked by a person)
#
# A report says: "We replaced the LSTM by a GRU with the same number of units. On our task, with the learning rate that our LSTM uses, the mean error over three seeds fell from 0.31 to 0.29. So the output gate is not needed."
# In four or five sentences: which steps of this conclusion do not hold, and what would you run instead?

# %% [markdown] written="ablation" points=3 outcome="variants.reading"
# The comparison is not fair: with as many units a GRU has a quarter fewer parameters, and the learning rate was chosen for one of the two cells; match the budget and tune the rate of each (1 point).
# Three seeds and a gap of 0.02 say little without the spread: with three pairs even the smallest possible p-value of a sign-flip test is 2/8, so run more seeds, paired, and an LSTM against itself as a measure of luck (1 point).
# A GRU differs from an LSTM in more than the output gate, so nothing follows about that gate alone; change one part at a time, on several tasks, among them one that needs the part (1 point).
