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
# # Exercise: a cell that reads sequences
#
# You will build a recurrent network in NumPy: one step, a whole sequence, an output at every step, and a batch whose sequences have different lengths.
# Then you will choose the weights of a network by hand, so that it is right on sequences of any length.
#
# **You need** the chapter *How can one small network read a sequence of any length?* and NumPy. **Left out:** training, which needs the gradients of a later chapter. **Time:** about 75 minutes. **Points:** 26, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# The parts build on each other, but a mistake in one need not cost you the next: a later part is judged on your own earlier one, as long as that one returns something.
#
# Symbols are those of the course: $B$ sequences in a batch, $T$ time steps, $D$ inputs, $H$ units, $K$ outputs.
# Vectors are rows, so a layer is `x @ W + b`. A sequence is time-major: `xs[t]` is the batch at one step, and `xs[0]` holds $x_1$.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("rnn_cell", globals())

# %% [markdown]
# ## 1 · One step (3 points)
#
# The cell replaces its state at every step:
#
# $$h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h).$$
#
# `params` is a dictionary: `W_xh` $(D, H)$, `W_hh` $(H, H)$ and `b_h` $(H,)$.


# %% exercise="rnn_step"
def rnn_step(x, h, params):
    """Advance a plain recurrent network by one time step.

    x: input, shape (B, D). h: previous hidden state, shape (B, H).
    params: W_xh (D, H), W_hh (H, H), b_h (H,).
    Returns the next hidden state, shape (B, H).
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"])
    ### END SOLUTION


# %% [markdown] hint="rnn_step"
# Which three terms are added before the tanh? What is the shape of each, and on which side of its matrix does a row vector stand?

# %% check="rnn_step" points=3 outcome="rnn_cell.step"
check("rnn_step")

# %% [markdown]
# ## 2 · How many numbers does it learn? (2 points)
#
# Count the parameters of the cell and of its readout $y_t = h_t W_{hy} + b_y$.
# The function is told the length of the sequences too; decide what to do with it.


# %% exercise="count_params"
def count_params(T, D, H, K):
    """Return the number of parameters of a plain recurrent network with a readout.

    T: time steps in a sequence. D: inputs. H: units. K: outputs at each step.
    The cell has W_xh, W_hh and b_h, the readout has W_hy and b_y.
    Returns an integer.
    """
    ### BEGIN SOLUTION
    return H * (D + H + 1) + K * (H + 1)
    ### END SOLUTION


# %% [markdown] hint="count_params"
# Write down the shape of each of the five arrays and multiply out. Which of them would grow if the sequence were twice as long?

# %% check="count_params" points=2 outcome="rnn_cell.sharing"
check("count_params")

# %% [markdown]
# ## 3 · A whole sequence (4 points)
#
# Unroll the cell over $T$ steps and keep every hidden state. Use your `rnn_step`.


# %% exercise="rnn_forward"
def rnn_forward(xs, h0, params):
    """Run a plain recurrent network over a sequence.

    xs: inputs, shape (T, B, D). h0: initial hidden state, shape (B, H). params: as for rnn_step.
    Returns hs, shape (T, B, H): the hidden state after every step, without h0.
    """
    ### BEGIN SOLUTION
    h, hs = h0, []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs)
    ### END SOLUTION


# %% [markdown] hint="rnn_forward"
# What does each step need that the step before it made? How many states leave the loop, of which shape, and is the initial one among them?

# %% check="rnn_forward" points=4 outcome="rnn_cell.unroll"
check("rnn_forward")

# %% [markdown]
# ## 4 · An output at every step (3 points)
#
# One readout serves all steps: $y_t = h_t W_{hy} + b_y$. Apply it to the states of all steps.


# %% exercise="temporal_readout"
def temporal_readout(hs, W_hy, b_y):
    """Return the output of every time step.

    hs: hidden states, shape (T, B, H). W_hy: shape (H, K). b_y: shape (K,).
    Returns ys, shape (T, B, K).
    """
    ### BEGIN SOLUTION
    return hs @ W_hy + b_y
    ### END SOLUTION


# %% [markdown] hint="temporal_readout"
# Do you need a loop? What does `@` do with an array of three axes on its left: which axis is summed over, and what happens to the other two?

# %% check="temporal_readout" points=3 outcome="rnn_cell.readout"
check("temporal_readout")

# %% [markdown]
# ## 5 · Sequences of different lengths (5 points)
#
# A batch is one array, so shorter sequences are filled up at the end with padding.
# What stands there is arbitrary and must not count: once a sequence is over, its state stays as it is.
# Then `hs[-1]` holds the last real state of every sequence.


# %% exercise="rnn_forward_masked"
def rnn_forward_masked(xs, h0, params, lengths):
    """Run a plain recurrent network over padded sequences.

    xs: inputs, shape (T, B, D). h0: initial hidden state, shape (B, H). params: as for rnn_step.
    lengths: shape (B,), whole numbers from 0 to T; row b is real for its first lengths[b] steps.
    Returns hs, shape (T, B, H); where the input is padding, the state is the one before it.
    """
    ### BEGIN SOLUTION
    h, hs = h0, []
    for t, x in enumerate(xs):
        real = (t < lengths)[:, None]  # (B, 1), the same answer for all units of a row
        h = np.where(real, rnn_step(x, h, params), h)
        hs.append(h)
    return np.stack(hs)
    ### END SOLUTION


# %% [markdown] hint="rnn_forward_masked"
# At step `t`, counted from 0, which rows still have a real input? What should the state of the other rows be? `np.where` chooses between two arrays; which shape must the condition have so that it holds for all units of a row?

# %% check="rnn_forward_masked" points=5 outcome="rnn_cell.padding"
check("rnn_forward_masked")

# %% [markdown]
# ## 6 · Weights by hand (6 points)
#
# A sequence of signs comes in, one at a time: each $x_t$ is $-1$ or $+1$, so $D = 1$.
# Choose weights so that the sign of the output $y_t$ is the product of all signs read so far: positive after an even number of minus signs, negative after an odd number.
# The network starts from $h_0 = 0$, which means that no minus sign was seen.
#
# It must be right at every step, also after a thousand.
# The number of units and all values are yours to choose. The check runs the network with a cell of its own and looks at the signs alone.
# The chapter builds a network that counts *ones* among zeros and ones; here the inputs are coded in another way, and so is the output.


# %% exercise="parity_weights"
def parity_weights():
    """Return weights of a network whose output has the sign of the product of its inputs so far.

    The inputs are -1 or +1 (D = 1), the state starts at zero, and there is one output (K = 1).
    Returns a dictionary: W_xh (1, H), W_hh (H, H), b_h (H,), W_hy (H, 1), b_y (1,); H is your choice,
    100 at most.
    """
    ### BEGIN SOLUTION
    gain = 40.0  # so large that a unit is off or on, and nothing in between
    W_xh = gain * np.array([[-0.5, -0.5]])
    W_hh = gain * np.array([[0.5, 0.5], [-0.5, -0.5]])
    b_h = gain * np.array([0.0, -1.0])
    W_hy, b_y = np.array([[-1.0], [1.0]]), np.array([1.0])
    return dict(W_xh=W_xh, W_hh=W_hh, b_h=b_h, W_hy=W_hy, b_y=b_y)
    ### END SOLUTION


# %% [markdown] hint="parity_weights"
# Which number is 1 for a minus sign and 0 for a plus sign, written with `x`? Put it in the place of the bit in the network of the chapter, and sort the result into weights and biases. What has the output to be where the chapter's is 0, and where it is 1? And is your gain large enough for a thousand steps?

# %% check="parity_weights" points=6 outcome="rnn_cell.machine"
check("parity_weights")

# %% [markdown]
# ## 7 · In your own words (3 points, marked by a person)
#
# A colleague has trained a plain recurrent network on sequences of 40 steps and now wants to use it on sequences of 1000.
# One friend says: "That cannot work, it has no weights for step 41." Another says: "It will work, the weights are the same at each step."
# In three or four sentences: what is right and what is wrong in each, and what should your colleague do?

# %% [markdown] written="any_length" points=3 outcome="rnn_cell.length"
# The first friend is wrong: the same weights serve at every step, so the network can be run for as many steps as there are inputs (1 point).
# The second is right about that, but to run is not to be right: nothing in training asked for anything beyond step 40, and a state that is a little off at each step may have drifted away long before step 1000 (1 point).
# Measure it: make or keep sequences of 1000 steps, look at the error step by step and over several seeds, and compare with a baseline (1 point).
