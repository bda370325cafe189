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
# # Exercise: the backward pass of an LSTM
#
# You will write the backward pass of an LSTM, from the two paths into the cell state to a whole sequence.
# Then you will make data for a task that needs a long memory, and mend a backward pass with five mistakes that people really make.
#
# **You need** the chapter *Where does the gradient highway run, and how is it coded?*, NumPy and the chain rule. **Left out:** the gradient at the inputs, peepholes, and training. **Time:** about two hours. **Points:** 32, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Parts 3, 4 and 6 may build on earlier ones, but a mistake in one need not cost you the next: a later part is judged on your own earlier one, as long as that one returns something. The others stand alone.
#
# Symbols are those of the course: $B$ sequences in a batch, $T$ time steps, $D$ inputs, $H$ units, $K$ outputs.
# Vectors are rows. A sequence is time-major: `hs[t]` and `cs[t]` are the states after the step that reads `xs[t]`.
# A gradient is called `d` and the name of the array, and has its shape.
# **All gradients are those of a sum: over the steps, and over the sequences of the batch.**

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("lstm_backward", globals())


def sigmoid(a):
    """Return 1 / (1 + exp(-a)), elementwise, without overflow for large |a|."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


# %% [markdown]
# The forward pass is given. It keeps what the way back needs: both states, and `gates`, in which $i$, $f$, $g$ and $o$ lie side by side in this order.
# What is kept are the values **after** the sigmoid or the tanh.


# %% given="forward"
def lstm_forward(xs, h0, c0, params):
    """Run an LSTM over a sequence, and keep what the backward pass needs.

    xs: inputs, shape (T, B, D). h0, c0: initial states, shape (B, H).
    params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,).
    Returns hs and cs, shape (T, B, H): the states after every step, without h0 and c0; and gates,
    shape (T, B, 4H): i, f, g and o of every step.
    """
    h, c, kept = h0, c0, []
    for x in xs:
        a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
        i, f, g, o = np.split(a, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((h, c, np.concatenate([i, f, g, o], axis=1)))
    hs, cs, gates = (np.stack(arrays) for arrays in zip(*kept, strict=True))
    return hs, cs, gates


# %% [markdown]
# ## 1 · Two paths into the cell state (3 points)
#
# The cell state $c_t$ is used twice: it is shown, through $h_t = o_t \odot \tanh(c_t)$, and it is kept, by the next step.
# Blame comes back from both.
# `dh` is the gradient at $h_t$. `dc` is what the next step has sent to $c_t$ along the cell state, and nothing else.
# Return the whole gradient at $c_t$.


# %% exercise="cell_grad"
def cell_grad(dh, dc, o, c):
    """Return the whole gradient at a cell state, over both paths that lead into it.

    dh: gradient at h, shape (B, H). dc: gradient that the next step sends to c directly, shape
    (B, H). o: output gate of the step, after its sigmoid, shape (B, H). c: cell state after the
    step, shape (B, H).
    Returns an array of shape (B, H).
    """
    ### BEGIN SOLUTION
    return dc + dh * o * (1 - np.tanh(c) ** 2)
    ### END SOLUTION


# %% [markdown] hint="cell_grad"
# Along which of the two paths does blame pass the output gate and the tanh, and along which does nothing stand in its way? What happens where two paths meet? Has `c` been through a tanh already?

# %% check="cell_grad" points=3 outcome="lstm_backward.paths"
check("cell_grad")

# %% [markdown]
# ## 2 · Through the gates (5 points)
#
# From $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ and $h_t = o_t \odot \tanh(c_t)$ to the pre-activations $a_t$.
# Here `dc` is the **whole** gradient at $c_t$, as part 1 returns it.
# `gates` holds the four values side by side, and so should your result hold the four gradients.


# %% exercise="gate_grads"
def gate_grads(dh, dc, gates, c_before, c):
    """Return the gradient at the pre-activations of the gates and the candidate.

    dh: gradient at h, shape (B, H). dc: whole gradient at c, shape (B, H).
    gates: i, f, g and o of the step, after their activations, shape (B, 4H).
    c_before, c: cell states before and after the step, shape (B, H).
    Returns da, shape (B, 4H), blocks in the order i, f, g, o.
    """
    ### BEGIN SOLUTION
    i, f, g, o = np.split(gates, 4, axis=1)
    at_gates = [dc * g, dc * c_before, dc * i, dh * np.tanh(c)]
    slopes = [i * (1 - i), f * (1 - f), 1 - g**2, o * (1 - o)]
    return np.hstack(at_gates) * np.hstack(slopes)
    ### END SOLUTION


# %% [markdown] hint="gate_grads"
# Take one gate at a time. By what is it multiplied in the forward pass, and which gradient arrives at that product? How can the slope of a sigmoid, and that of a tanh, be told from its value? Which one of the four does not act on the cell state?

# %% check="gate_grads" points=5 outcome="lstm_backward.gates"
check("gate_grads")

# %% [markdown]
# ## 3 · One step back (6 points)
#
# Put the pieces together. You are given the gradients at both states *after* the step; find those at both states *before* it, and the shares of the weights.
# As in part 1, `dc` is what the next step has sent along the cell state, without the path through $h_t$.
# Use your `cell_grad` and `gate_grads`.


# %% exercise="lstm_step_backward"
def lstm_step_backward(dh, dc, x, h_before, c_before, c, gates, params):
    """Send gradients back through one step of an LSTM.

    dh: gradient at h, shape (B, H). dc: gradient that the next step sends to c directly, shape
    (B, H). x: input of the step, shape (B, D). h_before, c_before: states before the step, shape
    (B, H). c: cell state after the step, shape (B, H). gates: i, f, g and o of the step, shape
    (B, 4H). params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,).
    Returns dh_before (B, H), dc_before (B, H), dW_xh (D, 4H), dW_hh (H, 4H), db_h (4H,); the last
    three are summed over the batch.
    """
    ### BEGIN SOLUTION
    H = c.shape[1]
    dc = cell_grad(dh, dc, gates[:, 3 * H :], c)
    da = gate_grads(dh, dc, gates, c_before, c)
    dc_before = dc * gates[:, H : 2 * H]
    return da @ params["W_hh"].T, dc_before, x.T @ da, h_before.T @ da, da.sum(axis=0)
    ### END SOLUTION


# %% [markdown] hint="lstm_step_backward"
# In which order are the gradients known: at c, at a, at what went into a? Where does the cell state of before stand in the equation of the new one, and which factor stands beside it? What do the shapes of the weight gradients say about the order of the factors?

# %% check="lstm_step_backward" points=6 outcome="lstm_backward.step"
check("lstm_step_backward")

# %% [markdown]
# ## 4 · A whole sequence back (6 points)
#
# `dhs[t]` is the gradient that the loss *of that step* sends directly into `hs[t]`. No loss looks at a cell state.
# Walk back from the last step to the first. Use your `lstm_step_backward`.


# %% exercise="lstm_backward"
def lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params):
    """Return the gradient of a sum of losses, one at every step, by back-propagation through time.

    dhs: gradient of the loss of each step at its own hidden state, shape (T, B, H).
    xs: inputs, shape (T, B, D). h0, c0: initial states, shape (B, H).
    hs, cs, gates: as lstm_forward returns them, shapes (T, B, H), (T, B, H) and (T, B, 4H).
    params: W_xh, W_hh, b_h.
    Returns dh0 (B, H), dc0 (B, H), dW_xh (D, 4H), dW_hh (H, 4H), db_h (4H,), summed over steps and
    batch.
    """
    ### BEGIN SOLUTION
    steps = list(zip(dhs, xs, [h0, *hs[:-1]], [c0, *cs[:-1]], cs, gates, strict=True))
    dh, dc, sums = np.zeros_like(h0), np.zeros_like(c0), [0, 0, 0]
    for own, *step in steps[::-1]:
        dh, dc, *parts = lstm_step_backward(dh + own, dc, *step, params)
        sums = list(map(np.add, sums, parts))
    return dh, dc, *sums
    ### END SOLUTION


# %% [markdown] hint="lstm_backward"
# Which two gradients does a step hand to the step before it? Which of them is joined by the loss of that step, and which is not? What do they begin with, at the end of the sequence? Which states stand before the first step?

# %% check="lstm_backward" points=6 outcome="lstm_backward.sequence"
check("lstm_backward")

# %% [markdown]
# ## 5 · The adding problem (4 points)
#
# A long row of numbers is read, two of them are marked, and their sum is wanted at the end.
# So there are two inputs at each step: the number, and a mark that is 1 at two steps and 0 elsewhere.
#
# The first mark stands in the first half of the sequence, the second in the second half, each anywhere in its half with equal chance.
# You are given random numbers `u` from 0 to below 1, one for each mark: its place, counted from the beginning of its half, is the whole part of `u` times the length of a half.


# %% exercise="adding_batch"
def adding_batch(values, u):
    """Return a batch of the adding problem.

    values: the numbers, shape (T, B); T is even. u: numbers from 0 to below 1, shape (2, B): where
    in its half the first and the second mark of each sequence stands.
    Returns xs, targets: inputs, shape (T, B, 2), the number first and then the mark; and the sum of
    the two marked numbers of each sequence, shape (B,).
    Source: Hochreiter and Schmidhuber (1997), in the form of Arjovsky et al. (2016).
    """
    ### BEGIN SOLUTION
    half, marks = len(values) // 2, np.zeros(values.shape)
    for mark, places in enumerate((half * u).astype(int)):
        marks[mark * half + places, range(len(places))] = 1
    return np.stack([values, marks], axis=2), (values * marks).sum(axis=0)
    ### END SOLUTION


# %% [markdown] hint="adding_batch"
# For T = 10 and u = 0.5, where does the first mark stand, and where the second? How do you write a 1 into each column of an array, in a row of its own? Once the marks are there, how does the sum follow from numbers and marks?

# %% check="adding_batch" points=4 outcome="lstm_backward.adding"
check("adding_batch")

# %% [markdown]
# ## 6 · Find the bugs (5 points)
#
# Somebody has written the backward pass of an LSTM with a readout, $y_t = h_t W_{hy} + b_y$, in one piece.
# The gradients of the readout's own weights were right and are left out here.
# It raises no exception, every shape is right, and the loss goes down.
# There are exactly **five** mistakes in it. Many people have made each of them, and some stood for years in published answers.
# Write the mended function: copy the code and change it, or build the function from your own parts.


# %% given="suspect"
def suspect_backward(dys, xs, h0, c0, hs, cs, gates, params):
    """Return dW_xh, dW_hh, db_h of an LSTM with a readout; five things in it are wrong."""
    dW_xh, dW_hh, db_h = 0, 0, 0
    dh, dc_later = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(xs))):
        h_before, c_before = (hs[t - 1], cs[t - 1]) if t > 0 else (h0, c0)
        i, f, g, o = np.split(gates[t], 4, axis=1)
        dh = dys[t] @ params["W_hy"].T
        shown = dh * o * (1 - np.tanh(cs[t]) ** 2)
        da_i = dc_later * g + shown * g * i * (1 - i)
        da_f = (dc_later + shown) * c_before * sigmoid(f) * (1 - sigmoid(f))
        da_g = (dc_later + shown) * i * (1 - np.tanh(g) ** 2)
        da_o = dh * np.tanh(cs[t]) * o * (1 - o)
        da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
        dW_xh = dW_xh + xs[t].T @ da
        dW_hh = dW_hh + h_before.T @ da
        db_h = db_h + da.sum(axis=0)
        dh, dc_later = da @ params["W_hh"].T, shown * f
    return dW_xh, dW_hh, db_h


# %% [markdown]
# The gradient of each loss at its own output is given, as `dys[t]`.
# For a gradient check of your own: if $L = \sum_t \sum_b \sum_k y_{t,bk}\, G_{t,bk}$ with any array $G$ of numbers, then `dys` is $G$.


# %% exercise="mended_backward"
def mended_backward(dys, xs, h0, c0, hs, cs, gates, params):
    """Return gradients of the cell of an LSTM with a readout at every step.

    dys: gradient of the loss of each step at its own output, shape (T, B, K).
    xs, h0, c0, hs, cs, gates: as for lstm_backward.
    params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,), W_hy (H, K), b_y (K,).
    Returns dW_xh (D, 4H), dW_hh (H, 4H), db_h (4H,), summed over steps and batch.
    """
    ### BEGIN SOLUTION
    # Mended: dh is carried; dc is carried whole; a pair of parentheses; two slopes of kept values.
    dhs = dys @ params["W_hy"].T
    return lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params)[2:]
    ### END SOLUTION


# %% [markdown] hint="mended_backward"
# Is every value that is computed also used? Which blocks of the gradients does a numerical check find wrong in a sequence of one step, where nothing is carried? Go through the lines with your own parts beside you: what does each array hold, has the activation been applied to it already, and which terms does a factor multiply?

# %% check="mended_backward" points=5 outcome="lstm_backward.bugs"
check("mended_backward")

# %% [markdown]
# ## 7 · In your own words (3 points, marked by a person)
#
# A colleague trains an LSTM in which a loss stands at the last step alone, and prints the length of `dh`, the gradient at $h_t$, for every $t$.
# Fifty steps before the end it is a thousand times smaller than at the end. "The forget gates are at 0.99," says the colleague, "and still the gradient vanishes. So the highway does not work."
# In three or four sentences: what has been measured, what has not, and what would you print?

# %% [markdown] written="highway" points=3 outcome="lstm_backward.highway"
# What was measured is the blame at the hidden state. It comes from the next step through the gates and the transpose of W_hh, and is small whenever the gates are nearly shut or saturated (1 point).
# The highway is the cell state: along it blame is multiplied by the forget gate alone, and 0.99 to the power of 50 is about 0.6, so most of it may well arrive (1 point).
# Print the length of the whole gradient at c_t for every t, or that of the weight gradients by step; if these vanish too, look at the forget gates as they really are (1 point).
