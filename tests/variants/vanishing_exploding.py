"""Right answers to the exercise on vanishing and exploding gradients, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "jacobian": {
        "a diagonal matrix for each sequence": """
def jacobian(h, W_hh):
    return np.stack([W_hh @ np.diag(1 - row**2) for row in h])
""",
        "einsum": """
def jacobian(h, W_hh):
    return np.einsum("jk,bk->bjk", W_hh, 1 - h * h)
""",
        "products of (1 - h) and (1 + h), by np.newaxis": """
def jacobian(h, W_hh):
    slope = (1 - h) * (1 + h)
    return W_hh[np.newaxis] * slope[:, np.newaxis]
""",
        "from the pre-activation": """
def jacobian(h, W_hh):
    a = np.arctanh(h)
    return W_hh / np.cosh(a)[:, None, :] ** 2
""",
        "loops over plain floats": """
def jacobian(h, W_hh):
    B, H = h.shape
    return [
        [[float(W_hh[j, k]) * (1 - float(h[b, k]) ** 2) for k in range(H)] for j in range(H)]
        for b in range(B)
    ]
""",
        "in place, into its argument": """
def jacobian(h, W_hh):
    h *= h
    np.subtract(1, h, out=h)
    return np.repeat(W_hh[None], len(h), axis=0) * h.reshape(len(h), 1, -1)
""",
        "float32": """
def jacobian(h, W_hh):
    h, W_hh = h.astype("float32"), W_hh.astype("float32")
    return W_hh * (1 - h**2)[:, None, :]
""",
    },
    "grad_norm_by_lag": {
        "einsum, an array made beforehand": """
def grad_norm_by_lag(hs, W_hh, dh):
    T, B, H = hs.shape
    norms = np.zeros((T + 1, B))
    norms[0] = np.sqrt((dh**2).sum(axis=1))
    for n in range(1, T + 1):
        dh = np.einsum("bk,bjk->bj", dh, jacobian(hs[T - n], W_hh))
        norms[n] = np.sqrt((dh**2).sum(axis=1))
    return norms
""",
        "without jacobian": """
def grad_norm_by_lag(hs, W_hh, dh):
    gradients = [dh]
    for h in reversed(hs):
        gradients.append((gradients[-1] * (1 - h**2)) @ W_hh.T)
    return np.linalg.norm(gradients, axis=2)
""",
        "the product of all Jacobians, kept": """
def grad_norm_by_lag(hs, W_hh, dh):
    B, H = dh.shape
    product = np.broadcast_to(np.eye(H), (B, H, H))
    norms = [np.linalg.norm(dh, axis=-1)]
    for h in hs[::-1]:
        product = jacobian(h, W_hh) @ product
        norms.append(np.linalg.norm(np.matmul(product, dh[..., None])[..., 0], axis=-1))
    return np.array(norms)
""",
        "one sequence after the other": """
def grad_norm_by_lag(hs, W_hh, dh):
    T, B, H = hs.shape
    columns = []
    for b in range(B):
        d, column = dh[b], [float(np.sqrt(dh[b] @ dh[b]))]
        for t in range(T - 1, -1, -1):
            d = d @ jacobian(hs[t], W_hh)[b].T
            column.append(float(np.sqrt(d @ d)))
        columns.append(column)
    return list(zip(*columns))
""",
        "recursion": """
def grad_norm_by_lag(hs, W_hh, dh):
    here = np.linalg.norm(dh, axis=1, keepdims=True).T
    if len(hs) == 0:
        return here
    back = (dh[:, None, :] @ jacobian(hs[-1], W_hh).transpose(0, 2, 1))[:, 0]
    return np.concatenate([here, grad_norm_by_lag(hs[:-1], W_hh, back)])
""",
        "in place, into its argument": """
def grad_norm_by_lag(hs, W_hh, dh):
    norms = [np.linalg.norm(dh, axis=1)]
    for t in range(len(hs)):
        dh[:] = np.squeeze(jacobian(hs[-1 - t], W_hh) @ dh[..., np.newaxis], axis=2)
        norms.append(np.hypot.reduce(dh, axis=1))
    return np.vstack(norms)
""",
        "float32": """
def grad_norm_by_lag(hs, W_hh, dh):
    hs, W_hh, dh = (v.astype(np.float32) for v in (hs, W_hh, dh))
    norms = [np.linalg.norm(dh, axis=1)]
    for h in hs[::-1]:
        dh = (dh * (1 - h * h)) @ W_hh.T
        norms.append(np.linalg.norm(dh, axis=1))
    return np.stack(norms)
""",
    },
    "horizon": {
        "from the far end": """
def horizon(norms, share):
    enough = norms >= share * norms[0]
    return len(norms) - 1 - np.argmax(enough[::-1], axis=0)
""",
        "loops": """
def horizon(norms, share):
    lags = []
    for column in norms.T:
        last = 0
        for n, norm in enumerate(column):
            if norm / column[0] >= share:
                last = n
        lags.append(last)
    return lags
""",
        "np.nonzero for each sequence": """
def horizon(norms, share):
    return np.array([np.nonzero(c >= share * c[0])[0][-1] for c in norms.T])
""",
        "np.where with a number that never wins": """
def horizon(norms, share):
    T = norms.shape[0] - 1
    lag = np.arange(T + 1).reshape(-1, 1)
    return np.where(norms / norms[0] >= share, lag, -1).max(axis=0)
""",
        "by logarithms": """
def horizon(norms, share):
    down = np.log(norms[:1]) - np.log(norms)
    return [max(n for n in range(len(norms)) if down[n, b] <= -np.log(share))
            for b in range(norms.shape[1])]
""",
        "how long it stays below, taken off": """
def horizon(norms, share):
    below = norms < share * norms[0]
    tail = np.logical_and.accumulate(below[::-1], axis=0)
    return norms.shape[0] - 1 - tail.sum(axis=0)
""",
        "floats": """
def horizon(norms, share):
    lag = np.linspace(0.0, len(norms) - 1, len(norms))[:, None]
    return ((norms >= share * norms[0]) * lag).max(axis=0)
""",
    },
    "scale_to_radius": {
        "in steps": """
def scale_to_radius(W, radius):
    eigenvalues = np.linalg.eigvals(W)
    largest = max(abs(value) for value in eigenvalues)
    return W / largest * radius
""",
        "np.linalg.eig": """
def scale_to_radius(W, radius):
    values, vectors = np.linalg.eig(W)
    return radius * W / np.absolute(values).max()
""",
        "real and imaginary parts": """
def scale_to_radius(W, radius):
    values = np.linalg.eigvals(W)
    size = np.sqrt(values.real**2 + values.imag**2)
    return np.multiply(W, radius / np.sort(size)[-1])
""",
        "a norm of the eigenvalues": """
def scale_to_radius(W, radius):
    return W * radius / np.linalg.norm(np.linalg.eigvals(W), np.inf)
""",
        "in place, into its argument": """
def scale_to_radius(W, radius):
    W /= np.abs(np.linalg.eigvals(W)).max()
    W *= radius
    return W
""",
        "lists": """
def scale_to_radius(W, radius):
    c = radius / np.abs(np.linalg.eigvals(W)).max()
    return [[c * float(w) for w in row] for row in W]
""",
    },
    "orthogonal_matrix": {
        "a diagonal matrix of signs": """
def orthogonal_matrix(A):
    Q, R = np.linalg.qr(A)
    return Q @ np.diag(np.sign(np.diag(R)))
""",
        "Gram and Schmidt": """
def orthogonal_matrix(A):
    columns = []
    for a in A.T:
        for _ in range(2):
            for q in columns:
                a = a - (q @ a) * q
        columns.append(a / np.linalg.norm(a))
    return np.stack(columns, axis=1)
""",
        "by Cholesky's factor": """
def orthogonal_matrix(A):
    R = np.linalg.cholesky(A.T @ A).T
    return A @ np.linalg.inv(R)
""",
        "np.where on the diagonal": """
def orthogonal_matrix(A):
    Q, R = np.linalg.qr(A, mode="complete")
    return np.where(np.diagonal(R) < 0, -Q, Q)
""",
        "in place, column by column": """
def orthogonal_matrix(A):
    Q, R = np.linalg.qr(A)
    for k in range(len(A)):
        if R[k, k] < 0:
            Q[:, k] *= -1
    return Q
""",
        "divided by absolute values": """
def orthogonal_matrix(A):
    Q, R = np.linalg.qr(A)
    d = R.diagonal()
    return (Q * (d / np.abs(d))).tolist()
""",
    },
    "classify_dynamics": {
        "a case for each activation": """
def classify_dynamics(W_hh, activation):
    if activation == "tanh":
        return "vanishes" if np.linalg.norm(W_hh, ord=2) < 1 - 1e-6 else "undecided"
    radius = abs(np.linalg.eigvals(W_hh)).max()
    if abs(radius - 1) <= 1e-6:
        return "undecided"
    return "explodes" if radius > 1 else "vanishes"
""",
        "by singular values": """
def classify_dynamics(W_hh, activation):
    bound = np.linalg.svd(W_hh, compute_uv=False)[0]
    radius = np.max(np.abs(np.linalg.eigvals(W_hh)))
    below, above = 1 - 1e-6, 1 + 1e-6
    if bound < below or (activation == "linear" and radius < below):
        return "vanishes"
    if activation == "linear" and radius > above:
        return "explodes"
    return "undecided"
""",
        "the norm from eigenvalues": """
def classify_dynamics(W_hh, activation):
    if activation == "linear":
        size = np.absolute(np.linalg.eig(W_hh)[0]).max()
    else:
        size = np.sqrt(np.linalg.eigvalsh(W_hh.T @ W_hh).max())
    word = "undecided"
    if size + 1e-6 < 1:
        word = "vanishes"
    elif activation == "linear" and size - 1e-6 > 1:
        word = "explodes"
    return word
""",
        "np.isclose": """
def classify_dynamics(W_hh, activation):
    linear = activation == "linear"
    size = max(abs(np.linalg.eigvals(W_hh))) if linear else np.linalg.norm(W_hh, 2)
    if np.isclose(size, 1, rtol=0, atol=1e-6):
        return "undecided"
    if size < 1:
        return "vanishes"
    return "explodes" if linear else "undecided"
""",
        "a table": """
def classify_dynamics(W_hh, activation):
    size = {
        "linear": lambda: np.abs(np.linalg.eigvals(W_hh)).max(),
        "tanh": lambda: np.linalg.norm(W_hh, 2),
    }[activation]()
    words = ["vanishes", "undecided", "explodes" if activation == "linear" else "undecided"]
    return words[np.searchsorted([1 - 1e-6, 1 + 1e-6], size)]
""",
        "NumPy's text": """
def classify_dynamics(W_hh, activation):
    if activation == "linear":
        size = np.abs(np.linalg.eigvals(W_hh.T)).max()
        return np.select([size < 1 - 1e-6, size > 1 + 1e-6], ["vanishes", "explodes"],
                         "undecided").item()
    return str(np.where(np.linalg.norm(W_hh.T, 2) < 1 - 1e-6, "vanishes", "undecided"))
""",
    },
    "weight_grad_by_lag": {
        "an array made beforehand, einsum": """
def weight_grad_by_lag(hs, h0, W_hh, dh):
    T, B, H = hs.shape
    states = np.concatenate([h0[None], hs])
    parts = np.zeros((T, H, H))
    for n in range(T):
        t = T - n
        da = dh * (1 - states[t] ** 2)
        parts[n] = np.einsum("bj,bk->jk", states[t - 1], da)
        dh = np.einsum("bk,jk->bj", da, W_hh)
    return parts
""",
        "all outer products at the end": """
def weight_grad_by_lag(hs, h0, W_hh, dh):
    das = []
    for h in hs[::-1]:
        das.append(dh * (1 - h) * (1 + h))
        dh = das[-1] @ W_hh.T
    before = np.concatenate([h0[None], hs[:-1]])[::-1]
    return before.transpose(0, 2, 1) @ np.array(das)
""",
        "one sequence after the other": """
def weight_grad_by_lag(hs, h0, W_hh, dh):
    T, B, H = hs.shape
    parts = [np.zeros((H, H)) for _ in range(T)]
    for b in range(B):
        d = dh[b]
        for n in range(T):
            before = hs[T - n - 2, b] if n < T - 1 else h0[b]
            da = d * (1 - hs[T - n - 1, b] ** 2)
            parts[n] += np.outer(before, da)
            d = W_hh @ da
    return parts
""",
        "recursion": """
def weight_grad_by_lag(hs, h0, W_hh, dh):
    if len(hs) == 0:
        return np.empty((0, *W_hh.shape))
    da = dh * (1 - hs[-1] ** 2)
    before = hs[-2] if len(hs) > 1 else h0
    rest = weight_grad_by_lag(hs[:-1], h0, W_hh, da @ W_hh.T)
    return np.concatenate([(before.T @ da)[None], rest])
""",
        "by Jacobians": """
def weight_grad_by_lag(hs, h0, W_hh, dh):
    parts = []
    for t in reversed(range(len(hs))):
        before = hs[t - 1] if t else h0
        slope = 1 - hs[t] ** 2
        parts.append((before[:, :, None] * (dh * slope)[:, None, :]).sum(axis=0))
        J = W_hh * slope[:, None, :]
        dh = (J @ dh[:, :, None])[..., 0]
    return np.stack(parts)
""",
        "in place, into its arguments": """
def weight_grad_by_lag(hs, h0, W_hh, dh):
    parts = []
    for t in range(len(hs) - 1, -1, -1):
        dh *= 1 - hs[t] ** 2
        parts.append((hs[t - 1] if t > 0 else h0).T @ dh)
        dh[:] = dh @ W_hh.T
    return np.array(parts)
""",
        "float32": """
def weight_grad_by_lag(hs, h0, W_hh, dh):
    hs, h0, W_hh, dh = (v.astype(np.float32) for v in (hs, h0, W_hh, dh))
    parts, before = [], np.concatenate([h0[None], hs])
    for t in range(len(hs), 0, -1):
        da = dh * (1 - before[t] ** 2)
        parts.append(before[t - 1].T @ da)
        dh = da @ W_hh.T
    return parts
""",
    },
}
