"""Right answers to the exercise on the plain recurrent network, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "rnn_step": {
        "names for the parts": """
def rnn_step(x, h, params):
    from_input = x @ params["W_xh"]
    from_state = h @ params["W_hh"]
    return np.tanh(from_input + from_state + params["b_h"])
""",
        "one fused product": """
def rnn_step(x, h, params):
    W = np.vstack([params["W_xh"], params["W_hh"]])
    return np.tanh(np.hstack([x, h]) @ W + params["b_h"])
""",
        "columns, transposed back": """
def rnn_step(x, h, params):
    a = params["W_xh"].T @ x.T + params["W_hh"].T @ h.T + params["b_h"][:, None]
    return np.tanh(a).T
""",
        "in place, into its argument": """
def rnn_step(x, h, params):
    a = x @ params["W_xh"]
    a += h @ params["W_hh"]
    a += params["b_h"]
    np.tanh(a, out=h)
    return h
""",
        "float32": """
def rnn_step(x, h, params):
    x, h = x.astype(np.float32), h.astype(np.float32)
    p = {name: value.astype(np.float32) for name, value in params.items()}
    return np.tanh(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
""",
        "loops over plain floats": """
def rnn_step(x, h, params):
    import math
    W_xh, W_hh, b_h = (params[k].tolist() for k in ("W_xh", "W_hh", "b_h"))
    return [
        [
            math.tanh(
                sum(xd * W_xh[d][k] for d, xd in enumerate(row))
                + sum(hj * W_hh[j][k] for j, hj in enumerate(old))
                + b_h[k]
            )
            for k in range(len(b_h))
        ]
        for row, old in zip(x.tolist(), h.tolist())
    ]
""",
        "einsum, and a tanh from exponentials": """
def rnn_step(x, h, params):
    a = np.einsum("bd,dk->bk", x, params["W_xh"]) + np.einsum("bj,jk->bk", h, params["W_hh"])
    e = np.exp(-2 * (a + params["b_h"]))
    return (1 - e) / (1 + e)
""",
    },
    "count_params": {
        "one array after the other": """
def count_params(T, D, H, K):
    W_xh, W_hh, b_h = D * H, H * H, H
    W_hy, b_y = H * K, K
    return W_xh + W_hh + b_h + W_hy + b_y
""",
        "arrays that are made and counted": """
def count_params(T, D, H, K):
    shapes = [(D, H), (H, H), (H,), (H, K), (K,)]
    return sum(np.zeros(shape).size for shape in shapes)
""",
        "np.prod": """
def count_params(T, D, H, K):
    return sum(np.prod(s) for s in [(D, H), (H, H), (H,), (H, K), (K,)])
""",
        "for each unit and each output": """
def count_params(T, D, H, K):
    total = 0
    for _ in range(H):
        total += D + H + 1
    for _ in range(K):
        total += H + 1
    return total
""",
        "a float": """
def count_params(T, D, H, K):
    return float(H**2 + H * (1 + D + K) + K)
""",
        "in an array": """
def count_params(T, D, H, K):
    return np.array(D * H + H * H + H + H * K + K)
""",
    },
    "rnn_forward": {
        "an array made beforehand": """
def rnn_forward(xs, h0, params):
    T, B, D = xs.shape
    hs = np.zeros((T, B, h0.shape[1]))
    h = h0
    for t in range(T):
        h = rnn_step(xs[t], h, params)
        hs[t] = h
    return hs
""",
        "the initial state kept, then cut off": """
def rnn_forward(xs, h0, params):
    hs = [h0]
    for x in xs:
        hs.append(rnn_step(x, hs[-1], params))
    return np.array(hs[1:])
""",
        "lists, not arrays": """
def rnn_forward(xs, h0, params):
    hs = []
    for t in range(len(xs)):
        h0 = rnn_step(xs[t], h0, params)
        hs.append(h0.tolist())
    return hs
""",
        "itertools.accumulate": """
def rnn_forward(xs, h0, params):
    from itertools import accumulate
    states = accumulate(xs, lambda h, x: rnn_step(x, h, params), initial=h0)
    return np.stack(list(states)[1:])
""",
        "all inputs multiplied at once": """
def rnn_forward(xs, h0, params):
    ax = xs @ params["W_xh"] + params["b_h"]
    h, hs = h0, []
    for a in ax:
        h = np.tanh(a + h @ params["W_hh"])
        hs.append(h)
    return np.stack(hs)
""",
        "recursion": """
def rnn_forward(xs, h0, params):
    if len(xs) == 0:
        return np.empty((0, *h0.shape))
    h = rnn_step(xs[0], h0, params)
    return np.concatenate([h[None], rnn_forward(xs[1:], h, params)])
""",
        "float32, into its argument": """
def rnn_forward(xs, h0, params):
    xs, params = xs.astype("float32"), {k: v.astype("float32") for k, v in params.items()}
    hs = []
    for x in xs:
        h0[:] = rnn_step(x, h0.astype("float32"), params)
        hs.append(h0.copy())
    return np.array(hs)
""",
    },
    "temporal_readout": {
        "one step after the other": """
def temporal_readout(hs, W_hy, b_y):
    return np.stack([h @ W_hy + b_y for h in hs])
""",
        "time and batch folded into one axis": """
def temporal_readout(hs, W_hy, b_y):
    T, B, H = hs.shape
    return (hs.reshape(T * B, H) @ W_hy + b_y).reshape(T, B, -1)
""",
        "einsum": """
def temporal_readout(hs, W_hy, b_y):
    return np.einsum("tbh,hk->tbk", hs, W_hy) + b_y
""",
        "tensordot, in place": """
def temporal_readout(hs, W_hy, b_y):
    ys = np.tensordot(hs, W_hy, axes=1)
    ys += b_y
    return ys
""",
        "a list, one output after the other": """
def temporal_readout(hs, W_hy, b_y):
    ys = [(hs * W_hy[:, k]).sum(axis=-1) + b_y[k] for k in range(len(b_y))]
    return np.stack(ys, axis=-1).tolist()
""",
        "float32": """
def temporal_readout(hs, W_hy, b_y):
    return hs.astype(np.float32) @ W_hy.astype(np.float32) + b_y.astype(np.float32)
""",
    },
    "rnn_forward_masked": {
        "the mask made beforehand": """
def rnn_forward_masked(xs, h0, params, lengths):
    T = len(xs)
    mask = np.arange(T)[:, None] < lengths  # (T, B)
    h, hs = h0, np.empty((T, *h0.shape))
    for t in range(T):
        h = np.where(mask[t][:, None], rnn_step(xs[t], h, params), h)
        hs[t] = h
    return hs
""",
        "a product with zeros and ones": """
def rnn_forward_masked(xs, h0, params, lengths):
    h, hs = h0, []
    for t in range(len(xs)):
        m = (lengths > t).astype(float).reshape(-1, 1)
        h = m * rnn_step(xs[t], h, params) + (1 - m) * h
        hs.append(h)
    return np.array(hs)
""",
        "only the rows that are real, without rnn_step": """
def rnn_forward_masked(xs, h0, params, lengths):
    h, hs = h0.copy(), []
    for t, x in enumerate(xs):
        live = t < lengths
        a = x[live] @ params["W_xh"] + h[live] @ params["W_hh"]
        h[live] = np.tanh(a + params["b_h"])
        hs.append(h.copy())
    return np.stack(hs)
""",
        "a whole run, then the last real state": """
def rnn_forward_masked(xs, h0, params, lengths):
    states = np.concatenate([h0[None], rnn_forward(xs, h0, params)])
    steps = np.minimum(np.arange(1, len(xs) + 1)[:, None], lengths).astype(int)
    return states[steps, np.arange(len(h0))]
""",
        "one row after the other": """
def rnn_forward_masked(xs, h0, params, lengths):
    T, B, _ = xs.shape
    hs = np.zeros((T, B, h0.shape[1]))
    for b in range(B):
        h = h0[b : b + 1]
        for t in range(T):
            if t < lengths[b]:
                h = rnn_step(xs[t, b : b + 1], h, params)
            hs[t, b] = h[0]
    return hs
""",
        "into its argument": """
def rnn_forward_masked(xs, h0, params, lengths):
    hs = []
    for t, x in enumerate(xs):
        new = rnn_step(x, h0.copy(), params)
        for b in range(len(h0)):
            if lengths[b] > t:
                h0[b] = new[b]
        hs.append(h0.tolist())
    return hs
""",
        "float32": """
def rnn_forward_masked(xs, h0, params, lengths):
    p = {name: np.float32(value) for name, value in params.items()}
    h, hs = np.float32(h0), []
    for t, x in enumerate(np.float32(xs)):
        h = np.where(np.less(t, lengths)[:, None], rnn_step(x, h, p), h)
        hs.append(h)
    return np.stack(hs)
""",
    },
    "parity_weights": {
        "a larger gain, the units in the other order": """
def parity_weights():
    return {
        "W_xh": np.array([[-50.0, -50.0]]),
        "W_hh": np.array([[-50.0, -50.0], [50.0, 50.0]]),
        "b_h": np.array([-100.0, 0.0]),
        "W_hy": np.array([[1.0], [-1.0]]),
        "b_y": np.array([1.0]),
    }
""",
        "a third unit that is never used": """
def parity_weights():
    W_hh = np.zeros((3, 3))
    W_hh[0, :2], W_hh[1, :2] = 20.0, -20.0
    return {
        "W_xh": np.array([[-20.0, -20.0, 0.0]]),
        "W_hh": W_hh,
        "b_h": np.array([0.0, -40.0, 7.0]),
        "W_hy": np.array([[-3.0], [3.0], [0.0]]),
        "b_y": np.array([3.0]),
    }
""",
        "a unit for each pair of state and input": """
def parity_weights():
    # even and plus, even and minus, odd and plus, odd and minus: one of them is on
    x_on = np.array([1.0, -1.0, 1.0, -1.0])
    wants_odd = np.array([-1.0, -1.0, 1.0, 1.0])
    now_odd = np.array([-1.0, 1.0, 1.0, -1.0])
    g = 30.0
    # One unit on, three off: their weighted sum is 2 for odd and -2 for even, and 0 at the start.
    return {
        "W_xh": g * x_on[None],
        "W_hh": g * 0.5 * np.outer(now_odd, wants_odd),
        "b_h": g * np.array([-0.5, -0.5, -1.0, -1.0]),
        "W_hy": -now_odd[:, None],
        "b_y": np.zeros(1),
    }
""",
        "two pairs that do the same": """
def parity_weights():
    one = np.array([[1.0, 1.0], [-1.0, -1.0]])
    return {
        "W_xh": np.full((1, 4), -15.0),
        "W_hh": 7.5 * np.block([[one, one], [one, one]]),
        "b_h": np.array([0.0, -30.0, 0.0, -30.0]),
        "W_hy": np.array([[-1.0], [1.0], [-1.0], [1.0]]),
        "b_y": np.array([2.0]),
    }
""",
        "lists of whole numbers": """
def parity_weights():
    return {
        "W_xh": [[-10, -10]],
        "W_hh": [[10, 10], [-10, -10]],
        "b_h": [0, -20],
        "W_hy": [[-5], [5]],
        "b_y": [5],
    }
""",
        "float32, and other thresholds": """
def parity_weights():
    gain = np.float32(60)
    return {
        "W_xh": -gain * np.ones((1, 2), np.float32),
        "W_hh": gain * np.float32([[1, 1], [-1, -1]]),
        "b_h": gain * np.float32([0.2, -1.7]),
        "W_hy": np.float32([[-2], [2]]),
        "b_y": np.float32([1.5]),
    }
""",
        "positive units: one that is on for minus, one for both": """
def parity_weights():
    g, params = 25.0, {}
    params["W_xh"] = g * np.array([[-1.0, 1.0]])
    params["W_hh"] = g * np.array([[1.0, -1.0], [1.0, -1.0]])
    params["b_h"] = g * np.array([0.0, 2.0])
    params["W_hy"] = np.array([[-1.0], [-1.0]])
    params["b_y"] = np.array([1.0])
    return params
""",
    },
}
