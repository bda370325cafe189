"""Right answers to the exercise on time series, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "mase": {
        "a loop over the training part": """
def mase(forecast, actual, train, m):
    changes = [abs(train[t] - train[t - m]) for t in range(m, len(train))]
    errors = [abs(a - f) for f, a in zip(forecast, actual)]
    return (sum(errors) / len(errors)) / (sum(changes) / len(changes))
""",
        "the mean of scaled errors": """
def mase(forecast, actual, train, m):
    N = len(train)
    scale = np.abs(train[: N - m] - train[m:]).sum() / (N - m)
    return np.mean(np.abs((actual - forecast) / scale))
""",
        "in place, into its arguments": """
def mase(forecast, actual, train, m):
    forecast -= actual
    np.abs(forecast, out=forecast)
    scale = np.mean(np.abs(train[m:] - train[:-m]))
    return forecast.mean() / scale
""",
        "roots of squares": """
def mase(forecast, actual, train, m):
    scale = np.sqrt((train[m:] - train[:-m]) ** 2).mean()
    return np.sqrt((forecast - actual) ** 2).mean() / scale
""",
        "float32, and an array of no axes": """
def mase(forecast, actual, train, m):
    f, a, x = np.float32(forecast), np.float32(actual), np.float32(train)
    return np.array(np.abs(f - a).mean() / np.abs(x[m:] - x[:-m]).mean())
""",
    },
    "walk_forward": {
        "while there is something to compare with": """
def walk_forward(series, m, start, K, stride):
    rows, n = [], start
    while n + K <= len(series):
        forecast = seasonal_means(series[:n], m, K)
        rows.append(series[n : n + K] - forecast)
        n += stride
    return np.stack(rows)
""",
        "an array that is filled": """
def walk_forward(series, m, start, K, stride):
    O = (len(series) - K - start) // stride + 1
    errors = np.zeros((O, K))
    for o in range(O):
        n = start + o * stride
        past, future = series[:n], series[n : n + K]
        errors[o] = future - seasonal_means(past, m, K)
    return errors
""",
        "without the given function": """
def walk_forward(series, m, start, K, stride):
    errors = []
    for n in range(start, len(series) - K + 1, stride):
        row = []
        for k in range(K):
            same = [series[t] for t in range(n) if t % m == (n + k) % m]
            row.append(series[n + k] - sum(same) / len(same))
        errors.append(row)
    return errors
""",
        "all origins, then every so many": """
def walk_forward(series, m, start, K, stride):
    last = len(series) - K
    every = [series[n : n + K] - seasonal_means(series[:n], m, K) for n in range(start, last + 1)]
    return np.array(every)[::stride]
""",
        "in place, into its arguments": """
def walk_forward(series, m, start, K, stride):
    pairs = []
    for n in np.arange(start, series.size - K + 1, stride):
        pairs.append((series[n : n + K].copy(), seasonal_means(series[:n], m, K)))
    series[:] = 0
    actual, forecast = np.array(pairs).transpose(1, 0, 2)
    actual -= forecast
    return actual
""",
    },
    "ar_fit": {
        "rows by a loop": """
def ar_fit(series, p, k):
    inputs, targets = [], []
    for i in range(len(series) - p - k + 1):
        inputs.append([*series[i : i + p], 1.0])
        targets.append(series[i + p + k - 1])
    return np.linalg.lstsq(np.array(inputs), np.array(targets), rcond=None)[0]
""",
        "the normal equations": """
def ar_fit(series, p, k):
    n = len(series) - p - k + 1
    A = np.ones((n, p + 1))
    for j in range(p):
        A[:, j] = series[j : j + n]
    y = series[p + k - 1 :]
    return np.linalg.solve(A.T @ A, A.T @ y)
""",
        "the pseudo-inverse": """
def ar_fit(series, p, k):
    n = len(series) - p - k + 1
    place = np.arange(n)[:, None] + np.arange(p)
    A = np.hstack([series[place], np.ones((n, 1))])
    return np.linalg.pinv(A) @ series[-n:]
""",
        "means taken out first": """
def ar_fit(series, p, k):
    rows = np.lib.stride_tricks.sliding_window_view(series, p + k)
    X, y = rows[:, :p], rows[:, p + k - 1]
    w = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    return np.append(w, y.mean() - X.mean(axis=0) @ w)
""",
        "a column of targets, and a list": """
def ar_fit(series, p, k):
    rows = [series[i : i + p + k] for i in range(len(series) - p - k + 1)]
    A = np.array([list(row[:p]) + [1] for row in rows])
    y = np.array([[row[-1]] for row in rows])
    return np.linalg.lstsq(A, y, rcond=None)[0][:, 0].tolist()
""",
    },
    "ar_forecast": {
        "a window that moves": """
def ar_forecast(past, weights, K):
    w, b = weights[:-1], weights[-1]
    window = past[len(past) - len(w) :].copy()
    out = np.zeros(K)
    for k in range(K):
        out[k] = window @ w + b
        window = np.append(window[1:], out[k])
    return out
""",
        "the whole series grows": """
def ar_forecast(past, weights, K):
    p, N = weights.size - 1, past.size
    for _ in range(K):
        past = np.append(past, past[-p:] @ weights[:p] + weights[p])
    return past[N:]
""",
        "a one beside the window": """
def ar_forecast(past, weights, K):
    p = len(weights) - 1
    window = [*past[-p:], 1.0]
    made = []
    for _ in range(K):
        made.append(sum(w * x for w, x in zip(weights, window)))
        window = [*window[1:-1], made[-1], 1.0]
    return made
""",
        "a matrix that is applied again and again": """
def ar_forecast(past, weights, K):
    p = len(weights) - 1
    step = np.zeros((p + 1, p + 1))
    step[: p - 1, 1:p] = np.eye(p - 1)
    step[p - 1] = weights
    step[p, p] = 1
    state, out = np.append(past[-p:], 1.0), []
    for _ in range(K):
        state = step @ state
        out.append(state[p - 1])
    return np.array(out)
""",
        "in place, into its arguments": """
def ar_forecast(past, weights, K):
    p, out = len(weights) - 1, np.empty(K)
    for k in range(K):
        out[k] = (past[-p:] * weights[:-1]).sum() + weights[-1]
        past[:-1] = past[1:].copy()
        past[-1] = out[k]
    return out
""",
    },
    "direct_vs_recursive": {
        "a loop and lists": """
def direct_vs_recursive(series, p, K):
    direct = []
    for k in range(1, K + 1):
        weights = ar_fit(series, p, k)
        direct.append(ar_forecast(series, weights, 1)[0])
    return direct, ar_forecast(series, ar_fit(series, p, 1), K)
""",
        "the window times all weights": """
def direct_vs_recursive(series, p, K):
    W = np.array([ar_fit(series, p, k) for k in range(1, K + 1)])  # (K, p + 1)
    direct = W[:, :p] @ series[-p:] + W[:, p]
    return direct, ar_forecast(series, W[0], K)
""",
        "in one array": """
def direct_vs_recursive(series, p, K):
    both = np.zeros((2, K))
    both[1] = ar_forecast(series, ar_fit(series, p, 1), K)
    for k in range(K):
        both[0, k] = ar_forecast(series, ar_fit(series, p, k + 1), 1)[0]
    return both
""",
        "without the earlier parts": """
def direct_vs_recursive(series, p, K):
    def fit(k):
        rows = np.lib.stride_tricks.sliding_window_view(series, p + k)
        A = np.hstack([rows[:, :p], np.ones((len(rows), 1))])
        return np.linalg.lstsq(A, rows[:, -1], rcond=None)[0]

    end = np.append(series[-p:], 1)
    direct = np.array([end @ fit(k) for k in range(1, K + 1)])
    values, w = list(series[-p:]), fit(1)
    for _ in range(K):
        values.append(np.append(values[-p:], 1) @ w)
    return direct, np.array(values[p:])
""",
        "the first step once": """
def direct_vs_recursive(series, p, K):
    one = ar_fit(series, p, 1)
    recursive = ar_forecast(series, one, K)
    direct = [recursive[0]]
    direct += [ar_forecast(series, ar_fit(series, p, k), 1)[0] for k in range(2, K + 1)]
    return np.array(direct), recursive
""",
    },
    "pinball_loss": {
        "where": """
def pinball_loss(quantiles, actual, taus):
    diff = actual.reshape(-1, 1) - quantiles
    return np.where(diff > 0, taus * diff, (taus - 1) * diff).mean(axis=0)
""",
        "loops over plain numbers": """
def pinball_loss(quantiles, actual, taus):
    out = []
    for q, tau in zip(quantiles.T, taus):
        total = 0.0
        for forecast, x in zip(q, actual):
            total += tau * (x - forecast) if x > forecast else (1 - tau) * (forecast - x)
        out.append(total / len(actual))
    return out
""",
        "two parts of the difference": """
def pinball_loss(quantiles, actual, taus):
    below = np.clip(quantiles.T - actual, 0, None)  # (Q, n)
    above = np.clip(actual - quantiles.T, 0, None)
    return taus * above.mean(axis=1) + (1 - taus) * below.mean(axis=1)
""",
        "half the absolute error, tilted": """
def pinball_loss(quantiles, actual, taus):
    diff = actual[:, np.newaxis] - quantiles
    return (np.abs(diff) / 2 + (taus - 0.5) * diff).mean(0)
""",
        "in place, into its arguments": """
def pinball_loss(quantiles, actual, taus):
    quantiles -= actual[:, None]
    low = quantiles > 0
    quantiles *= np.where(low, 1 - taus, -taus)
    return quantiles.sum(axis=0) / len(actual)
""",
    },
    "interval_coverage": {
        "what is not outside": """
def interval_coverage(low, high, actual):
    outside = (actual < low) | (actual > high)
    return 1 - outside.mean(axis=0), high.mean(axis=0) - low.mean(axis=0)
""",
        "a loop over the leads": """
def interval_coverage(low, high, actual):
    O, K = actual.shape
    coverage, width = [], []
    for k in range(K):
        coverage.append(sum(low[o, k] <= actual[o, k] <= high[o, k] for o in range(O)) / O)
        width.append(sum(high[o, k] - low[o, k] for o in range(O)) / O)
    return coverage, width
""",
        "clipping moves what is outside": """
def interval_coverage(low, high, actual):
    inside = np.clip(actual, low, high) == actual
    return np.mean(inside, axis=0), np.mean(high - low, axis=0)
""",
        "one array of both": """
def interval_coverage(low, high, actual):
    inside = np.logical_and(actual >= low, actual <= high).astype(float)
    return np.array([inside, high - low]).mean(axis=1)
""",
        "in place, into its arguments": """
def interval_coverage(low, high, actual):
    inside = (actual >= low) * (actual <= high)
    high -= low
    return inside.sum(axis=0) / len(low), high.sum(axis=0) / len(low)
""",
    },
}
