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
# # Exercise: linear recurrences, and what they give up
#
# You will compose linear steps, run a recurrence over a whole sequence in a few rounds instead of one step after the other, build a minGRU on it and one step of an xLSTM cell.
# Then you will make a linear recurrence that tracks parity, and say which cell has which property.
#
# **You need** the chapter *Why are recurrent nets back?* and NumPy. **Left out:** training, and whatever surrounds such a cell in a language model. **Time:** about 90 minutes. **Points:** 32, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Part 2 builds on part 1, and part 4 on part 2, but a mistake in these need not cost you the later one: it is judged on your own earlier parts, as long as they return something. The others stand alone.
#
# Symbols are those of the course: $T$ steps, $B$ sequences in a batch, $D$ inputs, $H$ units.
# Vectors are rows, so a layer is `x @ W + b`.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("modern_recurrence", globals())


def sigmoid(a):
    """Return 1 / (1 + exp(-a)), elementwise, without overflow for large |a|."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


# %% [markdown]
# ## 1 · Two steps in one (2 points)
#
# A linear step takes the state $h$ to $u \odot h + v$.
# Two steps, one after the other, are again a linear step, $h \mapsto u \odot h + v$ with some other $u$ and $v$. With which?


# %% exercise="combine"
def combine(u_first, v_first, u_then, v_then):
    """Return the linear step that does two linear steps, one after the other.

    u_first, v_first: the step that is taken first, h -> u_first * h + v_first.
    u_then, v_then: the step that is taken on its result. All four have the same shape.
    Returns u and v of the whole, arrays of that shape.
    """
    ### BEGIN SOLUTION
    return u_then * u_first, u_then * v_first + v_then
    ### END SOLUTION


# %% [markdown] hint="combine"
# Write the second step with the first one in place of its h, and multiply out. What stands in front of h, and what stands alone?

# %% check="combine" points=2 outcome="modern_recurrence.linear"
check("combine")

# %% [markdown]
# ## 2 · The scan (6 points)
#
# All states of $h_t = u_t \odot h_{t-1} + v_t$ are wanted, with few rounds.
# Let each place $t$ hold a linear step, at first its own.
# In round 1 every place combines the step of the place one before it with its own; in round 2 that of two places before, then four, eight, and so on.
# Places that have nobody so far before them stay as they are. All places of a round work on what the round before has left.
# When the distance has reached the length, place $t$ holds the way from $h_0$ to $h_t$ in a single step.
#
# Use your `combine`, once in a round, on whole arrays.


# %% exercise="linear_scan"
def linear_scan(u, v, h0):
    """Return all states of a linear recurrence, and in how many rounds they were found.

    u, v: coefficients of every step, shape (T, B, H) each. h0: state before the first, (B, H).
    Returns hs, shape (T, B, H), with hs[t] = u[t] * hs[t - 1] + v[t], and the number of rounds, an
    integer: the smallest k with 2**k >= T.
    Source: Hillis and Steele (1986), for steps in place of numbers.
    """
    ### BEGIN SOLUTION
    rounds = int(np.ceil(np.log2(len(u))))
    for k in range(rounds):
        d = 2**k
        u_far, v_far = combine(u[:-d], v[:-d], u[d:], v[d:])
        u, v = np.concatenate([u[:d], u_far]), np.concatenate([v[:d], v_far])
    return u * h0 + v, rounds
    ### END SOLUTION


# %% [markdown] hint="linear_scan"
# At distance d, which slice of the arrays holds the places that have a partner, and which slice holds their partners? Which of the two comes first in time? How do you put the new places behind the d that stay?

# %% check="linear_scan" points=6 outcome="modern_recurrence.scan"
check("linear_scan")

# %% [markdown]
# ## 3 · One step of a minGRU (4 points)
#
# A minGRU is a GRU whose gate and candidate see the input alone, without a tanh and without a reset gate:
#
# $$z_t = \sigma(x_t W_{xz} + b_z), \qquad n_t = x_t W_{xn} + b_n, \qquad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot n_t.$$
#
# The blocks stand in the order $z, n$. As everywhere in this course, $z$ says what is kept.


# %% exercise="mingru_step"
def mingru_step(x, h, params):
    """Advance a minGRU by one time step.

    x: input, shape (B, D). h: previous hidden state, shape (B, H).
    params: W_xh (D, 2H) and b_h (2H,), blocks in the order z, n.
    Returns the next h, shape (B, H).
    Source: Feng et al. (2024), whose z is our 1 - z.
    """
    ### BEGIN SOLUTION
    z, n = np.split(x @ params["W_xh"] + params["b_h"], 2, axis=1)
    z = sigmoid(z)
    return z * h + (1 - z) * n
    ### END SOLUTION


# %% [markdown] hint="mingru_step"
# Which of the two blocks goes through a sigmoid, and does the other go through anything? What comes back where z is 1?

# %% check="mingru_step" points=4 outcome="modern_recurrence.mingru"
check("mingru_step")

# %% [markdown]
# ## 4 · A minGRU over a whole sequence (5 points)
#
# The same cell, for all steps at once: no line of it may wait for the state before.
# Gates and candidates of all steps come from one matrix product; the rest is your `linear_scan`.


# %% exercise="mingru_scan"
def mingru_scan(xs, h0, params):
    """Run a minGRU over a sequence by a scan.

    xs: inputs, shape (T, B, D). h0: state before the first step, shape (B, H).
    params: W_xh (D, 2H) and b_h (2H,), blocks in the order z, n.
    Returns hs, shape (T, B, H): what mingru_step gives, one step after the other.
    """
    ### BEGIN SOLUTION
    z, n = np.split(xs @ params["W_xh"] + params["b_h"], 2, axis=2)
    z = sigmoid(z)
    hs, _ = linear_scan(z, (1 - z) * n, h0)
    return hs
    ### END SOLUTION


# %% [markdown] hint="mingru_scan"
# Compare the equation of the minGRU with that of a linear recurrence: what is its u, and what is its v? Along which axis do the two blocks lie now? How many things does `linear_scan` return?

# %% check="mingru_scan" points=5 outcome="modern_recurrence.mingru"
check("mingru_scan")

# %% [markdown]
# ## 5 · Exponential gates (6 points)
#
# In the sLSTM cell of an xLSTM the input gate is an exponential, and so may be the forget gate:
#
# $$c_t = e^{a^f} \odot c_{t-1} + e^{a^i} \odot \tanh(a^g), \qquad n_t = e^{a^f} \odot n_{t-1} + e^{a^i}, \qquad h_t = \sigma(a^o) \odot \frac{c_t}{n_t}.$$
#
# With $a^i = 800$ this overflows, though $h_t$ is a harmless number. So $c$ and $n$ are kept divided by $e^{m_t}$, where
#
# $$m_t = \max(a^f + m_{t-1},\ a^i).$$
#
# As in an LSTM, $a_t = x_t W_{xh} + h_{t-1} W_{hh} + b_h$; it is computed for you, and its blocks stand in the order $i, f, g, o$.
# The arguments `c` and `n` are divided by $e^{m_{t-1}}$; what you return is divided by $e^{m_t}$.
# No exponential that you take may have an argument above 0.


# %% exercise="slstm_step"
def slstm_step(a, c, n, m):
    """Advance an sLSTM with exponential input and forget gates by one time step.

    a: pre-activations x @ W_xh + h @ W_hh + b_h, shape (B, 4H), blocks in the order i, f, g, o.
    c, n, m: previous cell state, normaliser and stabiliser, shape (B, H) each; c and n are divided
    by exp(m).
    Returns the next h, c, n, m, shape (B, H) each; c and n are divided by exp(new m).
    Source: Beck et al. (2024).
    """
    ### BEGIN SOLUTION
    i, f, g, o = np.split(a, 4, axis=1)
    m_new = np.maximum(f + m, i)
    write, keep = np.exp(i - m_new), np.exp(f + m - m_new)
    c = keep * c + write * np.tanh(g)
    n = keep * n + write
    return sigmoid(o) * c / n, c, n, m_new
    ### END SOLUTION


# %% [markdown] hint="slstm_step"
# Divide the equation of the cell state by exp(m_t), and write the old cell state as exp(m_{t-1}) times the one you are given. Which exponential stands in front of each term, and why is neither above 1? Does dividing both c and n change their ratio?

# %% check="slstm_step" points=6 outcome="modern_recurrence.xlstm"
check("slstm_step")

# %% [markdown]
# ## 6 · A linear recurrence that tracks parity (3 points)
#
# One unit, $h_t = u_t h_{t-1} + v_t$ from $h_0 = 0$, is to hold the parity of the bits so far: 1 if the number of ones is odd, 0 if it is even.
# The two coefficients of a step may depend on the bit of that step and on nothing else.
# They need not lie between 0 and 1.


# %% exercise="parity_gates"
def parity_gates(bits):
    """Return coefficients with which a linear recurrence holds the parity of its bits.

    bits: zeros and ones, shape (T, B).
    Returns u and v, shape (T, B) each; u[t] and v[t] depend on bits[t] alone.
    """
    ### BEGIN SOLUTION
    return 1 - 2 * bits, bits
    ### END SOLUTION


# %% [markdown] hint="parity_gates"
# What must a 0 do to a state of 0, and to a state of 1? And what must a 1 do to each? Two points determine a straight line.

# %% check="parity_gates" points=3 outcome="modern_recurrence.tracking"
check("parity_gates")

# %% [markdown]
# ## 7 · Which cell has which property? (3 points)
#
# One layer of each of six kinds, with a linear readout of its last output:
# `"rnn"` (tanh), `"lstm"`, `"slstm"`, `"mingru"`, `"signed mingru"` (a minGRU whose $z$ lies anywhere from −1 to 1), and `"attention"` (one causal softmax head without codes for positions).
# Each gets three answers, yes or no:
#
# 1. **parallel**: in training, no step has to wait for the state of the step before.
# 2. **constant**: in generation, what is kept from step to step does not grow with the length.
# 3. **parity**: with some weights, the sign of the readout is right for the parity of any number of bits.


# %% exercise="which_property"
def which_property(cell):
    """Say which of three properties a cell has.

    cell: "rnn", "lstm", "slstm", "mingru", "signed mingru" or "attention".
    Returns three truth values: parallel, constant, parity.
    """
    ### BEGIN SOLUTION
    sees_its_state = cell in ("rnn", "lstm", "slstm")
    parallel = not sees_its_state
    constant = cell != "attention"
    parity = sees_its_state or cell == "signed mingru"
    return parallel, constant, parity
    ### END SOLUTION


# %% [markdown] hint="which_property"
# In which cells does a gate or a candidate of step t need the state of step t - 1? Which of them must look at all earlier inputs again? Feed a sequence of ones to those that are left: can what they show keep changing its side for ever?

# %% check="which_property" points=3 outcome="modern_recurrence.choose"
check("which_property")

# %% [markdown]
# ## 8 · In your own words (3 points, marked by a person)
#
# A report says: "Our model, one layer of minGRU with 64 units, gives the parity of sequences of 20 bits, the length it was trained on, with 100 % right on the training set, and it trains ten times faster than our LSTM. So for tracking a state the recurrence of an LSTM is not needed."
# In four or five sentences: which steps of this conclusion do not hold, and what would you test instead?

# %% [markdown] written="report" points=3 outcome="modern_recurrence.tracking"
# Being right at one length, on the training set, is not tracking: fresh sequences and lengths well beyond training are the test, with sequences of many ones among them (1 point).
# With gates in (0, 1) that see the input alone, each state creeps towards a fixed value while ones come in, and a linear readout of 64 units can change its sign at most 64 times on them; so some length must fail, whatever the training (1 point).
# Speed says nothing about what a cell can express. Compare at equal parameters and budget, from several seeds, and try gates from -1 to 1, which keep the scan and can hold parity (1 point).
