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
# # Exercise: a forecast that others can believe
#
# You will walk a forecast forward over a series, scale its errors, forecast several steps ahead in two ways, and judge quantiles and intervals.
# At the end you will compare forecasts of your own choice on measured data.
#
# **You need** the chapter *Does an LSTM beat a seasonal baseline?* and NumPy. **Left out:** training a network; the project may have one, if you like. **Time:** about 100 minutes. **Points:** 32, of which a person marks 6.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Part 5 builds on parts 3 and 4, but a mistake in these need not cost you part 5: it is judged on your own earlier parts, as long as they return something. The others stand alone.
#
# Symbols are those of the course: a series has $N$ values, a forecast looks at the last $p$ of them and reaches $K$ steps ahead, and its season has $m$ steps.
# The step $k = 1$ is the first one after the end of the series.

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("time_series", globals())


def seasonal_means(past, m, K):
    """Forecast each of the next K values by the mean of all earlier values of its season.

    past: the values so far, shape (N,), at least one season of m steps.
    Returns the forecasts, shape (K,): for 1, 2, ..., K steps after the end of `past`.
    """
    seasons = (len(past) + np.arange(K)) % m
    return np.array([past[s::m].mean() for s in seasons])


# %% [markdown]
# ## 1 · A scale for errors (3 points)
#
# The mean absolute scaled error is a mean absolute error in units of another one:
#
# $$\mathrm{MASE} = \frac{\frac1K \sum_{k=1}^{K} |x_{N+k} - \hat x_{N+k}|}{\frac{1}{N-m} \sum_{t=m+1}^{N} |x_t - x_{t-m}|}.$$
#
# The denominator is the mean absolute error of the seasonal-naive forecast within the training part; with $m = 1$ it is that of the naive one.


# %% exercise="mase"
def mase(forecast, actual, train, m):
    """Return the mean absolute scaled error of a forecast.

    forecast, actual: what was forecast and what was measured, shape (K,) each.
    train: the values before them, shape (N,). m: length of a season in steps, less than N.
    Returns a number.
    Source: Hyndman and Koehler (2006).
    """
    ### BEGIN SOLUTION
    scale = np.abs(train[m:] - train[:-m]).mean()
    return np.abs(forecast - actual).mean() / scale
    ### END SOLUTION


# %% [markdown] hint="mase"
# Which two stretches of `train`, laid beside each other, give all differences over one season? How long is each?

# %% check="mase" points=3 outcome="time_series.scale"
check("mase")

# %% [markdown]
# ## 2 · Walk forward (4 points)
#
# The function `seasonal_means` in the first cell makes the forecast that we judge here.
# At the first origin the first `start` values of the series are known. Forecast the next $K$, move on by `stride` steps, forecast again from all that is known then, and so on, as long as all $K$ values that are forecast have been measured.
#
# An error is what was measured minus what was forecast.


# %% exercise="walk_forward"
def walk_forward(series, m, start, K, stride):
    """Return the errors of seasonal_means over all origins.

    series: shape (N,). m: length of a season. start: how many values are known at the first origin.
    K: how many steps ahead to forecast. stride: steps from one origin to the next.
    Returns errors, shape (O, K): a row for each origin, a column for each step ahead, each what was
    measured minus what was forecast.
    """
    ### BEGIN SOLUTION
    origins = range(start, len(series) - K + 1, stride)
    rows = [series[n : n + K] - seasonal_means(series[:n], m, K) for n in origins]
    return np.array(rows)
    ### END SOLUTION


# %% [markdown] hint="walk_forward"
# At an origin where `n` values are known, at which positions stand the known ones, and at which the `K` that are to be forecast? What is the largest `n` for which the latter all exist?

# %% check="walk_forward" points=4 outcome="time_series.origins"
check("walk_forward")

# %% [markdown]
# ## 3 · Fit one lead (4 points)
#
# A linear autoregressive model forecasts step $N + k$ from the last $p$ values:
#
# $$\hat x_{N+k} = b + \sum_{j=1}^{p} w_j\, x_{N-p+j}.$$
#
# Find weights and constant by least squares, over all places of the series where the $p$ values and the one that comes $k$ steps after the last of them are there.
# `np.linalg.lstsq(A, y, rcond=None)[0]` gives the solution.


# %% exercise="ar_fit"
def ar_fit(series, p, k):
    """Fit a linear autoregressive model for the lead k.

    series: shape (N,). p: how many values it looks at. k: how many steps after the last of them the
    target lies, 1 or more.
    Returns weights, shape (p + 1,): those of the p values, oldest first, and the constant as last.
    """
    ### BEGIN SOLUTION
    rows = np.lib.stride_tricks.sliding_window_view(series, p + k)
    A = np.column_stack([rows[:, :p], np.ones(len(rows))])
    return np.linalg.lstsq(A, rows[:, -1], rcond=None)[0]
    ### END SOLUTION


# %% [markdown] hint="ar_fit"
# How many neighbouring values must you cut out to hold both the `p` values and the target? Which columns of such rows are inputs, and which one is the target? What has to stand beside the inputs, so that a constant is among the weights?

# %% check="ar_fit" points=4 outcome="time_series.steps"
check("ar_fit")

# %% [markdown]
# ## 4 · Step by step (4 points)
#
# A model for one step ahead can go further: its forecast is appended to the series as if it had been measured, and the next one is made from there.


# %% exercise="ar_forecast"
def ar_forecast(past, weights, K):
    """Forecast K steps ahead with a model for one step, recursively.

    past: the values so far, shape (N,), N at least p. weights: those of the last p values, oldest
    first, and the constant as last, shape (p + 1,). K: how many steps ahead to forecast.
    Returns the forecasts, shape (K,).
    """
    ### BEGIN SOLUTION
    p = len(weights) - 1
    values = list(past[-p:])
    for _ in range(K):
        values.append(np.dot(values[-p:], weights[:p]) + weights[p])
    return np.array(values[p:])
    ### END SOLUTION


# %% [markdown] hint="ar_forecast"
# Which values does the model see for the second step? Where do you keep what was measured and what was forecast, so that the last `p` of it are always the right ones?

# %% check="ar_forecast" points=4 outcome="time_series.steps"
check("ar_forecast")

# %% [markdown]
# ## 5 · Direct against recursive (4 points)
#
# There are two ways to reach $K$ steps. **Direct**: fit a model of its own for each lead $k = 1, \dots, K$, and apply each once. **Recursive**: fit one model for $k = 1$ and let it run.
# Make both forecasts from the end of a series, with your `ar_fit` and `ar_forecast`.


# %% exercise="direct_vs_recursive"
def direct_vs_recursive(series, p, K):
    """Forecast a series directly and recursively with linear autoregressive models.

    series: shape (N,). p: how many values a model looks at. K: how many steps ahead to forecast.
    Returns direct, shape (K,), and recursive, shape (K,).
    """
    ### BEGIN SOLUTION
    leads = range(1, K + 1)
    direct = [ar_forecast(series, ar_fit(series, p, k), 1)[0] for k in leads]
    recursive = ar_forecast(series, ar_fit(series, p, 1), K)
    return np.array(direct), recursive
    ### END SOLUTION


# %% [markdown] hint="direct_vs_recursive"
# A model that was fitted for a lead of 3 has made its forecast for step 3 after how many applications? For which lead must the two ways agree?

# %% check="direct_vs_recursive" points=4 outcome="time_series.steps"
check("direct_vs_recursive")

# %% [markdown]
# ## 6 · The price of a quantile (4 points)
#
# A forecast $q$ of the quantile $\tau$ is charged by the pinball loss: $\tau\,(x - q)$ where the measured value $x$ lies above it, and $(1 - \tau)\,(q - x)$ where it lies below.
# Average over the rows, for each of several quantiles.


# %% exercise="pinball_loss"
def pinball_loss(quantiles, actual, taus):
    """Return the mean pinball loss of forecasts of quantiles.

    quantiles: a row of Q forecasts for each measured value, shape (n, Q). actual: what was measured,
    shape (n,). taus: which quantile each column forecasts, shape (Q,), between 0 and 1.
    Returns the mean loss of each column, shape (Q,).
    """
    ### BEGIN SOLUTION
    above = actual[:, None] - quantiles  # (n, Q), negative where the forecast was too high
    return np.maximum(taus * above, (taus - 1) * above).mean(axis=0)
    ### END SOLUTION


# %% [markdown] hint="pinball_loss"
# What is the sign of `x - q` in each of the two cases, and which of the two products is then the larger one? What shape must `actual` have, so that each of its values meets its own row?

# %% check="pinball_loss" points=4 outcome="time_series.quantiles"
check("pinball_loss")

# %% [markdown]
# ## 7 · Does the interval keep its word? (3 points)
#
# An interval that claims to hold 80 % should hold 80 % of what is measured, and among those that do the narrower one is better.
# Count both, for each lead: the share of origins at which the measured value lies in the interval, ends included, and the mean width.


# %% exercise="interval_coverage"
def interval_coverage(low, high, actual):
    """Return the coverage and the mean width of forecast intervals, lead by lead.

    low, high: ends of the intervals, shape (O, K) each: a row for each origin, a column for each
    lead. actual: what was measured, shape (O, K).
    Returns coverage, shape (K,), between 0 and 1, and width, shape (K,).
    """
    ### BEGIN SOLUTION
    inside = (low <= actual) & (actual <= high)
    return inside.mean(axis=0), (high - low).mean(axis=0)
    ### END SOLUTION


# %% [markdown] hint="interval_coverage"
# What is the mean of an array of truths? Over which axis do you average to keep a number for each lead?

# %% check="interval_coverage" points=3 outcome="time_series.intervals"
check("interval_coverage")

# %% [markdown]
# ## 8 · Project: which forecast would you use? (6 points, marked by a person)
#
# Now compare forecasts on data: the monthly carbon dioxide of Mauna Loa, which comes with the course.
#
# ```python
# from unrolled import data
#
# months, series = data.mauna_loa_co2()
# ```
#
# Somebody wants to know the values of the next 24 months.
# Add code cells below. Compare at least three forecasts: the seasonal-naive one, one that knows of the rise from year to year, and one that is fitted to the past, for instance with parts 3 to 5 (a network if you like).
# Choose the settings of the last one, walk forward over at least 20 origins after that, and report errors by lead and in all, an interval of 80 % with its coverage, and your verdict.
# Write the report in the cell below, in eight to twelve sentences with your numbers.

# %% [markdown] written="project" points=6 outcome="time_series.verdict"
# The settings are chosen on origins before those that are reported, and every forecast, scale and interval uses values before its origin alone (1 point).
# The forecasts are compared at the same origins and leads, at least 20 origins, and it is said how far apart these are (1 point).
# Errors are given by lead or for near and far leads, in ppm or as MASE with the scale named: the seasonal-naive forecast is off by the rise of a year and of two, about 2 and 4 ppm, and any forecast that adds the drift is far below (1 point).
# The spread over origins or stretches of years is told beside the mean, and a difference within it is not called a win (1 point).
# The interval is made of errors on values that the model was not fitted to, and its coverage is counted on later origins, with its width (1 point).
# The verdict names a forecast, for which leads, and what was not tried; that a simple one wins is a valid verdict (1 point).
