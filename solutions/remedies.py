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
# # Exercise: remedies for plain recurrent networks
#
# You will build what trains a plain recurrent network when its gradients misbehave: clipping, a training step in the right order, and two initialisations.
# Then you will build the task on which the chapter compares them, and the count with which it does so.
#
# **You need** the chapter *What can be done without a new cell?* and NumPy. **Left out:** back-propagation itself; gradients are given. **Time:** about 90 minutes. **Points:** 30, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Part 2 builds on part 1 and part 3 on part 2, but a mistake in one need not cost you the next: it is judged on your own earlier part, as long as that one returns something. All other parts stand alone.
#
# The gradients of a network come as a dictionary of arrays, such as `{"W_xh": ..., "W_hh": ..., "b_h": ...}`: the name of each weight, and the gradient of the loss with respect to it.
# Whatever is random, such as the numbers in a fresh matrix, is drawn for you and handed over as an argument, so that a check can know what should come out.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("remedies", globals())

# %% [markdown]
# ## 1 · One norm for all gradients (2 points)
#
# Lay all the numbers of all gradients end to end, so that they form one long vector. What is its length?


# %% exercise="global_norm"
def global_norm(grads):
    """Return the Euclidean norm of all gradients together.

    grads: a dictionary from names to arrays of any shapes.
    Returns one number: the root of the sum of the squares of all entries of all arrays.
    """
    ### BEGIN SOLUTION
    return np.sqrt(sum(np.sum(grad**2) for grad in grads.values()))
    ### END SOLUTION


# %% [markdown] hint="global_norm"
# Which entries are squared, and how many roots are taken: one for each array, or one in all? How do you walk over the arrays of a dictionary?

# %% check="global_norm" points=2 outcome="remedies.clip"
check("global_norm")

# %% [markdown]
# ## 2 · Clipping (4 points)
#
# If the norm of all gradients together is above the limit, scale all of them by the same factor, so that the norm becomes the limit.
# If it is not, leave them as they are: clipping never makes a gradient longer.
# A gradient of zero stays zero.
#
# Return the norm as it was *before*, too: whoever trains wants to see it. Use your `global_norm`.


# %% exercise="clip_global_norm"
def clip_global_norm(grads, limit):
    """Clip gradients by their global norm.

    grads: a dictionary from names to arrays. limit: the largest norm allowed, a positive number.
    Returns clipped, norm: a dictionary of the same form, and the global norm before clipping.
    Source: Pascanu, Mikolov and Bengio (2013).
    """
    ### BEGIN SOLUTION
    norm = global_norm(grads)
    scale = limit / norm if norm > limit else 1.0
    return {name: scale * grad for name, grad in grads.items()}, norm
    ### END SOLUTION


# %% [markdown] hint="clip_global_norm"
# By which number do you multiply a vector of length 5 to make its length 2? And one of length 1, if 2 is the most that is allowed? When is it safe to divide by the norm?

# %% check="clip_global_norm" points=4 outcome="remedies.clip"
check("clip_global_norm")

# %% [markdown]
# ## 3 · Find the faults (5 points)
#
# A batch is too large for the memory of the machine, so it is cut into parts of equal size, and the gradients of the parts are computed one after the other.
# Each is the gradient of the *mean* loss over the sequences of its part.
# One update is to be made from all of them: the gradient of the mean loss over the whole batch, clipped, times the rate, is taken off the weights.
#
# A colleague wrote this. It runs, and it has three faults.
#
# ```python
# def clipped_step(params, parts, limit, rate):
#     total = {name: np.zeros_like(w) for name, w in params.items()}
#     for part in parts:
#         total = {name: total[name] + part[name] for name in total}
#         params = {name: w - rate * total[name] for name, w in params.items()}
#         total, norm = clip_global_norm(total, limit)
#     return params, norm
# ```
#
# Write a version that is right. Use your `clip_global_norm`.


# %% exercise="clipped_step"
def clipped_step(params, parts, limit, rate):
    """Make one clipped update from the gradients of the parts of a batch.

    params: a dictionary from names to weights. parts: a list of dictionaries from the same names to
    gradients, one for each part of the batch; all parts have the same number of sequences, and each
    gradient is that of the mean loss over its part. limit: the largest global norm allowed.
    rate: the learning rate.
    Returns new_params, norm: the weights after the update, and the global norm of the gradient of
    the mean loss over the whole batch, before clipping.
    """
    ### BEGIN SOLUTION
    mean = {name: sum(part[name] for part in parts) / len(parts) for name in params}
    clipped, norm = clip_global_norm(mean, limit)
    return {name: params[name] - rate * clipped[name] for name in params}, norm
    ### END SOLUTION


# %% [markdown] hint="clipped_step"
# Go through the colleague's loop with two parts and write down what happens, in order. When is the gradient of the whole batch complete? What may be clipped, and how often? Which gradient should the weights see? And if two parts have the gradients 3 and 5, what is the gradient of the mean loss over both?

# %% check="clipped_step" points=5 outcome="remedies.order"
check("clipped_step")

# %% [markdown]
# ## 4 · An orthogonal start, also for oblong matrices (4 points)
#
# Turn a matrix $A$ of standard normal numbers into a random matrix that changes no length, times a `gain`.
# In the chapter on vanishing gradients the matrix was square. Here it may have any shape:
#
# - With at least as many rows as columns, $A = QR$, and the *columns* of $Q$ have length 1 and are at right angles. As there, the signs are settled by a positive diagonal of $R$.
# - With fewer rows than columns, the *rows* have length 1 and are at right angles: do the same to the transpose $A^\top$, and transpose the result.


# %% exercise="orthogonal_init"
def orthogonal_init(A, gain):
    """Return an orthogonal initialisation made from random numbers.

    A: standard normal numbers, shape (n, m), of full rank. gain: a positive number.
    Returns gain times a matrix of shape (n, m) with orthonormal columns if n >= m, otherwise with
    orthonormal rows; signs are settled by a positive diagonal of R.
    Source: Saxe, McClelland and Ganguli (2014); Mezzadri (2007) for the signs.
    """
    ### BEGIN SOLUTION
    tall = len(A) >= len(A.T)
    Q, R = np.linalg.qr(A if tall else A.T)
    Q = gain * Q * np.sign(np.diag(R))
    return Q if tall else Q.T
    ### END SOLUTION


# %% [markdown] hint="orthogonal_init"
# Can three columns of length 1 with two entries each be at right angles? Which matrix do you hand to the factorisation in that case? Which entries of R tell you which columns of Q must change sign? And where does the gain come in, so that it counts once?

# %% check="orthogonal_init" points=4 outcome="remedies.orthogonal"
check("orthogonal_init")

# %% [markdown]
# ## 5 · The identity as a start (3 points)
#
# A network of rectifiers, $h_t = \max(0,\; x_t W_{xh} + h_{t-1} W_{hh} + b_h)$, can start from a recurrent matrix that copies the state: a multiple of the identity.
# Biases start at zero and input weights as small normal numbers, so that at first nearly nothing changes the state.


# %% exercise="irnn_init"
def irnn_init(A, scale, std):
    """Return the initial weights of a network of rectifiers that starts from the identity.

    A: standard normal numbers, shape (D, H). scale: the factor of the identity.
    std: the standard deviation of the input weights.
    Returns a dictionary: W_xh (D, H), W_hh (H, H) and b_h (H,).
    Source: Le, Jaitly and Hinton (2015), with scale 1 and std 0.001 on most tasks.
    """
    ### BEGIN SOLUTION
    H = A.shape[1]
    return {"W_xh": std * A, "W_hh": scale * np.eye(H), "b_h": np.zeros(H)}
    ### END SOLUTION


# %% [markdown] hint="irnn_init"
# How many units are there, and which axis of `A` tells? What is the standard deviation of a number that was drawn with standard deviation 1 and then multiplied by 3?

# %% check="irnn_init" points=3 outcome="remedies.identity"
check("irnn_init")

# %% [markdown]
# ## 6 · The task of temporal order (5 points)
#
# A sequence consists of symbols, written as whole numbers: 0 is X, 1 is Y, and 2 to 5 are distractors.
# Exactly two places hold an X or a Y, one early and one near the middle. The class of a sequence is the order in which they come:
#
# | first, second | X, X | X, Y | Y, X | Y, Y |
# | :-- | :-: | :-: | :-: | :-: |
# | class | 0 | 1 | 2 | 3 |
#
# The length $T$ is a multiple of 10. As arrays count, the first mark stands at one of the places $T/10, \dots, 2T/10 - 1$ and the second at one of $4T/10, \dots, 5T/10 - 1$: in the second and in the fifth tenth of the sequence.
# A number $u$ with $0 \le u < 1$ tells which place it is: cut that interval into as many equal pieces as there are places, and take the place whose piece holds $u$.


# %% exercise="temporal_order_batch"
def temporal_order_batch(symbols, marks, u):
    """Return a batch of the temporal-order task.

    symbols: distractors, whole numbers from 2 to 5, shape (T, B); T is a multiple of 10.
    marks: the first and the second mark of each sequence, 0 for X and 1 for Y, shape (2, B).
    u: numbers from 0 to below 1, shape (2, B): where in its range each mark stands.
    Returns xs, labels: one-hot inputs, shape (T, B, 6), and classes from 0 to 3, shape (B,).
    Source: Hochreiter and Schmidhuber (1997), experiment 6a, with the second mark a tenth earlier and
    without their start and end symbols.
    """
    ### BEGIN SOLUTION
    T, B = symbols.shape
    places = (T // 10 * (u + np.array([[1], [4]]))).astype(int)
    symbols = symbols.copy()
    symbols[places, range(B)] = marks
    return np.eye(6)[symbols], 2 * marks[0] + marks[1]
    ### END SOLUTION


# %% [markdown] hint="temporal_order_batch"
# For T = 20 the first mark stands at place 2 or 3: which of them for u = 0.7, and which formula says so? How do you write one number into each column of `symbols`, in a row of its own? What does the row `np.eye(6)[4]` look like, and what is `np.eye(6)[symbols]`?

# %% check="temporal_order_batch" points=5 outcome="remedies.task"
check("temporal_order_batch")

# %% [markdown]
# ## 7 · How many seeds solve it? (4 points)
#
# The same network is trained from $n$ seeds. Say which share of them ends with a loss below a bound, and how far that share can be trusted.
# A loss that is nan, because training blew up, has not solved anything.
#
# For the interval take Wilson's. With the share $p$, a number $z$ (1.96 for 95 percent) and $w = z^2 / n$, its ends are
#
# $$\frac{p + \frac{w}{2} \pm \sqrt{p\,(1-p)\,w + \frac{w^2}{4}}}{1 + w}.$$


# %% exercise="solve_rate"
def solve_rate(losses, bound, z):
    """Return the share of seeds that solve a task, with Wilson's interval.

    losses: the final loss of each seed, shape (n,); some may be nan. bound: a loss below it counts
    as solved. z: the quantile of the normal distribution, 1.96 for an interval of 95 percent.
    Returns share, low, high: three numbers from 0 to 1.
    Source: Wilson (1927).
    """
    ### BEGIN SOLUTION
    share, w = np.mean(losses < bound), z**2 / len(losses)
    half = np.sqrt(share * (1 - share) * w + w**2 / 4)
    ends = (share + w / 2 + np.array([-half, half])) / (1 + w)
    return (share, *ends)
    ### END SOLUTION


# %% [markdown] hint="solve_rate"
# What is the mean of an array of true and false? What does Python answer to `nan < 0.1`, and is that the answer wanted here? Compute the formula in pieces: what stands before the ±, what after it, and what divides both?

# %% check="solve_rate" points=4 outcome="remedies.rate"
check("solve_rate")

# %% [markdown]
# ## 8 · In your own words (3 points, marked by a person)
#
# A colleague trains a plain network on sequences of 100 steps, and what matters happens at the beginning. This is one step of the training, in PyTorch:
#
# ```python
# optimiser.zero_grad()
# loss = loss_of(network(xs), labels)
# torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
# loss.backward()
# optimiser.step()
# ```
#
# "I clip, and still the loss jumps, now and then to nan. And it does not learn the beginning either. I shall lower the limit from 1 to 0.01."
# In four or five sentences: what does the third line do here, what is the right order, and will clipping, once it is right, make the network learn the beginning?

# %% [markdown] written="wrong_order" points=3 outcome="remedies.limits"
# When the gradients are clipped they have been set to zero (or to nothing), and the gradients of this batch do not exist yet: the third line does nothing, and the step is made with gradients of any length, whatever the limit is (1 point).
# Clipping belongs after `loss.backward()`, when the gradient is complete, and before `optimiser.step()`; it must come after all `backward` calls if there are several (1 point).
# It makes steps bounded, so the jumps end; but it scales all lags by one factor, so what was missing from lag 100 is still missing: that needs an initialisation or a cell whose factors per step stay near 1, and should be measured, by the norm of the gradient by lag. A lower limit makes learning slower and changes none of this (1 point).
