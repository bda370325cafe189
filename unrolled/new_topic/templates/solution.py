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
# # Exercise: __title__
#
# Say here what the learner will build.
#
# **You need** the chapter and NumPy. **Left out:** say what. **Time:** about 10 minutes. **Points:** 2.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("__topic__", globals())

# %% [markdown]
# ## 1 · A leaky average (2 points)
#
# Keep the share `keep` of the state, and take the rest from the input.


# %% exercise="leaky_step"
def leaky_step(x, h, keep):
    """Advance a leaky average by one time step.

    x: input, shape (B, H). h: state, shape (B, H). keep: the share kept, in [0, 1].
    Returns the next state, of shape (B, H).
    """
    ### BEGIN SOLUTION
    return keep * h + (1 - keep) * x
    ### END SOLUTION


# %% [markdown] hint="leaky_step"
# The two shares add up to one. Which of them belongs to the input?

# %% check="leaky_step" points=2 outcome="__topic__.average"
check("leaky_step")
