"""Right answers to the exercise on variants of the LSTM, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "gru_update": {
        "from the candidate on": """
def gru_update(z, n, h):
    return n + z * (h - n)
""",
        "from the old state on": """
def gru_update(z, n, h):
    write = 1.0 - z
    return h + write * (n - h)
""",
        "in place, into its arguments": """
def gru_update(z, n, h):
    h *= z
    n *= 1 - z
    h += n
    return h
""",
        "loops over plain floats": """
def gru_update(z, n, h):
    rows = zip(z.tolist(), n.tolist(), h.tolist())
    return [[k * old + (1 - k) * new for k, new, old in zip(*row)] for row in rows]
""",
        "float32": """
def gru_update(z, n, h):
    z, n, h = np.float32(z), np.float32(n), np.float32(h)
    return z * h + (np.float32(1) - z) * n
""",
    },
    "gru_candidate": {
        "an if for each variant": """
def gru_candidate(a, r, h, W_hn, b_hn, variant="after"):
    if variant == "before":
        return np.tanh(a + (r * h) @ W_hn)
    if variant == "after":
        return np.tanh(a + r * (h @ W_hn + b_hn))
    raise ValueError(f"no such variant: {variant}")
""",
        "einsum": """
def gru_candidate(a, r, h, W_hn, b_hn, variant="after"):
    if variant == "before":
        past = np.einsum("bj,bj,jk->bk", r, h, W_hn)
    else:
        past = np.einsum("bk,bj,jk->bk", r, h, W_hn) + r * b_hn
    return np.tanh(past + a)
""",
        "in place, into its arguments": """
def gru_candidate(a, r, h, W_hn, b_hn, variant="after"):
    if variant == "after":
        a += r * b_hn
        a += r * np.dot(h, W_hn)
    else:
        h *= r
        a += np.dot(h, W_hn)
    return np.tanh(a, out=a)
""",
        "one sequence after the other": """
def gru_candidate(a, r, h, W_hn, b_hn, variant="after"):
    n = np.empty_like(a)
    for b in range(len(a)):
        if variant == "after":
            n[b] = a[b] + r[b] * (W_hn.T @ h[b] + b_hn)
        else:
            n[b] = a[b] + W_hn.T @ (r[b] * h[b])
    return np.tanh(n)
""",
        "tanh from the sigmoid, and a list": """
def gru_candidate(a, r, h, W_hn, b_hn, variant="after"):
    past = (r * h) @ W_hn if variant != "after" else r * (b_hn + h @ W_hn)
    return (2 * sigmoid(2 * (a + past)) - 1).tolist()
""",
        "float32": """
def gru_candidate(a, r, h, W_hn, b_hn, variant="after"):
    a, r, h, W_hn, b_hn = map(np.float32, (a, r, h, W_hn, b_hn))
    return np.tanh(a + (r * (h @ W_hn + b_hn) if variant == "after" else (r * h) @ W_hn))
""",
    },
    "gru_step": {
        "all columns first, then the blocks": """
def gru_step(x, h, params, variant="after"):
    H = h.shape[1]
    from_x = x @ params["W_xh"] + params["b_h"]
    from_h = h @ params["W_hh"]
    r = sigmoid(from_x[:, :H] + from_h[:, :H])
    z = sigmoid(from_x[:, H : 2 * H] + from_h[:, H : 2 * H])
    n = gru_candidate(
        from_x[:, 2 * H :], r, h, params["W_hh"][:, 2 * H :], params["b_hn"], variant=variant
    )
    return gru_update(z, n, h)
""",
        "each matrix cut into three": """
def gru_step(x, h, params, variant="after"):
    W_xr, W_xz, W_xn = np.split(params["W_xh"], 3, axis=1)
    W_hr, W_hz, W_hn = np.split(params["W_hh"], 3, axis=1)
    b_r, b_z, b_n = np.split(params["b_h"], 3)
    r = sigmoid(x @ W_xr + h @ W_hr + b_r)
    z = sigmoid(x @ W_xz + h @ W_hz + b_z)
    return gru_update(z, gru_candidate(x @ W_xn + b_n, r, h, W_hn, params["b_hn"], variant), h)
""",
        "in one piece, without the earlier parts": """
def gru_step(x, h, params, variant="after"):
    a_r, a_z, a_n = np.split(x @ params["W_xh"] + params["b_h"], 3, axis=1)
    U_r, U_z, U_n = np.split(params["W_hh"], 3, axis=1)
    r, z = sigmoid(a_r + h @ U_r), sigmoid(a_z + h @ U_z)
    if variant == "after":
        n = np.tanh(a_n + r * (h @ U_n + params["b_hn"]))
    else:
        n = np.tanh(a_n + (r * h) @ U_n)
    return n + z * (h - n)
""",
        "input and state side by side": """
def gru_step(x, h, params, variant="after"):
    H = h.shape[1]
    joined = np.concatenate([x, h], axis=1)
    W = np.concatenate([params["W_xh"], params["W_hh"]], axis=0)
    gates = sigmoid(joined @ W[:, : 2 * H] + params["b_h"][: 2 * H])
    a = x @ W[: x.shape[1], 2 * H :] + params["b_h"][2 * H :]
    n = gru_candidate(a, gates[:, :H], h, W[x.shape[1] :, 2 * H :], params["b_hn"], variant)
    return gru_update(gates[:, H:], n, h)
""",
        "blocks on an axis of their own": """
def gru_step(x, h, params, variant="after"):
    (B, D), H = x.shape, h.shape[1]
    a = np.einsum("bd,dkj->kbj", x, params["W_xh"].reshape(D, 3, H))
    a = a + params["b_h"].reshape(3, 1, H)
    U = params["W_hh"].reshape(H, 3, H)
    r, z = (sigmoid(a[k] + h @ U[:, k]) for k in (0, 1))
    return gru_update(z=z, n=gru_candidate(a[2], r, h, U[:, 2], params["b_hn"], variant), h=h)
""",
        "float32": """
def gru_step(x, h, params, variant="after"):
    x, h = np.float32(x), np.float32(h)
    p = {name: np.float32(value) for name, value in params.items()}
    H = h.shape[1]
    a = x @ p["W_xh"] + p["b_h"]
    gates = sigmoid(a[:, : 2 * H] + h @ p["W_hh"][:, : 2 * H])
    n = gru_candidate(a[:, 2 * H :], gates[:, :H], h, p["W_hh"][:, 2 * H :], p["b_hn"], variant)
    return gru_update(gates[:, H:], n, h)
""",
    },
    "gru_from_torch": {
        "block by block": """
def gru_from_torch(w_ih, w_hh, b_ih, b_hh):
    b_ir, b_iz, b_in = np.split(b_ih, 3)
    b_hr, b_hz, b_hn = np.split(b_hh, 3)
    b_h = np.concatenate([b_ir + b_hr, b_iz + b_hz, b_in])
    return dict(W_xh=w_ih.T, W_hh=w_hh.T, b_h=b_h, b_hn=b_hn)
""",
        "the second bias without its last block": """
def gru_from_torch(w_ih, w_hh, b_ih, b_hh):
    H = len(b_hh) // 3
    gates = np.where(np.arange(3 * H) < 2 * H, b_hh, 0)
    return {"b_hn": b_hh[-H:], "b_h": b_ih + gates, "W_hh": w_hh.transpose(), "W_xh": w_ih.transpose()}
""",
        "in place, into its argument": """
def gru_from_torch(w_ih, w_hh, b_ih, b_hh):
    H = w_hh.shape[1]
    b_ih[: 2 * H] += b_hh[: 2 * H]
    return {"W_xh": w_ih.T.copy(), "W_hh": w_hh.T.copy(), "b_h": b_ih, "b_hn": b_hh[2 * H :].copy()}
""",
        "rows of a table": """
def gru_from_torch(w_ih, w_hh, b_ih, b_hh):
    first, second = b_ih.reshape(3, -1), b_hh.reshape(3, -1)
    b_h = np.vstack([first[:2] + second[:2], first[2:]]).ravel()
    return {"W_xh": np.moveaxis(w_ih, 0, 1), "W_hh": np.moveaxis(w_hh, 0, 1), "b_h": b_h, "b_hn": second[2]}
""",
        "lists": """
def gru_from_torch(w_ih, w_hh, b_ih, b_hh):
    H = w_hh.shape[1]
    b_h = [u + v for u, v in zip(b_ih, b_hh)][: 2 * H] + list(b_ih)[2 * H :]
    columns = lambda w: [list(column) for column in zip(*w)]
    return {"W_xh": columns(w_ih), "W_hh": columns(w_hh), "b_h": b_h, "b_hn": list(b_hh)[2 * H :]}
""",
    },
    "cifg_step": {
        "slices and other names": """
def cifg_step(x, h, c, params):
    H = h.shape[1]
    a = np.dot(x, params["W_xh"]) + np.dot(h, params["W_hh"]) + params["b_h"]
    keep, new, show = sigmoid(a[:, :H]), np.tanh(a[:, H : 2 * H]), sigmoid(a[:, 2 * H :])
    c_new = keep * c + (1 - keep) * new
    return show * np.tanh(c_new), c_new
""",
        "an input gate of its own name": """
def cifg_step(x, h, c, params):
    a_f, a_g, a_o = np.split(x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"], 3, axis=-1)
    i = sigmoid(-a_f)  # 1 - sigmoid(a_f)
    c = c + i * (np.tanh(a_g) - c)
    return np.tanh(c) * sigmoid(a_o), c
""",
        "in place, into its argument": """
def cifg_step(x, h, c, params):
    a = x @ params["W_xh"]
    a += h @ params["W_hh"]
    a += params["b_h"]
    f, g, o = (a[:, k * c.shape[1] : (k + 1) * c.shape[1]] for k in range(3))
    f = sigmoid(f)
    c *= f
    c += np.tanh(g) - f * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
""",
        "one array of both states": """
def cifg_step(x, h, c, params):
    B, H = c.shape
    a = (x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]).reshape(B, 3, H)
    f, o = sigmoid(a[:, 0]), sigmoid(a[:, 2])
    c = f * c + (1 - f) * np.tanh(a[:, 1])
    return np.stack([o * np.tanh(c), c])
""",
        "float32": """
def cifg_step(x, h, c, params):
    x, h, c = map(np.float32, (x, h, c))
    W_xh, W_hh, b_h = (np.float32(params[name]) for name in ("W_xh", "W_hh", "b_h"))
    f, g, o = np.hsplit(x @ W_xh + h @ W_hh + b_h, 3)
    f, o = sigmoid(f), sigmoid(o)
    c = f * c + (1 - f) * np.tanh(g)
    return [o * np.tanh(c), c]
""",
    },
    "peephole_step": {
        "slices, gate by gate": """
def peephole_step(x, h, c, params):
    H = c.shape[1]
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    i = sigmoid(a[:, :H] + c * params["p_i"])
    f = sigmoid(a[:, H : 2 * H] + c * params["p_f"])
    g = np.tanh(a[:, 2 * H : 3 * H])
    c_new = f * c + i * g
    o = sigmoid(a[:, 3 * H :] + c_new * params["p_o"])
    return o * np.tanh(c_new), c_new
""",
        "peepholes as diagonal matrices": """
def peephole_step(x, h, c, params):
    i, f, g, o = np.split(x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"], 4, axis=1)
    i = sigmoid(i + c @ np.diag(params["p_i"]))
    f = sigmoid(f + c @ np.diag(params["p_f"]))
    c = i * np.tanh(g) + f * c
    o = sigmoid(o + c @ np.diag(params["p_o"]))
    return np.tanh(c) * o, c
""",
        "in place, into its argument": """
def peephole_step(x, h, c, params):
    a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
    H = a.shape[1] // 4
    a[:, :H] += params["p_i"] * c
    a[:, H : 2 * H] += params["p_f"] * c
    c *= sigmoid(a[:, H : 2 * H])
    c += sigmoid(a[:, :H]) * np.tanh(a[:, 2 * H : 3 * H])
    a[:, 3 * H :] += params["p_o"] * c
    return sigmoid(a[:, 3 * H :]) * np.tanh(c), c
""",
        "einsum and a list": """
def peephole_step(x, h, c, params):
    a = np.einsum("bd,dk->bk", x, params["W_xh"]) + np.einsum("bj,jk->bk", h, params["W_hh"])
    i, f, g, o = np.hsplit(a + params["b_h"], 4)
    old = c
    c = sigmoid(f + params["p_f"] * old) * old + sigmoid(i + params["p_i"] * old) * np.tanh(g)
    return [(sigmoid(o + params["p_o"] * c) * np.tanh(c)).tolist(), c.tolist()]
""",
        "float32": """
def peephole_step(x, h, c, params):
    x, h, c = map(np.float32, (x, h, c))
    p = {name: np.float32(value) for name, value in params.items()}
    i, f, g, o = np.split(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"], 4, axis=1)
    i, f = sigmoid(i + p["p_i"] * c), sigmoid(f + p["p_f"] * c)
    c = f * c + i * np.tanh(g)
    return sigmoid(o + p["p_o"] * c) * np.tanh(c), c
""",
    },
    "param_count": {
        "a table of blocks": """
def param_count(cell, D, H):
    blocks = {"rnn": 1, "lstm": 4, "cifg": 3, "peephole": 4, "gru before": 3, "gru after": 3}
    beside = {"peephole": 3 * H, "gru after": H}
    return blocks[cell] * (D * H + H * H + H) + beside.get(cell, 0)
""",
        "one case after the other": """
def param_count(cell, D, H):
    block = D * H + H**2 + H
    if cell == "rnn":
        return block
    if cell == "lstm":
        return 4 * block
    if cell == "peephole":
        return 4 * block + 3 * H
    return 3 * block + (H if cell == "gru after" else 0)
""",
        "arrays that are counted": """
def param_count(cell, D, H):
    n = {"rnn": 1, "lstm": 4, "peephole": 4}.get(cell, 3)
    arrays = [np.zeros((D, n * H)), np.zeros((H, n * H)), np.zeros(n * H)]
    if cell == "peephole":
        arrays += [np.zeros(H)] * 3
    if cell.endswith("after"):
        arrays.append(np.zeros(H))
    return sum(array.size for array in arrays)
""",
        "match": """
def param_count(cell, D, H):
    match cell:
        case "rnn":
            per_unit = D + H + 1
        case "lstm":
            per_unit = 4 * (D + H + 1)
        case "peephole":
            per_unit = 4 * (D + H) + 7
        case "gru after":
            per_unit = 3 * (D + H) + 4
        case _:
            per_unit = 3 * (D + H + 1)
    return per_unit * H
""",
        "a NumPy integer": """
def param_count(cell, D, H):
    blocks, beside = {
        "rnn": (1, 0), "lstm": (4, 0), "cifg": (3, 0),
        "peephole": (4, 3), "gru before": (3, 0), "gru after": (3, 1),
    }[cell]
    return np.dot([blocks, beside], [H * (D + H + 1), H])
""",
    },
    "param_budget": {
        "a loop until it no longer fits": """
def param_budget(budget, D, blocks, beside=0):
    H = 0
    while blocks * (H + 1) * (D + H + 2) + beside * (H + 1) <= budget:
        H += 1
    return H
""",
        "counting those that fit": """
def param_budget(budget, D, blocks, beside=0):
    return sum(H * (blocks * (D + H + 1) + beside) <= budget for H in range(1, budget + 1))
""",
        "from above": """
def param_budget(budget, D, blocks, beside=0):
    for H in range(budget, 0, -1):
        if blocks * (D * H + H * H + H) + beside * H <= budget:
            return H
    return 0
""",
        "a quadratic equation": """
def param_budget(budget, D, blocks, beside=0):
    b = blocks * (D + 1) + beside
    root = (-b + (b * b + 4 * blocks * budget) ** 0.5) / (2 * blocks)
    return int(root + 1e-9)
""",
        "an array of all": """
def param_budget(budget, D, blocks, beside=0):
    H = np.arange(budget)
    return np.flatnonzero(blocks * H * (D + H + 1) + beside * H <= budget)[-1]
""",
    },
    "sign_flip_p": {
        "loops": """
def sign_flip_p(a, b):
    d, count = a - b, 0
    for signs in product((-1, 1), repeat=len(d)):
        if abs(sum(s * x for s, x in zip(signs, d))) >= abs(sum(d)):
            count += 1
    return count / 2 ** len(d)
""",
        "signs from the bits of a number": """
def sign_flip_p(a, b):
    n, d = len(a), a - b
    bits = np.arange(2**n)[:, None] >> np.arange(n) & 1
    means = (1 - 2 * bits) @ d / n
    return (np.abs(means) >= abs(d.mean()) - 1e-12).mean()
""",
        "which cell each number belongs to": """
def sign_flip_p(a, b):
    found, far, all_choices = abs(np.mean(a) - np.mean(b)), 0, 0
    for swap in product([False, True], repeat=len(a)):
        one, other = np.where(swap, b, a), np.where(swap, a, b)
        all_choices += 1
        far += abs(np.mean(one) - np.mean(other)) >= found - 1e-9
    return far / all_choices
""",
        "growing sums": """
def sign_flip_p(a, b):
    sums = np.zeros(1)
    for x in b - a:
        sums = np.concatenate([sums + x, sums - x])
    return np.count_nonzero(np.abs(sums) >= abs((b - a).sum())) / len(sums)
""",
        "half of the choices, by symmetry": """
def sign_flip_p(a, b):
    d = np.asarray(a) - np.asarray(b)
    rest = np.array(list(product((1, -1), repeat=len(d) - 1)))
    sums = d[0] + rest @ d[1:]
    return float(np.mean(abs(sums) >= abs(sum(d))))
""",
    },
}
