"""Right answers to the exercise on the gates of an LSTM, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "split_gates": {
        "np.split": """
def split_gates(a):
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
""",
        "a list, by way of np.hsplit": """
def split_gates(a):
    return [np.tanh(z) if k == 2 else sigmoid(z) for k, z in enumerate(np.hsplit(a, 4))]
""",
        "one array that holds all four": """
def split_gates(a):
    B, H = a.shape[0], a.shape[1] // 4
    gates = a.reshape(B, 4, H).transpose(1, 0, 2)
    return np.where(np.arange(4)[:, None, None] == 2, np.tanh(gates), sigmoid(gates))
""",
        "in place, into its argument": """
def split_gates(a):
    H = a.shape[1] // 4
    i, f, g, o = (a[:, k * H : (k + 1) * H] for k in range(4))
    for gate in (i, f, o):
        gate *= 0.5
        np.tanh(gate, out=gate)
        gate += 1.0
        gate *= 0.5
    np.tanh(g, out=g)
    return i, f, g, o
""",
        "float32": """
def split_gates(a):
    i, f, g, o = np.split(a.astype(np.float32), 4, axis=-1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
""",
        "loops over plain floats": """
def split_gates(a):
    import math
    H = len(a[0]) // 4
    def block(k, act):
        return [[act(row[k * H + j]) for j in range(H)] for row in a.tolist()]
    def logistic(z):
        return 1 / (1 + math.exp(-z))
    return block(0, logistic), block(1, logistic), block(2, math.tanh), block(3, logistic)
""",
        "a sigmoid of one's own": """
def split_gates(a):
    H = a.shape[1] // 4
    s = 1 / (1 + np.exp(-1e3 * (a / 1e3)))
    return s[:, :H], s[:, H:2*H], 2 / (1 + np.exp(-2 * a[:, 2*H:3*H])) - 1, s[:, 3*H:]
""",
    },
    "lstm_param_count": {
        "one matrix after the other": """
def lstm_param_count(D, H, biases=1):
    W_xh = D * 4 * H
    W_hh = H * 4 * H
    return W_xh + W_hh + biases * 4 * H
""",
        "by counting entries": """
def lstm_param_count(D, H, biases=1):
    parts = [np.empty((D, 4 * H)), np.empty((H, 4 * H))] + biases * [np.empty(4 * H)]
    return sum(part.size for part in parts)
""",
        "a loop over the four blocks": """
def lstm_param_count(D, H, biases=1):
    total = 0
    for block in "ifgo":
        total += (D + H) * H
        for _ in range(biases):
            total += H
    return total
""",
        "a float": """
def lstm_param_count(D, H, biases=1):
    return 4.0 * (H**2 + H * D + H * biases)
""",
        "a NumPy number in an array of no dimension": """
def lstm_param_count(D, H, biases=1):
    return np.array([D, H, biases]).sum() * np.array(4 * H)
""",
        "a lambda": """
lstm_param_count = lambda D, H, biases=1: 4 * H * D + 4 * H * H + 4 * H * biases
""",
    },
    "lstm_step": {
        "one fused product": """
def lstm_step(x, h, c, params):
    W = np.vstack([params["W_xh"], params["W_hh"]])
    i, f, g, o = split_gates(np.hstack([x, h]) @ W + params["b_h"])
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next
""",
        "einsum, without split_gates": """
def lstm_step(x, h, c, params):
    a = np.einsum("bd,dk->bk", x, params["W_xh"])
    a = a + np.einsum("bh,hk->bk", h, params["W_hh"]) + params["b_h"][None, :]
    i, f, g, o = np.split(a, 4, axis=1)
    new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(new), new
""",
        "in place, into its arguments": """
def lstm_step(x, h, c, params):
    i, f, g, o = split_gates(x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"])
    c *= f
    c += i * g
    np.tanh(c, out=h)
    h *= o
    return h, c
""",
        "float32": """
def lstm_step(x, h, c, params):
    x, h, c = (v.astype(np.float32) for v in (x, h, c))
    p = {name: value.astype(np.float32) for name, value in params.items()}
    i, f, g, o = split_gates(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
    c = f * c + i * g
    return o * np.tanh(c), c
""",
        "a loop over the batch and over units": """
def lstm_step(x, h, c, params):
    B, H = h.shape
    hs, cs = [], []
    for b in range(B):
        a = np.array([
            sum(x[b, d] * params["W_xh"][d, k] for d in range(x.shape[1]))
            + sum(h[b, j] * params["W_hh"][j, k] for j in range(H))
            + params["b_h"][k]
            for k in range(4 * H)
        ])
        i, f, g, o = (gate[0] for gate in split_gates(a[None]))
        cs.append([f[j] * c[b, j] + i[j] * g[j] for j in range(H)])
        hs.append([o[j] * np.tanh(cs[-1][j]) for j in range(H)])
    return [hs, cs]
""",
        "a helper function": """
def memory(c, i, f, g):
    return f * c + i * g


def lstm_step(x, h, c, params):
    a = np.dot(x, params["W_xh"]) + np.dot(h, params["W_hh"]) + params["b_h"]
    i, f, g, o = split_gates(a)
    c = memory(c, i, f, g)
    return o * np.tanh(c), c
""",
        "an object that is called": """
class Cell:
    def __call__(self, x, h, c, params):
        i, f, g, o = split_gates(x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"])
        c = f * c + i * g
        return o * np.tanh(c), c


lstm_step = Cell()
""",
        "four products, one a gate": """
def lstm_step(x, h, c, params):
    H = h.shape[1]
    def layer(k):
        part = slice(k * H, (k + 1) * H)
        return x @ params["W_xh"][:, part] + h @ params["W_hh"][:, part] + params["b_h"][part]
    c = c * sigmoid(layer(1)) + sigmoid(layer(0)) * np.tanh(layer(2))
    return np.stack([sigmoid(layer(3)) * np.tanh(c), c])
""",
    },
    "lstm_forward": {
        "arrays made beforehand": """
def lstm_forward(xs, h0, c0, params):
    T, B, D = xs.shape
    H = h0.shape[1]
    hs, cs = np.zeros((T, B, H)), np.zeros((T, B, H))
    h, c = h0, c0
    for t in range(T):
        h, c = lstm_step(xs[t], h, c, params)
        hs[t], cs[t] = h, c
    return hs, cs
""",
        "the initial states kept, then cut off": """
def lstm_forward(xs, h0, c0, params):
    states = [(h0, c0)]
    for x in xs:
        states.append(lstm_step(x, *states[-1], params))
    hs, cs = zip(*states[1:])
    return np.array(hs), np.array(cs)
""",
        "lists, not arrays": """
def lstm_forward(xs, h0, c0, params):
    hs, cs = [], []
    for t in range(len(xs)):
        h0, c0 = lstm_step(xs[t], h0, c0, params)
        hs.append(h0.tolist())
        cs.append(c0.tolist())
    return hs, cs
""",
        "itertools.accumulate": """
def lstm_forward(xs, h0, c0, params):
    from itertools import accumulate
    states = accumulate(xs, lambda s, x: lstm_step(x, s[0], s[1], params), initial=(h0, c0))
    hs, cs = zip(*list(states)[1:])
    return np.stack(hs), np.stack(cs)
""",
        "all inputs multiplied at once": """
def lstm_forward(xs, h0, c0, params):
    ax = np.einsum("tbd,dk->tbk", xs, params["W_xh"]) + params["b_h"]
    h, c, out = h0, c0, []
    for a in ax:
        i, f, g, o = split_gates(a + h @ params["W_hh"])
        c = f * c + i * g
        h = o * np.tanh(c)
        out.append((h, c))
    return tuple(np.swapaxes(np.array(out), 0, 1))
""",
        "recursion": """
def lstm_forward(xs, h0, c0, params):
    if len(xs) == 0:
        return np.empty((0, *h0.shape)), np.empty((0, *c0.shape))
    h, c = lstm_step(xs[0], h0, c0, params)
    hs, cs = lstm_forward(xs[1:], h, c, params)
    return np.concatenate([h[None], hs]), np.concatenate([c[None], cs])
""",
        "float32, into its arguments": """
def lstm_forward(xs, h0, c0, params):
    xs, params = xs.astype("float32"), {k: v.astype("float32") for k, v in params.items()}
    hs, cs = [], []
    for x in xs:
        h0[:], c0[:] = lstm_step(x, h0.astype("float32"), c0.astype("float32"), params)
        hs.append(h0.copy())
        cs.append(c0.copy())
    return np.array(hs), np.array(cs)
""",
    },
    "lstm97_step": {
        "np.split": """
def lstm97_step(x, h, c, params):
    i, g, o = np.split(x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"], 3, axis=1)
    c = c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
""",
        "one fused product": """
def lstm97_step(x, h, c, params):
    ones = np.ones((len(x), 1))
    W = np.concatenate([params["W_xh"], params["W_hh"], params["b_h"][None]])
    a = np.concatenate([x, h, ones], axis=1) @ W
    i, g, o = a.reshape(len(x), 3, -1).transpose(1, 0, 2)
    c_next = c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c_next), c_next
""",
        "split_gates with a forget gate that is open": """
def lstm97_step(x, h, c, params):
    H = h.shape[1]
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    i, _, g, o = split_gates(np.hstack([a[:, :H], np.full_like(h, 50.0), a[:, H:]]))
    c = c + i * g
    return o * np.tanh(c), c
""",
        "in place, into its arguments": """
def lstm97_step(x, h, c, params):
    H = h.shape[1]
    a = x @ params["W_xh"]
    a += h @ params["W_hh"]
    a += params["b_h"]
    c += sigmoid(a[:, :H]) * np.tanh(a[:, H:-H])
    h[:] = sigmoid(a[:, -H:]) * np.tanh(c)
    return h, c
""",
        "einsum and float32": """
def lstm97_step(x, h, c, params):
    x, h, c = np.float32(x), np.float32(h), np.float32(c)
    W_xh, W_hh, b_h = (np.float32(params[k]) for k in ("W_xh", "W_hh", "b_h"))
    a = np.einsum("bd,dk->bk", x, W_xh) + np.einsum("bj,jk->bk", h, W_hh) + b_h
    i, g, o = np.array_split(a, 3, axis=1)
    c = sigmoid(i) * np.tanh(g) + c
    return [sigmoid(o) * np.tanh(c), c]
""",
        "a loop over the batch": """
def lstm97_step(x, h, c, params):
    def row(x, h, c):
        H = len(h)
        a = params["W_xh"].T @ x + params["W_hh"].T @ h + params["b_h"]
        c = c + sigmoid(a[:H]) * np.tanh(a[H : 2 * H])
        return sigmoid(a[2 * H :]) * np.tanh(c), c
    rows = [row(*args) for args in zip(x, h, c)]
    return [r[0] for r in rows], [r[1] for r in rows]
""",
    },
    "forget_half_life": {
        "the logarithm to base 2, with np.where": """
def forget_half_life(f):
    f = np.asarray(f, dtype=float)
    below = np.where(f < 1, f, 0.5)
    return np.where(f < 1, -1 / np.log2(below), np.inf)
""",
        "the logarithm to base f": """
def forget_half_life(f):
    with np.errstate(divide="ignore"):
        return np.log10(2) / np.log10(1 / f)
""",
        "a warning and no more": """
def forget_half_life(f):
    return np.log(2) / abs(np.log(f))
""",
        "a mask, filled in place": """
def forget_half_life(f):
    f = np.asarray(f, dtype=float)
    steps = np.full(f.shape, np.inf)
    np.divide(np.log(0.5), np.log(f), out=steps, where=f < 1)
    return steps
""",
        "one number at a time": """
def forget_half_life(f):
    import math
    if np.ndim(f):
        return [forget_half_life(one) for one in f]
    return math.inf if f == 1 else math.log(0.5, f)
""",
        "np.vectorize": """
@np.vectorize
def forget_half_life(f):
    return float("inf") if f >= 1.0 else float(np.log(0.5) / np.log(f))
""",
        "float32, log1p": """
def forget_half_life(f):
    f = np.asarray(f, dtype=np.float32)
    rate = -np.log1p(f - np.float32(1))
    return np.divide(np.float32(np.log(2)), np.abs(rate))
""",
        "into its argument": """
def forget_half_life(f):
    if np.ndim(f) == 0:
        f = np.array(f, dtype=float)
    f[...] = np.log(2) / np.abs(np.log(f))
    return f
""",
    },
    "set_forget_bias": {
        "a deep copy": """
def set_forget_bias(params, bias):
    import copy
    new = copy.deepcopy(params)
    H = len(new["b_h"]) // 4
    new["b_h"][H : 2 * H] = bias
    return new
""",
        "in place, the dictionary that was given": """
def set_forget_bias(params, bias):
    H = params["W_hh"].shape[0]
    params["b_h"][H : 2 * H] = bias
    return params
""",
        "a mask": """
def set_forget_bias(params, bias):
    block = np.arange(params["b_h"].size) // params["W_hh"].shape[0]
    return dict(params, b_h=np.where(block == 1, bias, params["b_h"]))
""",
        "reshaped to four rows": """
def set_forget_bias(params, bias):
    b = params["b_h"].reshape(4, -1).copy()
    b[1] = bias
    return params | {"b_h": b.ravel()}
""",
        "pieces put together": """
def set_forget_bias(params, bias):
    i, f, g, o = np.split(params["b_h"], 4)
    return {
        "W_xh": params["W_xh"],
        "W_hh": params["W_hh"],
        "b_h": np.concatenate([i, np.full_like(f, bias), g, o]),
    }
""",
        "a list, by a loop": """
def set_forget_bias(params, bias):
    new = {name: value.copy() for name, value in params.items()}
    H = len(new["b_h"]) // 4
    b = list(new["b_h"])
    for j in range(H, 2 * H):
        b[j] = bias
    new["b_h"] = b
    return new
""",
        "float32": """
def set_forget_bias(params, bias):
    new = {name: value.astype(np.float32) for name, value in params.items()}
    quarter = new["b_h"].size // 4
    new["b_h"][quarter:-2 * quarter] = np.float32(bias)
    return new
""",
    },
}
