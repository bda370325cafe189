"""Right answers to the exercise on remedies, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "global_norm": {
        "one long vector": """
def global_norm(grads):
    return np.linalg.norm(np.concatenate([np.ravel(grad) for grad in grads.values()]))
""",
        "a norm of norms": """
def global_norm(grads):
    return np.linalg.norm([np.linalg.norm(grad) for grad in grads.values()])
""",
        "a loop over names": """
def global_norm(grads):
    total = 0.0
    for name in grads:
        total += (grads[name] * grads[name]).sum()
    return total**0.5
""",
        "plain floats": """
def global_norm(grads):
    numbers = [float(x) for grad in grads.values() for x in np.ravel(grad)]
    return sum(x * x for x in numbers) ** 0.5
""",
        "dot products": """
def global_norm(grads):
    return np.sqrt(np.sum([np.dot(g.ravel(), g.ravel()) for g in map(np.asarray, grads.values())]))
""",
        "float32": """
def global_norm(grads):
    flat = np.hstack([np.asarray(grad, dtype=np.float32).ravel() for grad in grads.values()])
    return np.hypot.reduce(flat)
""",
    },
    "clip_global_norm": {
        "the smaller of two factors": """
def clip_global_norm(grads, limit):
    norm = global_norm(grads)
    scale = min(1.0, limit / norm) if norm > 0 else 1.0
    return {name: grad * scale for name, grad in grads.items()}, norm
""",
        "divided by the larger of two": """
def clip_global_norm(grads, limit):
    norm = global_norm(grads)
    return {name: limit * grad / max(norm, limit) for name, grad in grads.items()}, norm
""",
        "two ways out": """
def clip_global_norm(grads, limit):
    norm = global_norm(grads)
    if norm <= limit:
        return grads, norm
    clipped = {}
    for name in grads:
        clipped[name] = grads[name] / norm * limit
    return clipped, norm
""",
        "as PyTorch does, with a tiny number added": """
def clip_global_norm(grads, limit):
    norm = global_norm(grads)
    scale = np.minimum(limit / (norm + 1e-6), 1.0)
    return {name: scale * grad for name, grad in grads.items()}, norm
""",
        "without global_norm": """
def clip_global_norm(grads, limit):
    flat = np.concatenate([np.ravel(grad) for grad in grads.values()])
    norm = np.sqrt(flat @ flat)
    if norm > limit:
        grads = {name: limit / norm * grad for name, grad in grads.items()}
    return grads, float(norm)
""",
        "in place, into its argument": """
def clip_global_norm(grads, limit):
    norm = global_norm(grads)
    if norm > limit:
        for name in grads:
            grads[name] *= limit / norm
    return grads, norm
""",
        "float32": """
def clip_global_norm(grads, limit):
    norm = np.float32(global_norm(grads))
    scale = np.float32(limit / norm if norm > limit else 1)
    return [{name: scale * np.asarray(g, dtype=np.float32) for name, g in grads.items()}, norm]
""",
    },
    "clipped_step": {
        "the colleague's, mended": """
def clipped_step(params, parts, limit, rate):
    total = {name: np.zeros_like(w) for name, w in params.items()}
    for part in parts:
        total = {name: total[name] + part[name] for name in total}
    total = {name: grad / len(parts) for name, grad in total.items()}
    total, norm = clip_global_norm(total, limit)
    params = {name: w - rate * total[name] for name, w in params.items()}
    return params, norm
""",
        "np.mean over a list": """
def clipped_step(params, parts, limit, rate):
    grads = {name: np.mean([part[name] for part in parts], axis=0) for name in params}
    grads, norm = clip_global_norm(grads, limit)
    return {name: params[name] - rate * grads[name] for name in params}, norm
""",
        "each part divided first": """
def clipped_step(params, parts, limit, rate):
    n = len(parts)
    grads = {name: np.zeros(np.shape(w)) for name, w in params.items()}
    for part in parts:
        for name in grads:
            grads[name] = grads[name] + part[name] / n
    grads, norm = clip_global_norm(grads, limit)
    new = {}
    for name in params:
        new[name] = params[name] - rate * grads[name]
    return new, norm
""",
        "without clip_global_norm": """
def clipped_step(params, parts, limit, rate):
    mean = {name: sum(part[name] for part in parts) / len(parts) for name in params}
    norm = np.sqrt(sum((grad**2).sum() for grad in mean.values()))
    rate = rate * min(1.0, limit / norm)
    return {name: w - rate * mean[name] for name, w in params.items()}, norm
""",
        "in place, into its arguments": """
def clipped_step(params, parts, limit, rate):
    first, *rest = parts
    for part in rest:
        for name in first:
            first[name] += part[name]
    for name in first:
        first[name] /= len(parts)
    clipped, norm = clip_global_norm(first, limit)
    for name in params:
        params[name] -= rate * clipped[name]
    return params, norm
""",
        "stacked": """
def clipped_step(params, parts, limit, rate):
    stacked = {name: np.stack([part[name] for part in parts]) for name in params}
    mean = {name: np.einsum("p...->...", s) / s.shape[0] for name, s in stacked.items()}
    clipped, norm = clip_global_norm(mean, limit)
    return {name: np.subtract(w, rate * clipped[name]) for name, w in params.items()}, norm
""",
    },
    "orthogonal_init": {
        "two branches": """
def orthogonal_init(A, gain):
    n, m = A.shape
    if n < m:
        Q, R = np.linalg.qr(A.T)
        return gain * (Q @ np.diag(np.sign(np.diag(R)))).T
    Q, R = np.linalg.qr(A)
    return gain * Q @ np.diag(np.sign(np.diag(R)))
""",
        "it calls itself for a wide matrix": """
def orthogonal_init(A, gain):
    if A.shape[0] < A.shape[1]:
        return orthogonal_init(A.T, gain).T
    Q, R = np.linalg.qr(A)
    return gain * np.where(np.diagonal(R) < 0, -Q, Q)
""",
        "Gram and Schmidt": """
def orthogonal_init(A, gain):
    wide = A.shape[1] > A.shape[0]
    columns = []
    for a in A if wide else A.T:
        for _ in range(2):
            for q in columns:
                a = a - (q @ a) * q
        columns.append(a / np.linalg.norm(a))
    Q = gain * np.stack(columns)
    return Q if wide else Q.T
""",
        "by Cholesky's factor": """
def orthogonal_init(A, gain):
    M = A if len(A) >= A.shape[1] else A.T
    Q = gain * M @ np.linalg.inv(np.linalg.cholesky(M.T @ M).T)
    return Q if M is A else Q.T
""",
        "column by column, in place": """
def orthogonal_init(A, gain):
    flip = A.shape[0] < A.shape[1]
    Q, R = np.linalg.qr(A.T if flip else A)
    for k in range(Q.shape[1]):
        if R[k, k] < 0:
            Q[:, k] *= -1
    Q *= gain
    return (Q.T if flip else Q).tolist()
""",
        "divided by absolute values": """
def orthogonal_init(A, gain):
    n, m = A.shape
    Q, R = np.linalg.qr(A.T) if m > n else np.linalg.qr(A)
    d = R.diagonal()
    Q = Q * (d / np.abs(d)) * gain
    return np.transpose(Q) if m > n else Q
""",
    },
    "irnn_init": {
        "in steps": """
def irnn_init(A, scale, std):
    D, H = A.shape
    W_hh = np.zeros((H, H))
    np.fill_diagonal(W_hh, scale)
    return dict(W_xh=A * std, W_hh=W_hh, b_h=np.zeros((H,)))
""",
        "np.identity": """
def irnn_init(A, scale, std):
    params = {}
    params["W_xh"] = np.multiply(std, A)
    params["W_hh"] = np.identity(len(A[0])) * scale
    params["b_h"] = np.zeros(len(A[0]))
    return params
""",
        "a diagonal, in another order": """
def irnn_init(A, scale, std):
    H = A.shape[-1]
    return {"b_h": 0 * A[0], "W_hh": np.diag(np.full(H, scale)), "W_xh": std * A}
""",
        "loops and lists": """
def irnn_init(A, scale, std):
    H = len(A[0])
    W_hh = [[scale if j == k else 0 for k in range(H)] for j in range(H)]
    return {"W_xh": [[std * a for a in row] for row in A], "W_hh": W_hh, "b_h": [0] * H}
""",
        "in place, into its argument": """
def irnn_init(A, scale, std):
    A *= std
    eye = np.eye(A.shape[1])
    eye *= scale
    return {"W_xh": A, "W_hh": eye, "b_h": np.zeros_like(A[0])}
""",
        "float32": """
def irnn_init(A, scale, std):
    H = A.shape[1]
    return {
        "W_xh": (std * A).astype(np.float32),
        "W_hh": np.eye(H, dtype=np.float32) * np.float32(scale),
        "b_h": np.zeros(H, dtype=np.float32),
    }
""",
    },
    "temporal_order_batch": {
        "one sequence after the other": """
def temporal_order_batch(symbols, marks, u):
    T, B = symbols.shape
    xs, labels = np.zeros((T, B, 6)), np.zeros(B)
    for b in range(B):
        row = symbols[:, b].copy()
        row[T // 10 + int(u[0, b] * (T // 10))] = marks[0, b]
        row[4 * T // 10 + int(u[1, b] * (T // 10))] = marks[1, b]
        xs[np.arange(T), b, row] = 1
        labels[b] = 2 * marks[0, b] + marks[1, b]
    return xs, labels
""",
        "by comparison with all symbols": """
def temporal_order_batch(symbols, marks, u):
    T, B = symbols.shape
    n = T // 10
    places = (np.array([[n], [4 * n]]) + u * n).astype(int)
    t = np.arange(T)[:, None]
    full = np.where(t == places[0], marks[0], symbols)
    full = np.where(t == places[1], marks[1], full)
    return (full[:, :, None] == np.arange(6)).astype(float), 2 * marks[0] + marks[1]
""",
        "in place, into its argument": """
def temporal_order_batch(symbols, marks, u):
    n, b = symbols.shape[0] // 10, np.arange(symbols.shape[1])
    symbols[n + (n * u[0]).astype(int), b] = marks[0]
    symbols[4 * n + (n * u[1]).astype(int), b] = marks[1]
    return np.identity(6)[symbols], marks.T @ [2, 1]
""",
        "a table of classes": """
def temporal_order_batch(symbols, marks, u):
    T, B = symbols.shape
    table = {(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 3}
    full = symbols.tolist()
    for b in range(B):
        full[T // 10 + int(np.floor(u[0][b] * T / 10))][b] = int(marks[0][b])
        full[2 * T // 5 + int(np.floor(u[1][b] * T / 10))][b] = int(marks[1][b])
    xs = [[[float(k == s) for k in range(6)] for s in row] for row in full]
    return xs, [table[int(a), int(c)] for a, c in marks.T]
""",
        "list of places to choose from": """
def temporal_order_batch(symbols, marks, u):
    T, B = symbols.shape
    early, late = np.arange(T // 10, 2 * T // 10), np.arange(4 * T // 10, 5 * T // 10)
    new = np.array(symbols)
    for mark, places, w in zip(marks, (early, late), u):
        new[places[(w * len(places)).astype(int)], range(B)] = mark
    xs = np.zeros((T, B, 6), dtype=np.float32)
    np.put_along_axis(xs, new[:, :, None], 1, axis=2)
    labels = np.zeros(B, dtype=int)
    labels[marks[0] == 1] += 2
    labels[marks[1] == 1] += 1
    return xs, labels
""",
        "searchsorted in the ends of the pieces": """
def temporal_order_batch(symbols, marks, u):
    n, B = len(symbols) // 10, symbols.shape[1]
    ends = np.arange(1, n) / n
    first, second = n + np.searchsorted(ends, u[0]), 4 * n + np.searchsorted(ends, u[1])
    new = symbols.copy()
    for b in range(B):
        new[first[b], b], new[second[b], b] = marks[:, b]
    return np.eye(6)[new.ravel()].reshape(*new.shape, 6), np.left_shift(marks[0], 1) | marks[1]
""",
    },
    "solve_rate": {
        "the formula as it stands": """
def solve_rate(losses, bound, z):
    n = len(losses)
    p = np.sum(losses < bound) / n
    root = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    below = 1 + z**2 / n
    return p, (p + z**2 / (2 * n) - root) / below, (p + z**2 / (2 * n) + root) / below
""",
        "counts": """
def solve_rate(losses, bound, z):
    n = losses.size
    k = int((losses < bound).sum())
    middle = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(k * (n - k) / n + z * z / 4)
    return k / n, middle - half, middle + half
""",
        "roots of the quadratic that Wilson solved": """
def solve_rate(losses, bound, z):
    n = len(losses)
    p = np.count_nonzero(losses < bound) / n
    a, b, c = 1 + z**2 / n, -(2 * p + z**2 / n), p**2
    root = np.sqrt(max(b**2 - 4 * a * c, 0))
    return p, (-b - root) / (2 * a), (-b + root) / (2 * a)
""",
        "a loop over plain floats": """
def solve_rate(losses, bound, z):
    n = k = 0
    for loss in losses:
        n += 1
        if loss < bound:
            k += 1
    p, w = k / n, z * z / n
    half = (p * (1 - p) * w + w * w / 4) ** 0.5
    return [p, (p + w / 2 - half) / (1 + w), (p + w / 2 + half) / (1 + w)]
""",
        "nan made infinite first": """
def solve_rate(losses, bound, z):
    losses = np.where(np.isnan(losses), np.inf, losses)
    n, p = losses.shape[0], (losses < bound).mean()
    ends = p + z**2 / (2 * n) + z * np.array([-1, 1]) * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
    ends = ends / (1 + z**2 / n)
    return p, ends[0], ends[1]
""",
        "one array": """
def solve_rate(losses, bound, z):
    n = len(losses)
    p = float(np.average(np.less(losses, bound)))
    middle = (p + z**2 / 2 / n) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / 4 / n**2) ** 0.5
    return np.array([p, middle - half, middle + half])
""",
    },
}
