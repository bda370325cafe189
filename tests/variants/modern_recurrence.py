"""Right answers to the exercise on linear recurrences, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "combine": {
        "with names": """
def combine(u_first, v_first, u_then, v_then):
    u = u_first * u_then
    v = v_then + v_first * u_then
    return u, v
""",
        "as two points of a straight line": """
def combine(u_first, v_first, u_then, v_then):
    def go(h):
        return u_then * (u_first * h + v_first) + v_then

    at_zero = go(np.zeros_like(v_first))
    return go(np.ones_like(v_first)) - at_zero, at_zero
""",
        "in place, into its arguments": """
def combine(u_first, v_first, u_then, v_then):
    v_first *= u_then
    v_first += v_then
    u_first *= u_then
    return u_first, v_first
""",
        "a list": """
def combine(u_first, v_first, u_then, v_then):
    return [np.multiply(u_first, u_then), np.add(np.multiply(u_then, v_first), v_then)]
""",
        "float32": """
def combine(u_first, v_first, u_then, v_then):
    u_first, v_first, u_then, v_then = map(np.float32, (u_first, v_first, u_then, v_then))
    return u_then * u_first, u_then * v_first + v_then
""",
    },
    "linear_scan": {
        "a distance that doubles": """
def linear_scan(u, v, h0):
    d, rounds = 1, 0
    while d < len(u):
        new_u, new_v = combine(u[:-d], v[:-d], u[d:], v[d:])
        u = np.concatenate([u[:d], new_u], axis=0)
        v = np.concatenate([v[:d], new_v], axis=0)
        d, rounds = 2 * d, rounds + 1
    return u * h0[None] + v, rounds
""",
        "on copies": """
def linear_scan(u, v, h0):
    T = u.shape[0]
    rounds = (T - 1).bit_length()
    for k in range(rounds):
        d = 1 << k
        old_u, old_v = u.copy(), v.copy()
        u[d:], v[d:] = combine(old_u[: T - d], old_v[: T - d], old_u[d:], old_v[d:])
    return v + u * h0, rounds
""",
        "padded and masked": """
def linear_scan(u, v, h0):
    T, d, rounds = len(u), 1, 0
    while d < T:
        places = range(d, T)
        far = combine(u[: T - d], v[: T - d], u.take(places, axis=0), v.take(places, axis=0))
        u, v = (np.where(np.arange(T)[:, None, None] < d, old, np.pad(new, ((d, 0), (0, 0), (0, 0))))
                for old, new in zip((u, v), far))
        d, rounds = d + d, rounds + 1
    return np.multiply(u, h0) + v, rounds
""",
        "into new arrays": """
def linear_scan(u, v, h0):
    rounds = int(np.ceil(np.log2(u.shape[0])))
    for d in [2**k for k in range(rounds)]:
        new_u, new_v = np.empty_like(u), np.empty_like(v)
        new_u[:d], new_v[:d] = u[:d], v[:d]
        new_u[d:], new_v[d:] = combine(u[:-d], v[:-d], u[d:], v[d:])
        u, v = new_u, new_v
    return u * h0 + v, rounds
""",
        "float32, and a list": """
def linear_scan(u, v, h0):
    u, v, h0 = np.float32(u), np.float32(v), np.float32(h0)
    d, rounds = 1, 0
    while d < len(u):
        far_u, far_v = combine(u[:-d], v[:-d], u[d:], v[d:])
        u, v = np.array([*u[:d], *far_u]), np.array([*v[:d], *far_v])
        d, rounds = d * 2, rounds + 1
    return list(u * h0 + v), rounds
""",
    },
    "mingru_step": {
        "slices": """
def mingru_step(x, h, params):
    H = h.shape[1]
    a = x @ params["W_xh"] + params["b_h"]
    z = 1 / (1 + np.exp(-a[:, :H]))
    return a[:, H:] + z * (h - a[:, H:])
""",
        "each matrix cut in two": """
def mingru_step(x, h, params):
    W_z, W_n = np.hsplit(params["W_xh"], 2)
    b_z, b_n = np.split(params["b_h"], 2)
    keep = sigmoid(np.dot(x, W_z) + b_z)
    write = sigmoid(-(np.dot(x, W_z) + b_z))
    return keep * h + write * (np.dot(x, W_n) + b_n)
""",
        "in place, into its argument": """
def mingru_step(x, h, params):
    a = x @ params["W_xh"]
    a += params["b_h"]
    z, n = sigmoid(a[:, : h.shape[1]]), a[:, h.shape[1] :]
    h -= n
    h *= z
    h += n
    return h
""",
        "one sequence after the other": """
def mingru_step(x, h, params):
    rows = []
    for row, old in zip(x, h):
        a = row @ params["W_xh"] + params["b_h"]
        z, n = sigmoid(a[: len(old)]), a[len(old) :]
        rows.append(z * old + (1 - z) * n)
    return rows
""",
        "float32": """
def mingru_step(x, h, params):
    a = np.float32(x) @ np.float32(params["W_xh"]) + np.float32(params["b_h"])
    z, n = np.split(a, 2, axis=-1)
    z = sigmoid(z)
    return z * np.float32(h) + (1 - z) * n
""",
    },
    "mingru_scan": {
        "slices": """
def mingru_scan(xs, h0, params):
    H = h0.shape[1]
    a = xs @ params["W_xh"] + params["b_h"]
    z = sigmoid(a[..., :H])
    return linear_scan(z, sigmoid(-a[..., :H]) * a[..., H:], h0)[0]
""",
        "by the loop": """
def mingru_scan(xs, h0, params):
    h, hs = h0, []
    for x in xs:
        z, n = np.split(x @ params["W_xh"] + params["b_h"], 2, axis=1)
        z = 1 / (1 + np.exp(-z))
        h = n + z * (h - n)
        hs.append(h)
    return np.stack(hs)
""",
        "einsum, blocks on an axis of their own": """
def mingru_scan(xs, h0, params):
    D, H = len(params["W_xh"]), h0.shape[1]
    z, n = np.einsum("tbd,dkj->ktbj", xs, params["W_xh"].reshape(D, 2, H))
    b_z, b_n = params["b_h"].reshape(2, H)
    keep = sigmoid(z + b_z)
    hs, rounds = linear_scan(u=keep, v=(1 - keep) * (n + b_n), h0=h0)
    return hs
""",
        "all steps as rows of one matrix": """
def mingru_scan(xs, h0, params):
    T, B, D = xs.shape
    a = (xs.reshape(T * B, D) @ params["W_xh"] + params["b_h"]).reshape(T, B, -1)
    z, n = np.split(a, 2, axis=-1)
    keep = 1.0 / (1.0 + np.exp(-z))
    found = linear_scan(keep, n - keep * n, h0)
    return found[0]
""",
        "float32": """
def mingru_scan(xs, h0, params):
    a = np.float32(xs) @ np.float32(params["W_xh"]) + np.float32(params["b_h"])
    z, n = np.split(a, 2, axis=2)
    z = sigmoid(z)
    hs, _ = linear_scan(z, (1 - z) * n, np.float32(h0))
    return hs
""",
    },
    "slstm_step": {
        "slices and other names": """
def slstm_step(a, c, n, m):
    H = c.shape[1]
    log_i, log_f = a[:, :H], a[:, H : 2 * H]
    new, show = np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
    top = np.where(log_f + m > log_i, log_f + m, log_i)
    i, f = np.exp(log_i - top), np.exp(log_f + m - top)
    c_new, n_new = f * c + i * new, f * n + i
    return show * (c_new / n_new), c_new, n_new, top
""",
        "one gate is always one": """
def slstm_step(a, c, n, m):
    i, f, g, o = np.split(a, 4, axis=-1)
    ahead = f + m - i  # of keeping, before writing
    keep, write = np.exp(np.minimum(ahead, 0)), np.exp(-np.maximum(ahead, 0))
    c, n = keep * c + write * np.tanh(g), keep * n + write
    return c / n / (1 + np.exp(-o)), c, n, i + np.maximum(ahead, 0)
""",
        "in place, into its arguments": """
def slstm_step(a, c, n, m):
    i, f, g, o = np.hsplit(a, 4)
    f += m
    np.maximum(f, i, out=m)
    i -= m
    f -= m
    np.exp(i, out=i)
    np.exp(f, out=f)
    c *= f
    c += i * np.tanh(g)
    n *= f
    n += i
    return [sigmoid(o) * c / n, c, n, m]
""",
        "blocks on an axis of their own": """
def slstm_step(a, c, n, m):
    i, f, g, o = a.reshape(len(a), 4, -1).transpose(1, 0, 2)
    m_new = np.max([f + m, i], axis=0)
    c = np.exp(f + m - m_new) * c + np.exp(i - m_new) * np.tanh(g)
    n = np.exp(f + m - m_new) * n + np.exp(i - m_new)
    return c * sigmoid(o) / n, c, n, m_new
""",
        "the four states in one array": """
def slstm_step(a, c, n, m):
    i, f, g, o = np.split(a, 4, axis=1)
    m, before = np.fmax(i, f + m), m
    cell = np.exp(i - m) * np.stack([np.tanh(g), np.ones_like(g)])
    cell += np.exp(f + before - m) * np.stack([c, n])
    return np.stack([sigmoid(o) * cell[0] / cell[1], *cell, m])
""",
    },
    "parity_gates": {
        "where": """
def parity_gates(bits):
    return np.where(bits == 1, -1, 1), np.where(bits == 1, 1, 0)
""",
        "a power": """
def parity_gates(bits):
    return (-1.0) ** bits, 1.0 * bits
""",
        "a table": """
def parity_gates(bits):
    u, v = np.array([1, -1]), np.array([0, 1])
    return u[bits], v[bits]
""",
        "lists": """
def parity_gates(bits):
    u = [[-1 if bit else 1 for bit in row] for row in bits]
    v = [[1 if bit else 0 for bit in row] for row in bits]
    return u, v
""",
        "signs and a mean": """
def parity_gates(bits):
    sign = np.float32(1) - 2 * bits
    return np.stack([sign, (1 - sign) / 2])
""",
    },
    "which_property": {
        "a table": """
def which_property(cell):
    return {
        "rnn": (False, True, True),
        "lstm": (False, True, True),
        "slstm": (False, True, True),
        "mingru": (True, True, False),
        "signed mingru": (True, True, True),
        "attention": (True, False, False),
    }[cell]
""",
        "a chain of ifs": """
def which_property(cell):
    if cell == "attention":
        return True, False, False
    if cell == "mingru":
        return True, True, False
    if cell == "signed mingru":
        return True, True, True
    return False, True, True
""",
        "a list": """
def which_property(cell):
    linear = cell.endswith("mingru")
    attention = cell == "attention"
    return [linear or attention, not attention, not attention and cell != "mingru"]
""",
        "ones and zeros": """
def which_property(cell):
    parallel = int(cell in {"mingru", "signed mingru", "attention"})
    return np.array([parallel, cell != "attention", cell not in ("mingru", "attention")])
""",
        "NumPy's truth": """
def which_property(cell):
    names = np.array(["rnn", "lstm", "slstm", "signed mingru", "mingru", "attention"])
    place = np.argmax(names == cell)
    return place >= 3, place <= 4, place <= 3
""",
    },
}
