"""Right answers to the exercise on the backward pass of an LSTM, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "cell_grad": {
        "path by path": """
def cell_grad(dh, dc, o, c):
    shown = np.tanh(c)
    slope = 1 - shown * shown
    return dh * o * slope + dc
""",
        "in place, into its argument": """
def cell_grad(dh, dc, o, c):
    dh *= o
    dh /= np.cosh(c) ** 2
    dc += dh
    return dc
""",
        "the slope from exponentials": """
def cell_grad(dh, dc, o, c):
    e = np.exp(-2 * np.abs(c))
    return dc + dh * o * 4 * e / (1 + e) ** 2
""",
        "loops over plain floats": """
def cell_grad(dh, dc, o, c):
    import math
    rows = zip(dh.tolist(), dc.tolist(), o.tolist(), c.tolist())
    return [
        [d + e * gate * (1 - math.tanh(state) ** 2) for e, d, gate, state in zip(*row)]
        for row in rows
    ]
""",
        "float32": """
def cell_grad(dh, dc, o, c):
    dh, dc, o, c = (np.float32(array) for array in (dh, dc, o, c))
    return dc + dh * o * (1 - np.tanh(c) ** 2)
""",
    },
    "gate_grads": {
        "first at the gates, then through the slopes": """
def gate_grads(dh, dc, gates, c_before, c):
    i, f, g, o = np.split(gates, 4, axis=1)
    at_gates = np.hstack([dc * g, dc * c_before, dc * i, dh * np.tanh(c)])
    slopes = np.hstack([i - i**2, f - f**2, 1 - g**2, o - o**2])
    return at_gates * slopes
""",
        "slices, into an array made beforehand": """
def gate_grads(dh, dc, gates, c_before, c):
    B, H = dh.shape
    da = np.zeros((B, 4 * H))
    i, f = gates[:, :H], gates[:, H : 2 * H]
    g, o = gates[:, 2 * H : 3 * H], gates[:, 3 * H :]
    da[:, :H] = dc * g * i * (1 - i)
    da[:, H : 2 * H] = dc * c_before * f * (1 - f)
    da[:, 2 * H : 3 * H] = dc * i * (1 - g * g)
    da[:, 3 * H :] = dh * np.tanh(c) * o * (1 - o)
    return da
""",
        "blocks on an axis of their own": """
def gate_grads(dh, dc, gates, c_before, c):
    B, H = c.shape
    i, f, g, o = gates.reshape(B, 4, H).transpose(1, 0, 2)
    out = np.stack(
        [dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g**2), dh * np.tanh(c) * o * (1 - o)],
        axis=1,
    )
    return out.reshape(B, 4 * H)
""",
        "one slope for all, mended for the candidate": """
def gate_grads(dh, dc, gates, c_before, c):
    H = c.shape[1]
    slope = gates * (1 - gates)
    slope[:, 2 * H : 3 * H] = 1 - gates[:, 2 * H : 3 * H] ** 2
    i, f, g, o = (gates[:, k * H : (k + 1) * H] for k in range(4))
    return slope * np.concatenate((dc * g, dc * c_before, dc * i, dh * np.tanh(c)), axis=-1)
""",
        "back to the pre-activations, and the slopes from there": """
def gate_grads(dh, dc, gates, c_before, c):
    i, f, g, o = np.split(gates, 4, axis=1)
    def slope(s):
        a = np.log(s) - np.log(1 - s)
        return sigmoid(a) * sigmoid(-a)
    da = [dc * g * slope(i), dc * c_before * slope(f), dc * i * (1 + g) * (1 - g), dh * np.tanh(c) * slope(o)]
    return np.concatenate(da, 1).tolist()
""",
        "float32": """
def gate_grads(dh, dc, gates, c_before, c):
    dh, dc, gates, c_before, c = map(np.float32, (dh, dc, gates, c_before, c))
    i, f, g, o = np.split(gates, 4, axis=1)
    di, df, dg, do = dc * g, dc * c_before, dc * i, dh * np.tanh(c)
    return np.hstack((di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)))
""",
    },
    "lstm_step_backward": {
        "slices and other names": """
def lstm_step_backward(dh, dc, x, h_before, c_before, c, gates, params):
    H = dh.shape[1]
    whole = cell_grad(dh, dc, gates[:, 3 * H :], c)
    da = gate_grads(dh, whole, gates, c_before, c)
    dW_xh = np.dot(x.T, da)
    dW_hh = np.dot(h_before.T, da)
    dh_before = np.dot(da, params["W_hh"].T)
    return dh_before, whole * gates[:, H : 2 * H], dW_xh, dW_hh, np.sum(da, axis=0)
""",
        "in one piece, without the earlier parts": """
def lstm_step_backward(dh, dc, x, h_before, c_before, c, gates, params):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c)
    do = dh * t
    dc = dc + dh * o * (1 - t**2)
    di, df, dg = dc * g, dc * c_before, dc * i
    da = np.hstack([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)])
    return da.dot(params["W_hh"].T), f * dc, x.T.dot(da), h_before.T.dot(da), da.sum(0)
""",
        "einsum": """
def lstm_step_backward(dh, dc, x, h_before, c_before, c, gates, params):
    _, f, _, o = np.split(gates, 4, axis=1)
    dc = cell_grad(dh, dc, o, c)
    da = gate_grads(dh, dc, gates, c_before, c)
    dh_before = np.einsum("bk,jk->bj", da, params["W_hh"])
    dW_xh = np.einsum("bd,bk->dk", x, da)
    dW_hh = np.einsum("bj,bk->jk", h_before, da)
    return [dh_before, dc * f, dW_xh, dW_hh, np.einsum("bk->k", da)]
""",
        "one product for all weights": """
def lstm_step_backward(dh, dc, x, h_before, c_before, c, gates, params):
    i, f, g, o = np.split(gates, 4, axis=1)
    dc = cell_grad(dh, dc, o, c)
    da = gate_grads(dh, dc, gates, c_before, c)
    D, joined = x.shape[1], np.hstack([x, h_before, np.ones((len(x), 1))])
    dW = joined.T @ da
    return (params["W_hh"] @ da.T).T, dc * f, dW[:D], dW[D:-1], dW[-1]
""",
        "one sequence after the other": """
def lstm_step_backward(dh, dc, x, h_before, c_before, c, gates, params):
    H = dh.shape[1]
    dhs, dcs, dW_xh, dW_hh, db_h = [], [], 0, 0, 0
    for b in range(len(x)):
        row = slice(b, b + 1)
        at_c = cell_grad(dh[row], dc[row], gates[row, 3 * H :], c[row])
        (da,) = np.array(gate_grads(dh[row], at_c, gates[row], c_before[row], c[row]))
        dhs.append(params["W_hh"] @ da)
        dcs.append((np.array(at_c) * gates[row, H : 2 * H])[0])
        dW_xh = dW_xh + np.outer(x[b], da)
        dW_hh = dW_hh + np.outer(h_before[b], da)
        db_h = db_h + da
    return np.array(dhs), np.array(dcs), dW_xh, dW_hh, db_h
""",
        "float32": """
def lstm_step_backward(dh, dc, x, h_before, c_before, c, gates, params):
    arrays = map(np.float32, (dh, dc, x, h_before, c_before, c, gates))
    dh, dc, x, h_before, c_before, c, gates = arrays
    W_hh = np.float32(params["W_hh"])
    f, o = np.split(gates, 4, axis=1)[1::2]
    dc = cell_grad(dh, dc, o, c)
    da = gate_grads(dh, dc, gates, c_before, c)
    return da @ W_hh.T, dc * f, x.T @ da, h_before.T @ da, da.sum(axis=0)
""",
    },
    "lstm_backward": {
        "counting down, with an if for the first step": """
def lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params):
    T, B, D = xs.shape
    H = h0.shape[1]
    dW_xh, dW_hh, db_h = np.zeros((D, 4 * H)), np.zeros((H, 4 * H)), np.zeros(4 * H)
    dh, dc = np.zeros((B, H)), np.zeros((B, H))
    for t in range(T - 1, -1, -1):
        if t > 0:
            h_before, c_before = hs[t - 1], cs[t - 1]
        else:
            h_before, c_before = h0, c0
        dh, dc, dx, dhh, db = lstm_step_backward(
            dhs[t] + dh, dc, xs[t], h_before, c_before, cs[t], gates[t], params
        )
        dW_xh += dx
        dW_hh += dhh
        db_h = db_h + db
    return dh, dc, dW_xh, dW_hh, db_h
""",
        "into its argument, with states joined": """
def lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params):
    all_h, all_c = np.concatenate([h0[None], hs]), np.concatenate([c0[None], cs])
    dc, total = np.zeros(c0.shape), None
    for t in range(len(xs))[::-1]:
        dh, dc, *parts = lstm_step_backward(
            dhs[t], dc, xs[t], all_h[t], all_c[t], all_c[t + 1], gates[t], params
        )
        if t > 0:
            dhs[t - 1] += dh
        total = parts if total is None else [a + b for a, b in zip(total, parts)]
    return [dh, dc, *total]
""",
        "shares kept, and summed at the end": """
def lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params):
    dh, dc, shares = np.zeros_like(h0), np.zeros_like(c0), []
    for t in reversed(range(len(hs))):
        before = (hs[t - 1], cs[t - 1]) if t else (h0, c0)
        out = lstm_step_backward(dh + dhs[t], dc, xs[t], *before, cs[t], gates[t], params)
        dh, dc = out[0], out[1]
        shares.append(out[2:])
    dW_xh, dW_hh, db_h = (np.sum(parts, axis=0) for parts in zip(*shares))
    return dh, dc, dW_xh, dW_hh, db_h
""",
        "recursion": """
def lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params):
    if len(xs) == 0:
        return np.zeros_like(h0), np.zeros_like(c0), 0, 0, 0
    dh, dc, *later = lstm_backward(dhs[1:], xs[1:], hs[0], cs[0], hs[1:], cs[1:], gates[1:], params)
    dh, dc, *now = lstm_step_backward(
        dh + dhs[0], dc, xs[0], h0, c0, cs[0], gates[0], params
    )
    return dh, dc, *[a + b for a, b in zip(now, later)]
""",
        "in one piece, with one product for all steps": """
def lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params):
    T = len(xs)
    i, f, g, o = np.split(gates, 4, axis=2)
    h_old, c_old = np.concatenate([h0[None], hs[:-1]]), np.concatenate([c0[None], cs[:-1]])
    shown = np.tanh(cs)
    da, dh, dc = np.empty(gates.shape), 0, 0
    for t in reversed(range(T)):
        dh = dhs[t] + dh
        dc = dc + dh * o[t] * (1 - shown[t] ** 2)
        at = [dc * g[t], dc * c_old[t], dc * i[t], dh * shown[t]]
        slopes = [i[t] * (1 - i[t]), f[t] * (1 - f[t]), 1 - g[t] ** 2, o[t] * (1 - o[t])]
        da[t] = np.hstack([a * s for a, s in zip(at, slopes)])
        dh, dc = da[t] @ params["W_hh"].T, dc * f[t]
    dW_xh, dW_hh = np.tensordot(xs, da, ([0, 1], [0, 1])), np.tensordot(h_old, da, ([0, 1], [0, 1]))
    return dh, dc, dW_xh, dW_hh, da.sum(axis=(0, 1))
""",
        "float32": """
def lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params):
    dhs, xs, h0, c0, hs, cs, gates = map(np.float32, (dhs, xs, h0, c0, hs, cs, gates))
    params = {name: np.float32(value) for name, value in params.items()}
    dh, dc, sums = np.zeros_like(h0), np.zeros_like(c0), [0, 0, 0]
    for t in reversed(range(len(xs))):
        h_old, c_old = (hs[t - 1], cs[t - 1]) if t else (h0, c0)
        dh, dc, *parts = lstm_step_backward(
            np.float32(dh + dhs[t]), dc, xs[t], h_old, c_old, cs[t], gates[t], params
        )
        sums = [a + b for a, b in zip(sums, parts)]
    return dh, dc, *sums
""",
    },
    "adding_batch": {
        "one sequence after the other": """
def adding_batch(values, u):
    T, B = values.shape
    xs, targets = np.zeros((T, B, 2)), np.zeros(B)
    for b in range(B):
        xs[:, b, 0] = values[:, b]
        for start, part in ((0, u[0, b]), (T // 2, u[1, b])):
            place = start + int(part * (T // 2))
            xs[place, b, 1] = 1
            targets[b] += values[place, b]
    return xs, targets
""",
        "comparing places": """
def adding_batch(values, u):
    T, B = values.shape
    places = np.floor(u * (T // 2)) + np.array([[0], [T // 2]])
    steps = np.arange(T)[:, None]
    marks = (steps == places[0]) | (steps == places[1])
    return np.dstack([values, marks]), np.where(marks, values, 0).sum(0)
""",
        "rows of a unit matrix": """
def adding_batch(values, u):
    T = values.shape[0]
    places = (u * (T // 2)).astype(int)
    places[1] += T // 2
    marks = np.eye(T)[places].sum(axis=0).T
    return np.stack((values, marks), axis=-1), np.einsum("tb,tb->b", values, marks)
""",
        "the numbers picked out by their places": """
def adding_batch(values, u):
    T, B = values.shape
    first = (T / 2 * u[0]).astype(int)
    second = (T / 2 + T / 2 * u[1]).astype(int)
    columns = np.arange(B)
    xs = np.zeros((T, B, 2))
    xs[..., 0] = values
    xs[first, columns, 1] = xs[second, columns, 1] = 1
    return xs, values[first, columns] + values[second, columns]
""",
        "halves on an axis of their own, lists": """
def adding_batch(values, u):
    T, B = values.shape
    marks = np.zeros((2, T // 2, B))
    for half in range(2):
        for b in range(B):
            marks[half, int(u[half, b] * T / 2), b] = 1
    marks = marks.reshape(T, B)
    return np.stack([values, marks], axis=2).tolist(), list((values * marks).sum(axis=0))
""",
    },
    "mended_backward": {
        "the code, mended": """
def mended_backward(dys, xs, h0, c0, hs, cs, gates, params):
    dW_xh, dW_hh, db_h = 0, 0, 0
    dh_later, dc_later = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(xs))):
        h_before, c_before = (hs[t - 1], cs[t - 1]) if t > 0 else (h0, c0)
        i, f, g, o = np.split(gates[t], 4, axis=1)
        dh = dys[t] @ params["W_hy"].T + dh_later
        dc = dc_later + dh * o * (1 - np.tanh(cs[t]) ** 2)
        da_i = dc * g * i * (1 - i)
        da_f = dc * c_before * f * (1 - f)
        da_g = dc * i * (1 - g**2)
        da_o = dh * np.tanh(cs[t]) * o * (1 - o)
        da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
        dW_xh, dW_hh, db_h = dW_xh + xs[t].T @ da, dW_hh + h_before.T @ da, db_h + da.sum(axis=0)
        dh_later, dc_later = da @ params["W_hh"].T, dc * f
    return dW_xh, dW_hh, db_h
""",
        "own parts, one output after the other": """
def mended_backward(dys, xs, h0, c0, hs, cs, gates, params):
    dhs = np.stack([dy @ params["W_hy"].T for dy in dys])
    _, _, *grads = lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params)
    return grads
""",
        "einsum, and every gradient with a name": """
def mended_backward(dys, xs, h0, c0, hs, cs, gates, params):
    dhs = np.einsum("tbk,hk->tbh", dys, params["W_hy"])
    dh0, dc0, dW_xh, dW_hh, db_h = lstm_backward(dhs, xs, h0, c0, hs, cs, gates, params)
    return dW_xh, dW_hh, db_h
""",
        "the own step": """
def mended_backward(dys, xs, h0, c0, hs, cs, gates, params):
    dh, dc, sums = 0, np.zeros_like(c0), (0, 0, 0)
    for t in range(len(xs) - 1, -1, -1):
        before = (hs[t - 1], cs[t - 1]) if t else (h0, c0)
        dh = dh + dys[t] @ params["W_hy"].T
        dh, dc, *new = lstm_step_backward(dh, dc, xs[t], *before, cs[t], gates[t], params)
        sums = tuple(s + n for s, n in zip(sums, new))
    return sums
""",
        "float32": """
def mended_backward(dys, xs, h0, c0, hs, cs, gates, params):
    dys, xs, h0, c0, hs, cs, gates = map(np.float32, (dys, xs, h0, c0, hs, cs, gates))
    params = {name: np.float32(value) for name, value in params.items()}
    return lstm_backward(dys @ params["W_hy"].T, xs, h0, c0, hs, cs, gates, params)[2:]
""",
    },
}
