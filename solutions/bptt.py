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
# # Exercise: back-propagation through time
#
# You will write the backward pass of a plain recurrent network: one step, a whole sequence, and the two kinds of truncation.
# Before that you will build the tool that tells whether a gradient is right, and at the end you will use it to mend somebody else's code.
#
# **You need** the chapter *How does blame travel back in time?*, NumPy and the chain rule. **Left out:** why gradients vanish or explode, which is the next chapter, and optimisers. **Time:** about two hours. **Points:** 33, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Parts 4 to 7 may build on earlier ones, but a mistake in one need not cost you the next: a later part is judged on your own earlier one, as long as that one returns something. The others stand alone.
#
# Symbols are those of the course: $B$ sequences in a batch, $T$ time steps, $D$ inputs, $H$ units, $K$ outputs.
# Vectors are rows. A sequence is time-major: `hs[t]` is the batch of states after the step that reads `xs[t]`.
# A gradient is called `d` and the name of the array, and has its shape.
# **All gradients are those of a sum: over the steps, and over the sequences of the batch.**

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("bptt", globals())

# %% [markdown]
# The network and its loss are given. `params` is a dictionary: `W_xh` $(D, H)$, `W_hh` $(H, H)$ and `b_h` $(H,)$.
# The loss compares every state with a target:
#
# $$L = \tfrac12 \sum_{t=1}^{T} \sum_{b=1}^{B} \sum_{k=1}^{H} (h_{t,bk} - \text{target}_{t,bk})^2.$$


# %% given="network"
def rnn_forward(xs, h0, params):
    """Run a plain recurrent network over a sequence.

    xs: inputs, shape (T, B, D). h0: initial state, shape (B, H). params: W_xh, W_hh, b_h.
    Returns hs, shape (T, B, H): the state after every step, without h0.
    """
    hs = []
    for x in xs:
        h0 = np.tanh(x @ params["W_xh"] + h0 @ params["W_hh"] + params["b_h"])
        hs.append(h0)
    return np.stack(hs)


def sequence_loss(xs, h0, params, targets):
    """Return half the sum of squared differences between states and targets, one number."""
    return 0.5 * np.sum((rnn_forward(xs, h0, params) - targets) ** 2)


def descend(params, grads, rate):
    """Return new parameters after one step of gradient descent; grads: dW_xh, dW_hh, db_h."""
    names = "W_xh", "W_hh", "b_h"
    return {name: params[name] - rate * grad for name, grad in zip(names, grads, strict=True)}


# %% [markdown]
# ## 1 · How different are two gradients? (2 points)
#
# Is a difference of 0.001 large? That depends on the size of what is compared.
# So we divide the length of the difference by the length of the longer of the two:
#
# $$\frac{\lVert u - v \rVert}{\max(\lVert u \rVert, \lVert v \rVert)}.$$
#
# The length $\lVert u \rVert$ of an array is the square root of the sum of the squares of all its entries.


# %% exercise="relative_error"
def relative_error(u, v):
    """Return the length of u - v as a share of the longer of u and v.

    u, v: arrays of the same shape, which may have any number of axes; not both are zero.
    Returns a number from 0 to 2.
    """
    ### BEGIN SOLUTION
    longer = max(np.linalg.norm(u), np.linalg.norm(v))
    return np.linalg.norm(u - v) / longer
    ### END SOLUTION


# %% [markdown] hint="relative_error"
# Three lengths are needed: which? NumPy has a function for the length of an array; what does it do with a matrix if you ask for nothing else?

# %% check="relative_error" points=2 outcome="bptt.checking"
check("relative_error")

# %% [markdown]
# ## 2 · A gradient without calculus (4 points)
#
# Move one entry of a weight array by $+\varepsilon$ and by $-\varepsilon$, and see how the loss changes:
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + \varepsilon) - L(w - \varepsilon)}{2\,\varepsilon}.$$
#
# Do so for every entry of the array `params[name]`, one at a time, with the `sequence_loss` above.


# %% exercise="numeric_grad"
def numeric_grad(name, xs, h0, params, targets, eps):
    """Return the gradient of sequence_loss with respect to one array, by central differences.

    name: "W_xh", "W_hh" or "b_h". xs, h0, params, targets: as for sequence_loss.
    eps: how far an entry is moved to either side.
    Returns an array of the shape of params[name].
    """
    ### BEGIN SOLUTION

    def loss(change):
        return sequence_loss(xs, h0, {**params, name: params[name] + change}, targets)

    grad = np.zeros_like(params[name])
    for place in np.ndindex(grad.shape):
        change = np.zeros_like(grad)
        change[place] = eps
        grad[place] = (loss(change) - loss(-change)) / (2 * eps)
    return grad
    ### END SOLUTION


# %% [markdown] hint="numeric_grad"
# How do you visit all entries of an array of any shape? (`np.ndindex` gives their indices.) Which array does the loss see while one entry is moved, and what must be true of it before the next entry is moved?

# %% check="numeric_grad" points=4 outcome="bptt.checking"
check("numeric_grad")

# %% [markdown]
# ## 3 · One step back (5 points)
#
# The step was $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$.
# You are given the gradient at its result, $\partial L / \partial h_t$, with everything in it that reaches $h_t$ from later steps.
# Send it through the tanh, then to the state before the step and to the three weight arrays.


# %% exercise="rnn_step_backward"
def rnn_step_backward(dh, x, h_before, h, params):
    """Send a gradient back through one step of a plain recurrent network.

    dh: gradient with respect to h, shape (B, H). x: input of the step, shape (B, D).
    h_before, h: states before and after the step, shape (B, H). params: W_xh, W_hh, b_h.
    Returns dh_before (B, H), dW_xh (D, H), dW_hh (H, H), db_h (H,); the last three are summed over
    the batch.
    """
    ### BEGIN SOLUTION
    da = dh * (1 - h**2)
    dh_before = da @ params["W_hh"].T
    return dh_before, x.T @ da, h_before.T @ da, da.sum(axis=0)
    ### END SOLUTION


# %% [markdown] hint="rnn_step_backward"
# How can the slope of the tanh be told from its value? Which gradient do all four results need first? And what does the shape of each result say about the order and the transposition of the factors?

# %% check="rnn_step_backward" points=5 outcome="bptt.step"
check("rnn_step_backward")

# %% [markdown]
# ## 4 · A whole sequence back (5 points)
#
# There is a loss at every step. `dhs[t]` is the gradient that the loss *of that step* sends directly into `hs[t]`; nothing in it comes from later steps.
# Walk back from the last step to the first. Use your `rnn_step_backward`.


# %% exercise="rnn_backward"
def rnn_backward(dhs, xs, hs, h0, params):
    """Return the gradient of a sum of losses, one at every step, by back-propagation through time.

    dhs: gradient of the loss of each step at its own state, shape (T, B, H).
    xs: inputs, shape (T, B, D). hs: states from rnn_forward, shape (T, B, H).
    h0: initial state, shape (B, H). params: W_xh, W_hh, b_h.
    Returns dh0 (B, H), dW_xh (D, H), dW_hh (H, H), db_h (H,), summed over steps and batch.
    """
    ### BEGIN SOLUTION
    before = [h0, *hs[:-1]]
    dh, sums = 0, [0, 0, 0]
    for t in reversed(range(len(xs))):
        dh, *parts = rnn_step_backward(dh + dhs[t], xs[t], before[t], hs[t], params)
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return dh, *sums
    ### END SOLUTION


# %% [markdown] hint="rnn_backward"
# Two gradients meet at every state except the last: where do they come from? Which state stands before the first step? And what do you do with the weight gradients of the single steps, since all steps share the weights?

# %% check="rnn_backward" points=5 outcome="bptt.sequence"
check("rnn_backward")

# %% [markdown]
# ## 5 · Truncated, seen from each loss (5 points)
#
# Let the loss of a step reach back through $k$ steps at most: its own and the $k - 1$ before it.
# Beyond that its blame is dropped. The states stay what they are.
# With $k = 1$ nothing is carried from step to step; with $k \ge T$ the result is the full gradient.
#
# Each loss has a reach of its own, so a single walk over the sequence is not enough.
# The gradient at $h_0$ gets what is left of those losses that reach through the first step.


# %% exercise="rnn_backward_truncated"
def rnn_backward_truncated(dhs, xs, hs, h0, params, k):
    """Return the gradient in which the loss of each step reaches back through k steps at most.

    dhs, xs, hs, h0, params: as for rnn_backward. k: a whole number, 1 or more.
    Returns dh0 (B, H), dW_xh (D, H), dW_hh (H, H), db_h (H,), summed over steps and batch.
    Source: Williams and Peng (1990), the algorithm they call BPTT(h).
    """
    ### BEGIN SOLUTION
    before = [h0, *hs[:-1]]
    dh0, sums = 0, [0, 0, 0]
    for t, dh in enumerate(dhs):
        for s in range(t, max(t - k, -1), -1):
            dh, *parts = rnn_step_backward(dh, xs[s], before[s], hs[s], params)
            sums = [total + part for total, part in zip(sums, parts, strict=True)]
        if t < k:
            dh0 = dh0 + dh
    return dh0, *sums
    ### END SOLUTION


# %% [markdown] hint="rnn_backward_truncated"
# Take the loss of one step alone: with which gradient does it begin, which steps does it pass, and when does it stop, also near the beginning of the sequence? For how many of the losses is the first step among those they pass?

# %% check="rnn_backward_truncated" points=5 outcome="bptt.truncation"
check("rnn_backward_truncated")

# %% [markdown]
# ## 6 · Truncated, as it is done in practice (5 points)
#
# A long sequence is cut into chunks of $k$ steps; the last may be shorter.
# For each chunk in turn: run the network from the state in which the chunk before ended, send the gradient of the chunk's loss back to its beginning and no further, and take one step of gradient descent, $W \leftarrow W - \eta\,\partial L / \partial W$.
# So the state crosses the border between two chunks, and the gradient does not.
#
# The loss is that of `sequence_loss`, with the target of every step. Use your `rnn_backward`, and `descend`, which is given at the top.


# %% exercise="tbptt_chunks"
def tbptt_chunks(xs, targets, h0, params, k, rate):
    """Go through a long sequence once by truncated back-propagation, one update for each chunk.

    xs: inputs, shape (T, B, D). targets: shape (T, B, H). h0: initial state, shape (B, H).
    params: W_xh, W_hh, b_h. k: steps in a chunk. rate: learning rate.
    Returns h, the last state of the last chunk, shape (B, H), and the weights after the last
    update: W_xh (D, H), W_hh (H, H), b_h (H,).
    """
    ### BEGIN SOLUTION
    h = h0
    for start in range(0, len(xs), k):
        part = slice(start, start + k)
        hs = rnn_forward(xs[part], h, params)
        _, *grads = rnn_backward(hs - targets[part], xs[part], hs, h, params)
        params, h = descend(params, grads, rate), hs[-1]
    return h, *params.values()
    ### END SOLUTION


# %% [markdown] hint="tbptt_chunks"
# What is the derivative of the loss with respect to one state, if later steps are left aside? With which state does each chunk begin, and with which weights? What does `range(0, T, k)` give when k does not divide T?

# %% check="tbptt_chunks" points=5 outcome="bptt.chunks"
check("tbptt_chunks")

# %% [markdown]
# ## 7 · Find the bugs (4 points)
#
# A colleague has written the backward pass of a network with a readout, $y_t = h_t W_{hy} + b_y$, in one piece.
# The gradients of the readout's own weights were right and are left out here.
# It raises no exception, every shape is right, and the loss goes down. But a gradient check fails.
# There are exactly **three** mistakes in it.
# Write the mended function: copy the code and change it, or build the function from your own parts.


# %% given="suspect"
def suspect_backward(dys, xs, hs, h0, params):
    """Return dW_xh, dW_hh, db_h of a network with a readout; three of its lines are wrong."""
    dW_xh, dW_hh, db_h = 0, 0, 0
    dh_later = np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        dh = dys[t] @ params["W_hy"].T + dh_later
        da = dh * (1 - np.tanh(hs[t]) ** 2)
        dW_xh = dW_xh + xs[t].T @ da
        dW_hh = dW_hh + hs[t - 1].T @ da
        db_h = db_h + da.sum(axis=0)
        dh_later = dh @ params["W_hh"].T
    return dW_xh, dW_hh, db_h


# %% [markdown]
# The gradient of each loss at its own output is given, as `dys[t]`.
# For a gradient check of your own: if $L = \sum_t \sum_b \sum_k y_{t,bk}\, G_{t,bk}$ with any array $G$ of numbers, then `dys` is $G$.


# %% exercise="mended_backward"
def mended_backward(dys, xs, hs, h0, params):
    """Return gradients of the cell of a plain recurrent network with a readout at every step.

    dys: gradient of the loss of each step at its own output, shape (T, B, K).
    xs: inputs, shape (T, B, D). hs: states from rnn_forward, shape (T, B, H).
    h0: initial state, shape (B, H). params: W_xh, W_hh, b_h, W_hy (H, K), b_y (K,).
    Returns dW_xh (D, H), dW_hh (H, H), db_h (H,), summed over steps and batch.
    """
    ### BEGIN SOLUTION
    # Mended: the slope is 1 - h², h0 stands before the first step, and what is handed on is da @ W_hh.T.
    dhs = dys @ params["W_hy"].T
    return rnn_backward(dhs, xs, hs, h0, params)[1:]
    ### END SOLUTION


# %% [markdown] hint="mended_backward"
# Which of the three gradients does a numerical check find wrong, with all steps and with a single step? Is the argument `h0` used as it should be? And go through the lines with the forward pass beside you: what does each array hold, and has the tanh been applied to it already?

# %% check="mended_backward" points=4 outcome="bptt.bugs"
check("mended_backward")

# %% [markdown]
# ## 8 · In your own words (3 points, marked by a person)
#
# Name the three mistakes of part 7, each in one sentence.
# For each, describe an input (sizes, states, weights or $h_0$) for which it changes nothing, so that a gradient check with that input would pass.
# What does this tell you about the inputs that a gradient check should use?

# %% [markdown] written="three_bugs" points=3 outcome="bptt.checking"
# The tanh is applied to a state that has been through it, so the slope is wrong: no effect where states are zero, hardly any where they are small (weights near zero).
# At the first step `hs[t - 1]` is `hs[-1]`, the last state, where `h0` belongs: no effect if h0 equals the last state (all states zero, say), and hardly visible in a long sequence, since it is one step of T.
# The gradient is handed on before it has been through the tanh: no effect for T = 1, for W_hh = 0, or where slopes are 1, that is for states of zero (1 point for two of the three mistakes, 2 points for all three with an input each).
# So check with several steps, an h0 that is not zero, weights and states of order one, all sizes different, a loss at every step and more than one sequence (1 point).
