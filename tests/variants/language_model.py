"""Right answers to the exercise on language models, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "perplexity": {
        "np.average with weights": """
def perplexity(losses, counts):
    return np.exp(np.average(losses, weights=counts))
""",
        "a loop over plain numbers": """
def perplexity(losses, counts):
    import math
    total = symbols = 0
    for loss, count in zip(losses.tolist(), counts.tolist()):
        total += loss * count
        symbols += count
    return math.exp(total / symbols)
""",
        "by way of bits": """
def perplexity(losses, counts):
    bits = np.dot(losses, counts) / np.log(2) / np.sum(counts)
    return 2**bits
""",
        "every symbol written out": """
def perplexity(losses, counts):
    return np.exp(np.repeat(losses, counts).mean())
""",
        "a geometric mean of the perplexities": """
def perplexity(losses, counts):
    return np.prod(np.exp(losses) ** (counts / counts.sum()))
""",
        "float32, in an array": """
def perplexity(losses, counts):
    shares = (counts / counts.sum()).astype(np.float32)
    return np.array(np.exp(shares @ losses.astype(np.float32)))
""",
    },
    "bigram_nll": {
        "loops and a dictionary": """
def bigram_nll(train, valid, V, alpha):
    from collections import Counter
    from math import log
    pairs = Counter(zip(train.tolist(), train.tolist()[1:]))
    firsts = Counter(train.tolist()[:-1])
    total = 0.0
    for j, k in zip(valid.tolist(), valid.tolist()[1:]):
        total -= log((pairs[j, k] + alpha) / (firsts[j] + alpha * V))
    return total / (len(valid) - 1)
""",
        "a table that starts with alpha": """
def bigram_nll(train, valid, V, alpha):
    counts = np.full((V, V), float(alpha))
    for j, k in zip(train[:-1], train[1:]):
        counts[j, k] += 1
    probs = counts / counts.sum(1)[:, None]
    return np.mean([-np.log(probs[j, k]) for j, k in zip(valid[:-1], valid[1:])])
""",
        "bincount of numbered pairs": """
def bigram_nll(train, valid, V, alpha):
    pairs = np.bincount(train[:-1] * V + train[1:], minlength=V * V) + alpha
    log_p = np.log(pairs.reshape(V, V) / pairs.reshape(V, V).sum(axis=1, keepdims=True))
    return -log_p.ravel()[valid[:-1] * V + valid[1:]].mean()
""",
        "a product of one-hot rows": """
def bigram_nll(train, valid, V, alpha):
    eye = np.eye(V)
    probs = eye[train[:-1]].T @ eye[train[1:]] + alpha
    probs /= probs.sum(axis=1, keepdims=True)
    seen = eye[valid[:-1]].T @ eye[valid[1:]]
    return -(seen * np.log(probs)).sum() / seen.sum()
""",
        "a table of columns": """
def bigram_nll(train, valid, V, alpha):
    after = np.zeros((V, V))
    np.add.at(after, (train[1:], train[:-1]), 1)
    probs = (after + alpha) / (after.sum(axis=0) + alpha * V)
    return np.log(1 / probs[valid[1:], valid[:-1]]).mean()
""",
        "float32, and a difference of logarithms": """
def bigram_nll(train, valid, V, alpha):
    counts = np.zeros((V, V), np.float32)
    np.add.at(counts, (train[:-1], train[1:]), np.float32(1))
    rows = np.log(counts.sum(axis=1) + np.float32(alpha * V))
    return float((rows[valid[:-1]] - np.log(counts + np.float32(alpha))[valid[:-1], valid[1:]]).mean())
""",
    },
    "batch_streams": {
        "three loops": """
def batch_streams(symbols, B, T):
    n = (len(symbols) - 1) // (B * T)
    inputs, targets = np.zeros((n, T, B), int), np.zeros((n, T, B), int)
    for k in range(n):
        for t in range(T):
            for b in range(B):
                place = b * n * T + k * T + t
                inputs[k, t, b] = symbols[place]
                targets[k, t, b] = symbols[place + 1]
    return inputs, targets
""",
        "an array of places": """
def batch_streams(symbols, B, T):
    n = (len(symbols) - 1) // (B * T)
    k, t, b = np.ogrid[:n, :T, :B]
    places = (b * n + k) * T + t
    return symbols[places], symbols[places + 1]
""",
        "streams as columns, cut into batches": """
def batch_streams(symbols, B, T):
    n = (len(symbols) - 1) // (B * T)
    streams = symbols[: n * T * B].reshape(B, n * T).T
    after = symbols[1 : n * T * B + 1].reshape(B, n * T).T
    return streams.reshape(n, T, B), after.reshape(n, T, B)
""",
        "lists of slices": """
def batch_streams(symbols, B, T):
    n = (len(symbols) - 1) // (B * T)
    length = n * T
    inputs, targets = [], []
    for k in range(n):
        starts = [b * length + k * T for b in range(B)]
        inputs.append(np.array([symbols[s : s + T] for s in starts]).T)
        targets.append(np.array([symbols[s + 1 : s + T + 1] for s in starts]).T)
    return inputs, targets
""",
        "np.split and np.stack": """
def batch_streams(symbols, B, T):
    n = (len(symbols) - 1) // (B * T)
    both = []
    for text in (symbols[:-1], symbols[1:]):
        streams = np.split(text[: B * n * T], B)
        both.append(np.stack([np.stack(np.split(s, n), axis=0) for s in streams], axis=-1))
    return tuple(both)
""",
        "einsum, and one array for both": """
def batch_streams(symbols, B, T):
    n = (len(symbols) - 1) // (B * T)
    pairs = np.stack([symbols[:-1], symbols[1:]])[:, : n * B * T].reshape(2, B, n, T)
    return np.einsum("sbkt->sktb", pairs)
""",
    },
    "temporal_softmax_loss": {
        "all places as rows of one table": """
def temporal_softmax_loss(ys, targets, mask):
    T, B, V = ys.shape
    rows, right, keep = ys.reshape(T * B, V), targets.reshape(-1), mask.reshape(-1)
    top = rows.max(axis=1)
    log_z = top + np.log(np.exp(rows - top[:, None]).sum(axis=1))
    places = np.arange(T * B)
    N = keep.sum()
    loss = (keep * (log_z - rows[places, right])).sum() / N
    d = np.exp(rows - log_z[:, None])
    d[places, right] -= 1
    d *= (keep / N)[:, None]
    return loss, d.reshape(T, B, V)
""",
        "take_along_axis and put_along_axis": """
def temporal_softmax_loss(ys, targets, mask):
    top = ys.max(axis=-1, keepdims=True)
    e = np.exp(ys - top)
    total = e.sum(axis=-1, keepdims=True)
    right = np.take_along_axis(ys, targets[..., None], axis=-1)
    nll = (np.log(total) + top - right)[..., 0]
    loss = nll[mask > 0].mean()
    dys = e / total
    p_right = np.take_along_axis(dys, targets[..., None], axis=-1)
    np.put_along_axis(dys, targets[..., None], p_right - 1, axis=-1)
    return loss, np.where(mask[..., None] > 0, dys, 0) / np.count_nonzero(mask)
""",
        "np.logaddexp.reduce": """
def temporal_softmax_loss(ys, targets, mask):
    log_p = ys - np.logaddexp.reduce(ys, axis=2)[:, :, None]
    keep = mask.astype(bool)
    chosen = np.arange(ys.shape[2]) == targets[:, :, None]
    loss = -log_p[chosen & keep[:, :, None]].mean()
    dys = np.zeros_like(ys)
    dys[keep] = (np.exp(log_p) - chosen)[keep] / keep.sum()
    return loss, dys
""",
        "loops over steps and streams": """
def temporal_softmax_loss(ys, targets, mask):
    T, B, V = ys.shape
    loss, dys, N = 0.0, np.zeros((T, B, V)), int(mask.sum())
    for t in range(T):
        for b in range(B):
            if mask[t, b] == 1:
                y, k = ys[t, b], targets[t, b]
                z = np.exp(y - y.max())
                loss += np.log(z.sum()) - (y[k] - y.max())
                dys[t, b] = z / z.sum()
                dys[t, b, k] -= 1
    return loss / N, dys / N
""",
        "step by step, into its argument": """
def temporal_softmax_loss(ys, targets, mask):
    loss = 0.0
    weights = mask / mask.sum()
    for y, k, w in zip(ys, targets, weights):
        rows = np.arange(len(k))
        y -= y.max(axis=1, keepdims=True)
        y -= np.log(np.exp(y).sum(axis=1, keepdims=True))
        loss -= (w * y[rows, k]).sum()
        np.exp(y, out=y)
        y[rows, k] -= 1
        y *= w[:, None]
    return loss, ys
""",
        "float32": """
def temporal_softmax_loss(ys, targets, mask):
    top = ys.max(axis=2, keepdims=True)
    y, m = (ys - top).astype(np.float32), mask.astype(np.float32)[..., None]
    log_p = y - np.log(np.exp(y).sum(axis=2, keepdims=True))
    one_hot = np.eye(ys.shape[2], dtype=np.float32)[targets]
    N = m.sum()
    return float(-(log_p * one_hot * m).sum() / N), (np.exp(log_p) - one_hot) * m / N
""",
    },
    "sample": {
        "np.searchsorted, row by row": """
def sample(ys, temperature, u):
    symbols = []
    for row, draw in zip(ys / temperature, u):
        p = np.exp(row - row.max())
        symbols.append(np.searchsorted(np.cumsum(p / p.sum()), draw, side="right"))
    return symbols
""",
        "argmax of a comparison": """
def sample(ys, temperature, u):
    z = (ys - ys.max(axis=-1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    return np.argmax(p.cumsum(axis=-1) > u[:, np.newaxis], axis=-1)
""",
        "a walk along the line": """
def sample(ys, temperature, u):
    import math
    drawn = []
    for b in range(len(ys)):
        scores = [float(y) / temperature for y in ys[b]]
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        left, k = float(u[b]) * sum(weights), 0
        while k < len(weights) - 1 and left >= weights[k]:
            left -= weights[k]
            k += 1
        drawn.append(k)
    return np.array(drawn)
""",
        "powers of probabilities": """
def sample(ys, temperature, u):
    p = np.exp(ys - ys.max(axis=1, keepdims=True)) ** (1 / temperature)
    ends = np.add.accumulate(p, axis=1)
    return (ends <= u[:, None] * p.sum(axis=1, keepdims=True)).sum(axis=1)
""",
        "the logarithm of the sum, and np.digitize": """
def sample(ys, temperature, u):
    scaled = ys / temperature
    log_p = scaled - np.logaddexp.reduce(scaled, axis=1)[:, None]
    return np.array([int(np.digitize(d, np.cumsum(np.exp(r)))) for r, d in zip(log_p, u)])
""",
        "float32, into its argument": """
def sample(ys, temperature, u):
    ys -= ys.max(axis=1, keepdims=True)
    p = np.exp((ys / temperature).astype(np.float32))
    p /= p.sum(axis=1, keepdims=True)
    return (np.cumsum(p, axis=1) <= u.astype(np.float32)[:, None]).sum(axis=1).astype(float)
""",
    },
}
