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
# # Exercise: vanishing and exploding gradients
#
# You will follow a gradient back through a plain recurrent network, one Jacobian at a time, and measure how far it reaches.
# Then you will read from a weight matrix what can be known beforehand.
#
# **You need** the chapter *Why do plain RNNs forget?* and NumPy, `np.linalg` above all. **Left out:** training, and the remedies, which have a chapter of their own. **Time:** about 90 minutes. **Points:** 30, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Part 2 builds on part 1, but a mistake in part 1 need not cost you part 2: it is judged on your own part 1, as long as that one returns something. All other parts stand alone.
#
# Symbols are those of the course: $B$ sequences in a batch, $T$ time steps, $H$ units.
# Vectors are rows: $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$, and `hs[t - 1]` is $h_t$.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("vanishing_exploding", globals())

# %% [markdown]
# ## 1 · One step (3 points)
#
# How does the state after a step move with the state before it?
# Entry $(j, k)$ of the Jacobian is $\partial h_{t,k} / \partial h_{t-1,j}$: a row for each input, a column for each output.
# You need no input and no bias, because the slope of the tanh can be told from $h_t$.
# Each sequence of the batch has a Jacobian of its own.


# %% exercise="jacobian"
def jacobian(h, W_hh):
    """Return the Jacobian of one step of a tanh network.

    h: states after the step, shape (B, H). W_hh: recurrent weights, shape (H, H).
    Returns an array of shape (B, H, H): entry (b, j, k) is the derivative of unit k after the
    step with respect to unit j before it, for sequence b.
    """
    ### BEGIN SOLUTION
    slope = 1 - h**2
    return W_hh * slope[:, None, :]
    ### END SOLUTION


# %% [markdown] hint="jacobian"
# Which index of `W_hh` counts the units after the step, its row or its column? That is the index which the slope depends on. How do you give a `(B, H)` array a new axis, so that it meets that index of an `(H, H)` array?

# %% check="jacobian" points=3 outcome="vanishing_exploding.jacobian"
check("jacobian")

# %% [markdown]
# ## 2 · Many steps (5 points)
#
# Take the gradient of the loss with respect to the last state, $\partial L / \partial h_T$, and send it back step by step to $h_0$.
# Keep its length at each stop: lag $n$ is the gradient with respect to $h_{T-n}$.
# The length of a row vector is the square root of the sum of its squares.
#
# Use your `jacobian`.


# %% exercise="grad_norm_by_lag"
def grad_norm_by_lag(hs, W_hh, dh):
    """Return the norm of the gradient with respect to every state, by lag.

    hs: states h_1 ... h_T, shape (T, B, H). W_hh: recurrent weights, shape (H, H).
    dh: gradient of the loss with respect to h_T, shape (B, H).
    Returns an array of shape (T + 1, B): row n is the Euclidean norm of the gradient with respect
    to h_{T-n}, one number for each sequence. Row 0 belongs to h_T, row T to h_0.
    """
    ### BEGIN SOLUTION
    norms = [np.linalg.norm(dh, axis=1)]
    for h in hs[::-1]:
        J = jacobian(h, W_hh)
        dh = (J @ dh[:, :, None])[:, :, 0]
        norms.append(np.linalg.norm(dh, axis=1))
    return np.stack(norms)
    ### END SOLUTION


# %% [markdown] hint="grad_norm_by_lag"
# Which step is undone first? A gradient travels back as `dh @ J.T`: which sum does that write out for one sequence, and how do you take it for all of them? How many norms are there when there are T steps?

# %% check="grad_norm_by_lag" points=5 outcome="vanishing_exploding.product"
check("grad_norm_by_lag")

# %% [markdown]
# ## 3 · How far does it reach? (3 points)
#
# The **horizon** of a gradient is the largest lag at which its norm is still at least a given share of its norm at lag 0.
# Mind that a norm may fall below the share and come back above it.


# %% exercise="horizon"
def horizon(norms, share):
    """Return the largest lag at which a gradient still has a given share of its first norm.

    norms: norms by lag, shape (T + 1, B), as from grad_norm_by_lag. share: a number in (0, 1).
    Returns B whole numbers, one for each sequence; T where the last norm is still large enough.
    """
    ### BEGIN SOLUTION
    reached = norms >= share * norms[0]
    lags = np.arange(len(norms))[:, None]
    return np.max(lags * reached, axis=0)
    ### END SOLUTION


# %% [markdown] hint="horizon"
# For which lags is the norm large enough? If you had a table of true and false, one column for each sequence, how would you find the last true of a column?

# %% check="horizon" points=3 outcome="vanishing_exploding.horizon"
check("horizon")

# %% [markdown]
# ## 4 · A matrix of a wanted radius (2 points)
#
# The experiments of the chapter begin with a random matrix and scale it so that its spectral radius is a given number.
# Eigenvalues may be negative or complex.


# %% exercise="scale_to_radius"
def scale_to_radius(W, radius):
    """Return a multiple of a matrix that has a given spectral radius.

    W: a matrix, shape (H, H). radius: the wanted spectral radius, a positive number.
    Returns c W with c > 0, of shape (H, H).
    """
    ### BEGIN SOLUTION
    return W * (radius / np.max(np.abs(np.linalg.eigvals(W))))
    ### END SOLUTION


# %% [markdown] hint="scale_to_radius"
# What happens to the eigenvalues of a matrix when you multiply it by a number? Which of them decides the spectral radius, and what is its size if it is complex?

# %% check="scale_to_radius" points=2 outcome="vanishing_exploding.powers"
check("scale_to_radius")

# %% [markdown]
# ## 5 · A matrix that keeps every length (3 points)
#
# An orthogonal matrix changes no length: all its singular values are 1, and so is its radius.
# To draw one, take a matrix $A$ of normal random numbers and write it as $A = QR$, where $Q$ is orthogonal and $R$ is zero below its diagonal.
#
# This does not settle the signs: a column of $Q$ and the row of $R$ that belongs to it may change sign together.
# Return the $Q$ for which the diagonal of $R$ is positive. Only then are all orthogonal matrices equally likely.


# %% exercise="orthogonal_matrix"
def orthogonal_matrix(A):
    """Return the orthogonal factor of a matrix, with signs settled.

    A: an invertible matrix, shape (H, H).
    Returns Q of shape (H, H) with A = Q R, where R is upper triangular with a positive diagonal.
    Source: Mezzadri (2007).
    """
    ### BEGIN SOLUTION
    Q, R = np.linalg.qr(A)
    return Q * np.sign(np.diag(R))
    ### END SOLUTION


# %% [markdown] hint="orthogonal_matrix"
# NumPy has the factorisation, but its signs are whatever they are. Which diagonal entries of R are negative? If row k of R changes sign, what must change sign in Q so that the product stays?

# %% check="orthogonal_matrix" points=3 outcome="vanishing_exploding.orthogonal"
check("orthogonal_matrix")

# %% [markdown]
# ## 6 · What does the matrix alone decide? (5 points)
#
# Say what happens to the Jacobian of $n$ steps, $\partial h_{t+n} / \partial h_t$, as $n$ grows.
# You know the recurrent matrix and the activation, and neither the inputs nor the states.
#
# - `"vanishes"`: it tends to zero, whatever the inputs are.
# - `"explodes"`: it grows without bound, whatever the inputs are.
# - `"undecided"`: the matrix's radius and norm alone do not tell.
#
# A network with activation `"linear"` has $h_t = x_t W_{xh} + h_{t-1} W_{hh} + b_h$; with `"tanh"` it is the plain network.
# Numbers that are closer to 1 than $10^{-6}$ count as 1.


# %% exercise="classify_dynamics"
def classify_dynamics(W_hh, activation):
    """Say what a recurrent matrix alone tells about the Jacobian of many steps.

    W_hh: recurrent weights, shape (H, H). activation: "linear" or "tanh".
    Returns "vanishes", "explodes" or "undecided".
    """
    ### BEGIN SOLUTION
    if activation == "linear":
        size = np.max(np.abs(np.linalg.eigvals(W_hh)))
    else:
        size = np.linalg.norm(W_hh, 2)
    if size < 1 - 1e-6:
        return "vanishes"
    if size > 1 + 1e-6 and activation == "linear":
        return "explodes"
    return "undecided"
    ### END SOLUTION


# %% [markdown] hint="classify_dynamics"
# Without a tanh the Jacobian of n steps is a power of one matrix: which number decides what powers do? With a tanh the factors differ from step to step, and each has slopes of at most 1: which number bounds a product of different matrices, and can a bound from above ever promise growth?

# %% check="classify_dynamics" points=5 outcome="vanishing_exploding.conditions"
check("classify_dynamics")

# %% [markdown]
# ## 7 · Which step does the weight gradient come from? (6 points)
#
# All steps share one $W_{hh}$, so its gradient is a sum over the steps.
# Take it apart: for a loss that depends on the last state alone, return what each step adds.
# As usual, the batch is summed over.


# %% exercise="weight_grad_by_lag"
def weight_grad_by_lag(hs, h0, W_hh, dh):
    """Return the gradient with respect to W_hh, taken apart by lag.

    hs: states h_1 ... h_T, shape (T, B, H). h0: state before the first step, shape (B, H).
    W_hh: recurrent weights, shape (H, H). dh: gradient with respect to h_T, shape (B, H).
    Returns an array of shape (T, H, H): entry n is what step T - n adds to the gradient of the
    loss with respect to W_hh, summed over the batch. All entries together add up to that gradient.
    """
    ### BEGIN SOLUTION
    before = [h0, *hs[:-1]]
    parts = []
    for h, h_before in zip(hs[::-1], before[::-1], strict=True):
        da = dh * (1 - h**2)
        parts.append(h_before.T @ da)
        dh = da @ W_hh.T
    return np.stack(parts)
    ### END SOLUTION


# %% [markdown] hint="weight_grad_by_lag"
# In one step the weight from unit j to unit k is multiplied by one number: which, and from which time? Which gradient meets it there, that of the state or that of the pre-activation? What do you hand on to the step before?

# %% check="weight_grad_by_lag" points=6 outcome="vanishing_exploding.sum"
check("weight_grad_by_lag")

# %% [markdown]
# ## 8 · In your own words (3 points, marked by a person)
#
# A colleague says: "The spectral radius of my tanh network's recurrent matrix is 1.05, so its gradients explode. I shall scale it to 0.95; then they vanish only slowly, and what is learned at lag 100 gets 0.6 percent of the gradient."
# In four or five sentences: what is wrong with each of the two claims, and what would you measure instead?

# %% [markdown] written="radius" points=3 outcome="vanishing_exploding.learning"
# A radius above 1 does not make a tanh network's gradients explode: the slopes 1 − h² are factors too, and under an input that moves the units they usually bring the product down, so gradients at radius 1.05 may well vanish; nor does a norm above 1 promise growth (1 point).
# The power 0.95¹⁰⁰ ≈ 0.006 belongs to a linear network, and even there it is only the rate in the long run: a matrix that is not normal can first grow; with a tanh the slopes make it smaller, often by many orders of magnitude, and the radius is not even an upper bound (1 point).
# Measure: run the network on its real inputs, send a gradient back and look at its norm by lag, over several seeds and again during training, at the lags that the task needs (1 point).
