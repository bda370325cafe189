"""Right answers to the exercise on sequences that become others, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "ctc_collapse": {
        "a loop that remembers the symbol before": """
def ctc_collapse(path, blank):
    labelling, before = [], None
    for symbol in path.tolist():
        if symbol != before and symbol != blank:
            labelling.append(symbol)
        before = symbol
    return labelling
""",
        "itertools.groupby": """
def ctc_collapse(path, blank):
    from itertools import groupby
    return [symbol for symbol, _ in groupby(path) if symbol != blank]
""",
        "np.diff, which finds the steps where something changes": """
def ctc_collapse(path, blank):
    begins = np.concatenate([[0], np.flatnonzero(np.diff(path)) + 1])
    merged = path[begins]
    return merged[merged != blank]
""",
        "the last step of every run": """
def ctc_collapse(path, blank):
    ends = np.ones(len(path), bool)
    ends[:-1] = path[1:] != path[:-1]
    merged = np.extract(ends, path)
    return np.delete(merged, np.flatnonzero(merged == blank))
""",
        "places counted out, in floats": """
def ctc_collapse(path, blank):
    places = [t for t in range(len(path)) if t == 0 or path[t] != path[t - 1]]
    return np.array([float(path[t]) for t in places if path[t] != blank])
""",
    },
    "attention": {
        "einsum, and a mask added to the scores": """
def attention(query, keys, values, mask):
    scores = np.einsum("bh,tbh->tb", query, keys) / query.shape[-1] ** 0.5
    scores = scores + np.where(mask > 0, 0.0, -1e9)
    scores -= scores.max(0)
    weights = np.exp(scores)
    weights /= weights.sum(0)
    return np.einsum("tb,tbd->bd", weights, values), weights
""",
        "one row of the batch after the other": """
def attention(query, keys, values, mask):
    T, B, H = keys.shape
    context, weights = np.zeros((B, values.shape[2])), np.zeros((T, B))
    for b in range(B):
        here = mask[:, b] == 1
        scores = keys[here, b] @ query[b] / np.sqrt(H)
        alpha = np.exp(scores - scores.max())
        weights[here, b] = alpha / alpha.sum()
        context[b] = weights[:, b] @ values[:, b]
    return context, weights
""",
        "batch first, with matrix products": """
def attention(query, keys, values, mask):
    K, Z, M = keys.transpose(1, 0, 2), values.transpose(1, 0, 2), mask.T
    scores = (K @ query[:, :, None])[:, :, 0] / np.sqrt(K.shape[2])
    scores[M == 0] = -np.inf
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    alpha = e / e.sum(axis=1, keepdims=True)
    return (alpha[:, None, :] @ Z)[:, 0], alpha.T
""",
        "logarithms of the weights": """
def attention(query, keys, values, mask):
    scores = (keys * (query / np.sqrt(query.shape[1]))).sum(-1)
    scores = np.where(mask.astype(bool), scores, -np.inf)
    weights = np.exp(scores - np.logaddexp.reduce(scores, axis=0))
    return (weights[:, :, None] * values).sum(0), weights
""",
        "weights masked and divided again": """
def attention(query, keys, values, mask):
    scores = (query[None] * keys).sum(axis=2) / np.sqrt(keys.shape[2])
    top = np.where(mask == 1, scores, scores.min()).max(axis=0)
    weights = mask * np.exp(np.minimum(scores - top, 0))
    weights = weights / weights.sum(axis=0)
    context = sum(w[:, None] * v for w, v in zip(weights, values))
    return context, weights
""",
    },
    "greedy_decode": {
        "a while loop": """
def greedy_decode(params, h, start, end, longest):
    symbols, total, symbol = [], 0.0, start
    while symbol != end and len(symbols) < longest:
        log_p, h = decoder_step(params, symbol, h)
        symbol = int(np.argmax(log_p))
        total = total + log_p[symbol]
        symbols.append(symbol)
    return symbols, total
""",
        "recursion": """
def greedy_decode(params, h, start, end, longest):
    if longest == 0:
        return [], 0.0
    log_p, h = decoder_step(params, start, h)
    symbol = max(range(len(log_p)), key=lambda k: log_p[k])
    if symbol == end:
        return [symbol], log_p[symbol]
    rest, total = greedy_decode(params, h, symbol, end, longest - 1)
    return [symbol, *rest], log_p[symbol] + total
""",
        "an array of fixed length, cut at the end": """
def greedy_decode(params, h, start, end, longest):
    symbols, logs = np.zeros(longest, int), np.zeros(longest)
    for t in range(longest):
        log_p, h = decoder_step(params, symbols[t - 1] if t else start, h)
        symbols[t], logs[t] = log_p.argmax(), log_p.max()
    ends = np.flatnonzero(symbols == end)
    n = ends[0] + 1 if len(ends) else longest
    return symbols[:n], logs[:n].sum()
""",
        "a product of probabilities, and its logarithm last": """
def greedy_decode(params, h, start, end, longest):
    symbols, p, before = [], 1.0, start
    for _ in range(longest):
        log_p, h = decoder_step(params, before, h)
        before = log_p.argmax()
        p *= np.exp(log_p[before])
        symbols += [before]
        if before == end:
            break
    return symbols, np.log(p)
""",
        "the step written out, in float32": """
def greedy_decode(params, h, start, end, longest):
    E, W, U = (params[name].astype(np.float32) for name in ("E", "W_hh", "W_hy"))
    h, said, total = h.astype(np.float32), [start], np.float32(0)
    for _ in range(longest):
        h = np.tanh(E[said[-1]] + h @ W)
        y = h @ U
        said.append(int(y.argmax()))
        total += y.max() - np.log(np.exp(y).sum())
        if said[-1] == end:
            break
    return np.array(said[1:]), total
""",
    },
    "beam_search": {
        "with decoder_step alone": """
def beam_search(params, h, start, end, longest, K):
    beam = [([start], 0.0, h)]
    for _ in range(longest):
        pool = []
        for symbols, total, state in beam:
            if symbols[-1] == end:
                pool.append((symbols, total, state))
                continue
            log_p, after = decoder_step(params, symbols[-1], state)
            for k in range(len(log_p)):
                pool.append((symbols + [k], total + log_p[k], after))
        pool.sort(key=lambda one: one[1], reverse=True)
        beam = pool[:K]
    return beam[0][0][1:], [total for _, total, _ in beam]
""",
        "a heap of the largest": """
def beam_search(params, h, start, end, longest, K):
    import heapq
    beam = [(0.0, [start], h)]
    for _ in range(longest):
        found = []
        for one in beam:
            if one[1][-1] == end:
                found.append(one)
            else:
                found.extend(continuations(params, one))
        beam = heapq.nlargest(K, found, key=lambda one: one[0])
    return beam[0][1][1:], np.array([one[0] for one in beam])
""",
        "arrays of states and totals": """
def beam_search(params, h, start, end, longest, K):
    said, totals, states = [[start]], np.zeros(1), h[None]
    for _ in range(longest):
        V = len(params["E"])
        scores, after = np.full((len(said), max(V, end + 1)), -np.inf), np.zeros_like(states)
        for r, symbols in enumerate(said):
            if symbols[-1] == end:
                scores[r, end] = totals[r]
            else:
                log_p, after[r] = decoder_step(params, symbols[-1], states[r])
                scores[r, :V] = totals[r] + log_p
        best = np.argsort(-scores, axis=None)[:K]
        best = best[np.isfinite(scores.ravel()[best])]
        rows, symbols = np.unravel_index(best, scores.shape)
        said = [said[r] if said[r][-1] == end else [*said[r], int(k)] for r, k in zip(rows, symbols)]
        totals, states = scores[rows, symbols], after[rows]
    return said[0][1:], totals
""",
        "sorted by numbers of places": """
def beam_search(params, h, start, end, longest, K):
    beam = [(0.0, [start], h)]
    for _ in range(longest):
        done = [one for one in beam if one[1][-1] == end]
        going = [one for one in beam if one[1][-1] != end]
        pool = done + [new for one in going for new in continuations(params, one)]
        order = np.argsort([one[0] for one in pool])[::-1]
        beam = [pool[place] for place in order[:K]]
    totals, said, _ = zip(*beam)
    return said[0][1:], list(totals)
""",
        "it stops when all have ended": """
def beam_search(params, h, start, end, longest, K):
    beam, t = [(0.0, [start], h)], 0
    while t < longest and any(one[1][-1] != end for one in beam):
        pool = []
        for one in beam:
            pool += continuations(params, one) if one[1][-1] != end else [one]
        pool.sort(key=lambda one: one[0])
        beam, t = pool[::-1][:K], t + 1
    best = max(beam, key=lambda one: one[0])
    return best[1][1:], [one[0] for one in beam]
""",
    },
    "edit_distance": {
        "the whole table": """
def edit_distance(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1))
    d[:, 0], d[0] = np.arange(len(a) + 1), np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            swap = d[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, swap)
    return d[-1, -1]
""",
        "recursion that remembers": """
def edit_distance(a, b):
    from functools import cache

    @cache
    def d(i, j):
        if i == 0 or j == 0:
            return i + j
        if a[i - 1] == b[j - 1]:
            return d(i - 1, j - 1)
        return 1 + min(d(i - 1, j), d(i, j - 1), d(i - 1, j - 1))

    return d(len(a), len(b))
""",
        "from the other end": """
def edit_distance(a, b):
    a, b = a[::-1], b[::-1]
    below = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, below[0] = below[0], i
        for j, y in enumerate(b, 1):
            corner, below[j] = below[j], min(corner + int(x != y), below[j] + 1, below[j - 1] + 1)
    return below[-1]
""",
        "a dictionary of places": """
def edit_distance(a, b):
    d = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            d[i + 1, j + 1] = min(d[i, j] + (x != y), d[i, j + 1] + 1, d[i + 1, j] + 1)
    return d[len(a), len(b)]
""",
        "rows of NumPy, insertions by a running minimum": """
def edit_distance(a, b):
    b = np.array(b, dtype=int)
    places = np.arange(len(b) + 1)
    row = places
    for x in a:
        free = np.append(row[0] + 1, np.minimum(row[:-1] + (b != x), row[1:] + 1))
        row = np.minimum.accumulate(free - places) + places
    return int(row[-1])
""",
    },
}
