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
# # Exercise: the gates of an LSTM
#
# You will build an LSTM in NumPy, one small function at a time: its gates, one step, a whole sequence, and the cell of 1997 that it replaced.
# Then you will measure how long it remembers.
#
# **You need** the chapter *How do gates decide what to keep?* and NumPy. **Left out:** the backward pass and training, which have a chapter of their own. **Time:** about 90 minutes. **Points:** 30, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# The parts build on each other, but a mistake in one need not cost you the next: a later part is judged on your own earlier one, as long as that one returns something.
#
# Symbols are those of the course: $B$ sequences in a batch, $T$ time steps, $D$ inputs, $H$ units.
# Vectors are rows, so a layer is `x @ W + b`. Gates stand in the order $i, f, g, o$.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("lstm_gates", globals())


def sigmoid(a):
    """Return 1 / (1 + exp(-a)), elementwise, without overflow for large |a|."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


# %% [markdown]
# ## 1 · Three gates and a candidate from one matrix product (3 points)
#
# An LSTM computes the pre-activations of its three gates and its candidate in one product,
# $a = x_t W_{xh} + h_{t-1} W_{hh} + b_h$, of shape $(B, 4H)$.
# The four blocks of $H$ columns are, in order, the input gate $i$, the forget gate $f$, the candidate $g$ and the output gate $o$.
#
# Cut $a$ into its blocks and give each its activation. `sigmoid` is defined above.


# %% exercise="split_gates"
def split_gates(a):
    """Return the activated gates i, f, g, o of an LSTM.

    a: pre-activations, shape (B, 4H), blocks in the order i, f, g, o.
    Returns four arrays of shape (B, H), in the order i, f, g, o.
    """
    ### BEGIN SOLUTION
    H = a.shape[1] // 4
    i = sigmoid(a[:, :H])
    f = sigmoid(a[:, H : 2 * H])
    g = np.tanh(a[:, 2 * H : 3 * H])
    o = sigmoid(a[:, 3 * H :])
    return i, f, g, o
    ### END SOLUTION


# %% [markdown] hint="split_gates"
# How many columns belong to one block when `a` has `4 * H` of them? Which of the four may be negative: a gate, which scales, or the candidate, which is written?

# %% check="split_gates" points=3 outcome="lstm_gates.gates"
check("split_gates")

# %% [markdown]
# ## 2 · Count the parameters (2 points)
#
# How many numbers does an LSTM layer learn? Count the entries of $W_{xh}$, $W_{hh}$ and the bias.
# Our layer has one bias vector. PyTorch's has two, which are added: that is what `biases=2` is for.


# %% exercise="lstm_param_count"
def lstm_param_count(D, H, biases=1):
    """Return the number of parameters of one LSTM layer.

    D: inputs. H: units. biases: bias vectors of length 4H (1 here, 2 in PyTorch).
    Returns an integer.
    """
    ### BEGIN SOLUTION
    return 4 * H * (D + H + biases)
    ### END SOLUTION


# %% [markdown] hint="lstm_param_count"
# What are the shapes of `W_xh`, `W_hh` and `b_h`? Write down the number of entries of each for `D = 2`, `H = 3`, then in general.

# %% check="lstm_param_count" points=2 outcome="lstm_gates.size"
check("lstm_param_count")

# %% [markdown]
# ## 3 · One step (6 points)
#
# Now the cell itself: from the input $x_t$ and the previous states $h_{t-1}$, $c_{t-1}$ to the next states
#
# $$c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t).$$
#
# `params` is a dictionary: `W_xh` $(D, 4H)$, `W_hh` $(H, 4H)$ and `b_h` $(4H,)$. Use your `split_gates`.


# %% exercise="lstm_step"
def lstm_step(x, h, c, params):
    """Advance an LSTM by one time step.

    x: input, shape (B, D). h, c: previous hidden and cell state, shape (B, H).
    params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,).
    Returns the next h and c, each of shape (B, H).
    """
    ### BEGIN SOLUTION
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    i, f, g, o = split_gates(a)
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c
    ### END SOLUTION


# %% [markdown] hint="lstm_step"
# Which three terms add up to the pre-activations? Which gate decides what stays of the old cell state, and which decides what is written? Is the output gate applied to the old or to the new cell state?

# %% check="lstm_step" points=6 outcome="lstm_gates.step"
check("lstm_step")

# %% [markdown]
# ## 4 · A whole sequence (6 points)
#
# Run the cell over $T$ steps and keep every state. The sequence is time-major: `xs[t]` is the batch at step $t$, of shape $(B, D)$.


# %% exercise="lstm_forward"
def lstm_forward(xs, h0, c0, params):
    """Run an LSTM over a sequence.

    xs: inputs, shape (T, B, D). h0, c0: initial states, shape (B, H). params: as for lstm_step.
    Returns hs and cs, each of shape (T, B, H): the states after every step, without h0 and c0.
    """
    ### BEGIN SOLUTION
    h, c = h0, c0
    hs, cs = [], []
    for x in xs:
        h, c = lstm_step(x, h, c, params)
        hs.append(h)
        cs.append(c)
    return np.stack(hs), np.stack(cs)
    ### END SOLUTION


# %% [markdown] hint="lstm_forward"
# What does a step need that the step before it made? How many states leave the loop, of which shape, and is the initial one among them?

# %% check="lstm_forward" points=6 outcome="lstm_gates.sequence"
check("lstm_forward")

# %% [markdown]
# ## 5 · The cell of 1997 (4 points)
#
# The first LSTM had no forget gate: what it wrote, it kept.
#
# $$c_t = c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t).$$
#
# With one gate fewer, the pre-activations have three blocks of $H$ columns, in the order $i, g, o$.


# %% exercise="lstm97_step"
def lstm97_step(x, h, c, params):
    """Advance an LSTM without a forget gate by one time step.

    x: input, shape (B, D). h, c: previous hidden and cell state, shape (B, H).
    params: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), blocks in the order i, g, o.
    Returns the next h and c, each of shape (B, H).
    """
    ### BEGIN SOLUTION
    H = h.shape[1]
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    i = sigmoid(a[:, :H])
    g = np.tanh(a[:, H : 2 * H])
    o = sigmoid(a[:, 2 * H :])
    c = c + i * g
    h = o * np.tanh(c)
    return h, c
    ### END SOLUTION


# %% [markdown] hint="lstm97_step"
# Your `split_gates` expects four blocks. How many are there here, and which one is missing? By what is the old cell state scaled now?

# %% check="lstm97_step" points=4 outcome="lstm_gates.forget"
check("lstm97_step")

# %% [markdown]
# ## 6 · How long is a memory kept? (3 points)
#
# If the forget gate stays at $f$ and nothing is written, the cell state shrinks by the factor $f$ at every step.
# After how many steps is half of it left? The number need not be whole.
# Mind the gate that is fully open.


# %% exercise="forget_half_life"
def forget_half_life(f):
    """Return the number of steps after which half of the cell state is left.

    f: forget gate activation in (0, 1], a number or an array of any shape.
    Returns the half-life in steps, of the same shape; infinity where f is 1.
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):  # log(1) is 0: an open gate never forgets
        return np.log(2) / np.abs(np.log(f))
    ### END SOLUTION


# %% [markdown] hint="forget_half_life"
# After `n` steps the factor is `f ** n`. For which `n` is it one half? What does your formula give for `f = 1`, where nothing is ever lost?

# %% check="forget_half_life" points=3 outcome="lstm_gates.memory"
check("forget_half_life")

# %% [markdown]
# ## 7 · Open the forget gate (3 points)
#
# A fresh LSTM with small weights and zero biases has every gate near one half, and forgets within a few steps.
# The remedy is to start with a larger bias in the forget gate, and there alone.
#
# Write the function that does it: whatever the forget gate's biases were, they become `bias`, and all else stays.


# %% exercise="set_forget_bias"
def set_forget_bias(params, bias):
    """Return the same parameters with the forget gate's bias set to `bias`.

    params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,). bias: a number.
    Returns a new dictionary of the same form; the one given is left as it was.
    """
    ### BEGIN SOLUTION
    b_h = params["b_h"].copy()
    H = b_h.shape[0] // 4
    b_h[H : 2 * H] = bias
    return {**params, "b_h": b_h}
    ### END SOLUTION


# %% [markdown] hint="set_forget_bias"
# Which quarter of `b_h` belongs to the forget gate? If you change an array that was handed to you, who else sees the change?

# %% check="set_forget_bias" points=3 outcome="lstm_gates.memory"
check("set_forget_bias")

# %% [markdown]
# ## 8 · In your own words (3 points, marked by a person)
#
# A colleague says: "LSTMs do not have vanishing gradients, so I train mine without gradient clipping."
# In three or four sentences: what is right about this, what is wrong, and what would you tell them to do?

# %% [markdown] written="limits" points=3 outcome="lstm_gates.limits"
# Along the cell state the gradient is multiplied by the forget gate at every step, not by a weight matrix and a tanh slope; where the gate stays near 1, it survives for many steps (1 point).
# The gate is below 1, so the gradient still decays, and the paths through the gates and $h$ can still vanish: the LSTM mitigates the problem and does not abolish it (1 point).
# Those same paths can make gradients explode, which nothing in the cell prevents: keep clipping, and start the forget bias at 1 or above (1 point).
