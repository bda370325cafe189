"""Right answers to the exercise on back-propagation through time, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "relative_error": {
        "squares, sums and roots": """
def relative_error(u, v):
    def length(array):
        return np.sqrt(np.sum(array**2))
    return length(u - v) / max(length(u), length(v))
""",
        "flattened, with dot products": """
def relative_error(u, v):
    u, v = u.ravel(), v.ravel()
    return float(np.sqrt((u - v) @ (u - v)) / np.sqrt(max(u @ u, v @ v)))
""",
        "the smaller of two quotients": """
def relative_error(u, v):
    difference = np.linalg.norm(u - v)
    return min(difference / np.linalg.norm(u), difference / np.linalg.norm(v))
""",
        "loops over plain floats": """
def relative_error(u, v):
    import math
    us, vs = u.ravel().tolist(), v.ravel().tolist()
    far = math.sqrt(sum((a - b) ** 2 for a, b in zip(us, vs)))
    return far / max(math.hypot(*us), math.hypot(*vs))
""",
        "in an array of no axes, with a guard against zero": """
def relative_error(u, v):
    lengths = np.array([np.linalg.norm(w) for w in (u - v, u, v)])
    return np.array(lengths[0] / np.maximum(lengths[1:].max(), 1e-300))
""",
    },
    "numeric_grad": {
        "a fresh copy of the parameters for every entry": """
def numeric_grad(name, xs, h0, params, targets, eps):
    def loss_at(place, change):
        moved = {key: value.copy() for key, value in params.items()}
        moved[name][place] += change
        return sequence_loss(xs, h0, moved, targets)
    grad = np.zeros(params[name].shape)
    for place in np.ndindex(*grad.shape):
        grad[place] = (loss_at(place, eps) - loss_at(place, -eps)) / (2 * eps)
    return grad
""",
        "in place, and put back": """
def numeric_grad(name, xs, h0, params, targets, eps):
    w = params[name]
    grad = np.empty_like(w)
    for place, old in np.ndenumerate(w.copy()):
        w[place] = old + eps
        grad[place] = sequence_loss(xs, h0, params, targets)
        w[place] = old - eps
        grad[place] -= sequence_loss(xs, h0, params, targets)
        w[place] = old
    return grad / 2 / eps
""",
        "flat indices": """
def numeric_grad(name, xs, h0, params, targets, eps):
    w, grad = params[name], []
    for k in range(w.size):
        bump = np.zeros(w.size)
        bump[k] = eps
        bump = bump.reshape(w.shape)
        above = sequence_loss(xs, h0, dict(params, **{name: w + bump}), targets)
        below = sequence_loss(xs, h0, dict(params, **{name: w - bump}), targets)
        grad.append((above - below) / (2 * eps))
    return np.array(grad).reshape(w.shape)
""",
        "np.nditer": """
def numeric_grad(name, xs, h0, params, targets, eps):
    params = {key: value.copy() for key, value in params.items()}
    w = params[name]
    grad = np.zeros_like(w)
    entries = np.nditer(w, flags=["multi_index"])
    while not entries.finished:
        place = entries.multi_index
        w[place] += eps
        above = sequence_loss(xs, h0, params, targets)
        w[place] -= 2 * eps
        below = sequence_loss(xs, h0, params, targets)
        w[place] += eps
        grad[place] = (above - below) / (2 * eps)
        entries.iternext()
    return grad
""",
        "lists, and a loss of its own": """
def numeric_grad(name, xs, h0, params, targets, eps):
    def loss(p):
        return ((rnn_forward(xs, h0, p) - targets) ** 2).sum() / 2
    shape, grad = params[name].shape, []
    for bump in np.eye(params[name].size):
        bump = eps * bump.reshape(shape)
        up, down = ({**params, name: params[name] + sign * bump} for sign in (1, -1))
        grad.append((loss(up) - loss(down)) / (2 * eps))
    return np.reshape(grad, shape).tolist()
""",
    },
    "rnn_step_backward": {
        "the slope from the pre-activation": """
def rnn_step_backward(dh, x, h_before, h, params):
    a = x @ params["W_xh"] + h_before @ params["W_hh"] + params["b_h"]
    da = dh * (1 - np.tanh(a) ** 2)
    return da @ params["W_hh"].T, x.T @ da, h_before.T @ da, da.sum(axis=0)
""",
        "one over the square of cosh": """
def rnn_step_backward(dh, x, h_before, h, params):
    da = dh / np.cosh(np.arctanh(h)) ** 2
    dW_xh = np.dot(x.T, da)
    dW_hh = np.dot(h_before.T, da)
    db_h = np.sum(da, axis=0)
    dh_before = np.dot(params["W_hh"], da.T).T
    return [dh_before, dW_xh, dW_hh, db_h]
""",
        "einsum": """
def rnn_step_backward(dh, x, h_before, h, params):
    da = dh * (1 - h) * (1 + h)
    return (
        np.einsum("bk,jk->bj", da, params["W_hh"]),
        np.einsum("bd,bk->dk", x, da),
        np.einsum("bj,bk->jk", h_before, da),
        np.einsum("bk->k", da),
    )
""",
        "one fused product, into its argument": """
def rnn_step_backward(dh, x, h_before, h, params):
    dh *= 1 - h * h
    ones = np.ones((len(x), 1))
    dW = np.concatenate([x, h_before, ones], axis=1).T @ dh
    D = x.shape[1]
    return dh @ params["W_hh"].T, dW[:D], dW[D:-1], dW[-1]
""",
        "float32": """
def rnn_step_backward(dh, x, h_before, h, params):
    dh, x, h_before, h = (np.float32(array) for array in (dh, x, h_before, h))
    da = dh * (1 - h**2)
    return da @ np.float32(params["W_hh"]).T, x.T @ da, h_before.T @ da, da.sum(0)
""",
    },
    "rnn_backward": {
        "sums made beforehand, indices from the end": """
def rnn_backward(dhs, xs, hs, h0, params):
    dW_xh, dW_hh, db_h = (np.zeros_like(params[name]) for name in ("W_xh", "W_hh", "b_h"))
    carried = np.zeros_like(h0)
    for t in range(len(xs) - 1, -1, -1):
        h_before = hs[t - 1] if t > 0 else h0
        carried, a, b, c = rnn_step_backward(dhs[t] + carried, xs[t], h_before, hs[t], params)
        dW_xh, dW_hh, db_h = dW_xh + a, dW_hh + b, db_h + c
    return carried, dW_xh, dW_hh, db_h
""",
        "zipped backwards": """
def rnn_backward(dhs, xs, hs, h0, params):
    before = np.concatenate([h0[None], hs[:-1]])
    grads, dh = [], np.zeros(h0.shape)
    for direct, x, old, new in zip(dhs[::-1], xs[::-1], before[::-1], hs[::-1]):
        dh, *parts = rnn_step_backward(dh + direct, x, old, new, params)
        grads.append(parts)
    return (dh, *(sum(parts) for parts in zip(*grads)))
""",
        "all weight gradients at the end, without the step": """
def rnn_backward(dhs, xs, hs, h0, params):
    T, B, H = hs.shape
    das, dh = np.zeros_like(hs), np.zeros((B, H))
    for t in reversed(range(T)):
        das[t] = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dh = das[t] @ params["W_hh"].T
    before = np.concatenate([h0[None], hs[:-1]])
    dW_xh = np.einsum("tbd,tbk->dk", xs, das)
    dW_hh = np.einsum("tbj,tbk->jk", before, das)
    return dh, dW_xh, dW_hh, das.sum(axis=(0, 1))
""",
        "recursion": """
def rnn_backward(dhs, xs, hs, h0, params):
    if len(xs) == 1:
        return rnn_step_backward(dhs[0], xs[0], h0, hs[0], params)
    dh, *later = rnn_backward(dhs[1:], xs[1:], hs[1:], hs[0], params)
    dh0, *now = rnn_step_backward(dh + dhs[0], xs[0], h0, hs[0], params)
    return (dh0, *[a + b for a, b in zip(later, now)])
""",
        "into its arguments": """
def rnn_backward(dhs, xs, hs, h0, params):
    total = None
    for t in reversed(range(len(xs))):
        back, *parts = rnn_step_backward(dhs[t].copy(), xs[t], hs[t - 1] if t else h0, hs[t], params)
        total = parts if total is None else [a + b for a, b in zip(total, parts)]
        if t:
            dhs[t - 1] += back
    return [back, *total]
""",
        "float32": """
def rnn_backward(dhs, xs, hs, h0, params):
    dhs, xs, hs, h0 = (np.float32(array) for array in (dhs, xs, hs, h0))
    params = {name: np.float32(value) for name, value in params.items()}
    dh, sums = np.zeros_like(h0), [0, 0, 0]
    for t in range(len(xs))[::-1]:
        dh, *parts = rnn_step_backward(dh + dhs[t], xs[t], (hs[t - 1], h0)[t == 0], hs[t], params)
        sums = [total + part for total, part in zip(sums, parts)]
    return dh, *sums
""",
    },
    "rnn_backward_truncated": {
        "a full backward pass over the window of each loss": """
def rnn_backward_truncated(dhs, xs, hs, h0, params, k):
    sums = [np.zeros_like(h0), 0, 0, 0]
    for end in range(1, len(xs) + 1):
        start = max(0, end - k)
        only = np.zeros((end - start, *h0.shape))
        only[-1] = dhs[end - 1]
        first = hs[start - 1] if start > 0 else h0
        grads = list(rnn_backward(only, xs[start:end], hs[start:end], first, params))
        if start > 0:
            grads[0] = 0
        sums = [total + grad for total, grad in zip(sums, grads)]
    return tuple(sums)
""",
        "all losses at once, one lag after the other": """
def rnn_backward_truncated(dhs, xs, hs, h0, params, k):
    T = len(xs)
    before = np.concatenate([h0[None], hs[:-1]])
    dh0, dW_xh, dW_hh, db_h = np.zeros_like(h0), 0, 0, 0
    back = dhs
    for lag in range(min(k, T)):
        das = back * (1 - hs[: T - lag] ** 2)
        dW_xh = dW_xh + np.einsum("tbd,tbk->dk", xs[: T - lag], das)
        dW_hh = dW_hh + np.einsum("tbj,tbk->jk", before[: T - lag], das)
        db_h = db_h + das.sum(axis=(0, 1))
        back = das @ params["W_hh"].T
        dh0 = dh0 + back[0]
        back = back[1:]
    return dh0, dW_xh, dW_hh, db_h
""",
        "what each loss sends back, in a function of its own": """
def rnn_backward_truncated(dhs, xs, hs, h0, params, k):
    def one_loss(t):
        found, dh = [], dhs[t]
        for s in reversed(range(max(0, t - k + 1), t + 1)):
            state = h0 if s == 0 else hs[s - 1]
            dh, *parts = rnn_step_backward(dh, xs[s], state, hs[s], params)
            found.append(parts)
        return [dh if t < k else np.zeros_like(dh), *map(sum, zip(*found))]
    return [sum(parts) for parts in zip(*(one_loss(t) for t in range(len(xs))))]
""",
        "recursion on the length": """
def rnn_backward_truncated(dhs, xs, hs, h0, params, k):
    T = len(xs)
    if T == 0:
        return np.zeros_like(h0), 0, 0, 0
    sums = rnn_backward_truncated(dhs[:-1], xs[:-1], hs[:-1], h0, params, k)
    dh = dhs[-1]
    for s in list(range(T))[::-1][:k]:
        dh, *parts = rnn_step_backward(dh, xs[s], hs[s - 1] if s else h0, hs[s], params)
        sums = (sums[0], *[a + b for a, b in zip(sums[1:], parts)])
    return (sums[0] + dh if T <= k else sums[0], *sums[1:])
""",
        "float32, without the step": """
def rnn_backward_truncated(dhs, xs, hs, h0, params, k):
    dhs, xs, hs, h0 = (array.astype("float32") for array in (dhs, xs, hs, h0))
    W = params["W_hh"].astype("float32")
    h_before, dh0, sums = np.concatenate([h0[None], hs[:-1]]), 0 * h0, [0, 0, 0]
    for t in range(len(xs)):
        dh = dhs[t]
        for s in range(t, -1, -1):
            if t - s == k:
                break
            da = dh * (1 - hs[s] ** 2)
            parts = xs[s].T @ da, h_before[s].T @ da, da.sum(0)
            sums = [a + b for a, b in zip(sums, parts)]
            dh = da @ W.T
        else:
            dh0 = dh0 + dh
    return (dh0, *sums)
""",
    },
    "tbptt_chunks": {
        "a while loop, weights in place of their own copies": """
def tbptt_chunks(xs, targets, h0, params, k, rate):
    params = {name: value.copy() for name, value in params.items()}
    start, h = 0, h0
    while start < len(xs):
        part = slice(start, start + k)
        hs = rnn_forward(xs[part], h, params)
        grads = rnn_backward(hs - targets[part], xs[part], hs, h, params)
        for name, grad in zip(("W_xh", "W_hh", "b_h"), grads[1:]):
            params[name] = params[name] - rate * grad
        h = hs[-1].copy()
        start += k
    return h, params["W_xh"], params["W_hh"], params["b_h"]
""",
        "cut with np.split": """
def tbptt_chunks(xs, targets, h0, params, k, rate):
    cuts = np.arange(k, len(xs), k)
    W_xh, W_hh, b_h = params["W_xh"], params["W_hh"], params["b_h"]
    for chunk, goal in zip(np.split(xs, cuts), np.split(targets, cuts)):
        now = dict(W_xh=W_xh, W_hh=W_hh, b_h=b_h)
        hs = rnn_forward(chunk, h0, now)
        _, a, b, c = rnn_backward(hs - goal, chunk, hs, h0, now)
        W_xh, W_hh, b_h = W_xh - rate * a, W_hh - rate * b, b_h - rate * c
        h0 = hs[-1]
    return h0, W_xh, W_hh, b_h
""",
        "recursion": """
def tbptt_chunks(xs, targets, h0, params, k, rate):
    if len(xs) == 0:
        return [h0] + [params[name] for name in ("W_xh", "W_hh", "b_h")]
    hs = rnn_forward(xs[:k], h0, params)
    grads = rnn_backward(hs - targets[:k], xs[:k], hs, h0, params)[1:]
    names = ["W_xh", "W_hh", "b_h"]
    params = {name: params[name] - rate * grad for name, grad in zip(names, grads)}
    return tbptt_chunks(xs[k:], targets[k:], hs[-1], params, k, rate)
""",
        "step by step, everything by hand": """
def tbptt_chunks(xs, targets, h0, params, k, rate):
    W, U, b = (params[name].copy() for name in ("W_xh", "W_hh", "b_h"))
    for start in range(0, len(xs), k):
        states = [h0]
        for x in xs[start : start + k]:
            states.append(np.tanh(x @ W + states[-1] @ U + b))
        dW, dU, db, back = 0, 0, 0, 0
        for s in range(len(states) - 1, 0, -1):
            da = (states[s] - targets[start + s - 1] + back) * (1 - states[s] ** 2)
            dW, dU, db = dW + xs[start + s - 1].T @ da, dU + states[s - 1].T @ da, db + da.sum(0)
            back = da @ U.T
        W, U, b = W - rate * dW, U - rate * dU, b - rate * db
        h0 = states[-1]
    return h0, W, U, b
""",
        "weights of the argument moved, float32 at the end": """
def tbptt_chunks(xs, targets, h0, params, k, rate):
    h = h0
    for n in range(0, len(xs), k):
        hs = rnn_forward(xs[n : n + k], h, params)
        grads = rnn_backward(hs - targets[n : n + k], xs[n : n + k], hs, h, params)
        for name, grad in zip(["W_xh", "W_hh", "b_h"], grads[1:]):
            params[name] = params[name] - rate * grad
        h = hs[-1]
    return [np.float32(array) for array in (h, params["W_xh"], params["W_hh"], params["b_h"])]
""",
    },
    "mended_backward": {
        "the code as it was, three places mended": """
def mended_backward(dys, xs, hs, h0, params):
    dW_xh, dW_hh, db_h = 0, 0, 0
    dh_later = np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        dh = dys[t] @ params["W_hy"].T + dh_later
        da = dh * (1 - hs[t] ** 2)
        dW_xh = dW_xh + xs[t].T @ da
        dW_hh = dW_hh + (hs[t - 1] if t > 0 else h0).T @ da
        db_h = db_h + da.sum(axis=0)
        dh_later = da @ params["W_hh"].T
    return dW_xh, dW_hh, db_h
""",
        "by way of the part before": """
def mended_backward(dys, xs, hs, h0, params):
    return rnn_backward(dys @ params["W_hy"].T, xs, hs, h0, params)[1:]
""",
        "time and batch folded into one axis": """
def mended_backward(dys, xs, hs, h0, params):
    dhs, das, later = dys @ params["W_hy"].T, np.empty_like(hs), np.zeros_like(h0)
    for t in range(len(hs))[::-1]:
        das[t] = (dhs[t] + later) * (1 - hs[t]) * (1 + hs[t])
        later = das[t] @ params["W_hh"].T
    flat = lambda array: array.reshape(-1, array.shape[-1])
    before = np.concatenate([h0[None], hs])[:-1]
    return flat(xs).T @ flat(das), flat(before).T @ flat(das), flat(das).sum(0)
""",
        "the slope from the pre-activation": """
def mended_backward(dys, xs, hs, h0, params):
    before = np.concatenate([h0[None], hs[:-1]])
    a = xs @ params["W_xh"] + before @ params["W_hh"] + params["b_h"]
    slope, later, sums = np.cosh(a) ** -2, np.zeros_like(h0), [0] * 3
    for t in reversed(range(len(xs))):
        da = slope[t] * (dys[t] @ params["W_hy"].T + later)
        later = da @ params["W_hh"].T
        now = [xs[t].T @ da, before[t].T @ da, da.sum(0)]
        sums = [total + part for total, part in zip(sums, now)]
    return tuple(sums)
""",
        "float32": """
def mended_backward(dys, xs, hs, h0, params):
    dys, xs, hs, h0 = (np.float32(array) for array in (dys, xs, hs, h0))
    params = {name: np.float32(value) for name, value in params.items()}
    W_hy, W_hh, later = params["W_hy"], params["W_hh"], np.zeros_like(h0)
    out = [np.zeros_like(params[name]) for name in ("W_xh", "W_hh", "b_h")]
    for t in reversed(range(len(xs))):
        da = (dys[t] @ W_hy.T + later) * (1 - hs[t] ** 2)
        out[0] += xs[t].T @ da
        out[1] += (hs[t - 1] if t else h0).T @ da
        out[2] += da.sum(axis=0)
        later = da @ W_hh.T
    return out
""",
    },
}
