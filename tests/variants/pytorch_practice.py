"""Right answers to the exercise on recurrent networks in PyTorch, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "torch_weights": {
        "the bias in the other vector": """
def torch_weights(params):
    b = params["b_h"]
    return dict(
        weight_ih_l0=params["W_xh"].T, weight_hh_l0=params["W_hh"].T, bias_ih_l0=0 * b, bias_hh_l0=b
    )
""",
        "half of the bias in each": """
def torch_weights(params):
    half = params["b_h"] / 2
    W_xh, W_hh = np.transpose(params["W_xh"]), np.transpose(params["W_hh"])
    return {"bias_ih_l0": half, "bias_hh_l0": half, "weight_hh_l0": W_hh, "weight_ih_l0": W_xh}
""",
        "tensors": """
def torch_weights(params):
    t = {name: torch.tensor(array) for name, array in params.items()}
    zero = torch.zeros_like(t["b_h"])
    return {
        "weight_ih_l0": t["W_xh"].T,
        "weight_hh_l0": t["W_hh"].t(),
        "bias_ih_l0": t["b_h"],
        "bias_hh_l0": zero,
    }
""",
        "from a layer that was filled": """
def torch_weights(params):
    D, H = len(params["W_xh"]), len(params["W_hh"])
    layer = torch.nn.LSTM(D, H, dtype=torch.float64)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor(params["W_xh"]).T)
        layer.weight_hh_l0[:] = torch.tensor(params["W_hh"]).T
        layer.bias_ih_l0.copy_(torch.tensor(params["b_h"]))
        layer.bias_hh_l0.zero_()
    return {name: p.detach().numpy() for name, p in layer.named_parameters()}
""",
        "float32, as the layer has it by default": """
def torch_weights(params):
    W, U, b = (params[name].astype(np.float32).T for name in ("W_xh", "W_hh", "b_h"))
    return {"weight_ih_l0": W, "weight_hh_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros(len(b))}
""",
    },
    "last_valid": {
        "a loop over the rows": """
def last_valid(output, lengths):
    return np.stack([output[n - 1, b] for b, n in enumerate(lengths)])
""",
        "an array made beforehand": """
def last_valid(output, lengths):
    T, B, H = output.shape
    states = np.zeros((B, H))
    for b in range(B):
        states[b] = output[:, b][lengths[b] - 1]
    return states
""",
        "a mask": """
def last_valid(output, lengths):
    last = np.arange(len(output))[:, None] == lengths - 1
    return (output * last[:, :, None]).sum(axis=0)
""",
        "take along an axis": """
def last_valid(output, lengths):
    return np.take_along_axis(output, (lengths - 1)[None, :, None], axis=0)[0]
""",
        "gather, in PyTorch": """
def last_valid(output, lengths):
    output, lengths = torch.tensor(output), torch.tensor(lengths)
    index = (lengths - 1).view(1, -1, 1).expand(1, -1, output.shape[2])
    return output.gather(0, index).squeeze(0).numpy()
""",
        "counted from the end": """
def last_valid(output, lengths):
    batch_first = output.transpose(1, 0, 2)
    return [row[:n][-1].tolist() for row, n in zip(batch_first, lengths)]
""",
    },
    "hn_from_output": {
        "slices": """
def hn_from_output(output):
    H = output.shape[2] // 2
    return np.stack([output[-1, :, :H], output[0, :, H:]])
""",
        "directions on an axis of their own": """
def hn_from_output(output):
    T, B, _ = output.shape
    both = output.reshape(T, B, 2, -1)
    return np.array([both[T - 1, :, 0], both[0, :, 1]])
""",
        "an array made beforehand": """
def hn_from_output(output):
    H = output.shape[-1] // 2
    h_n = np.empty((2, output.shape[1], H))
    h_n[0] = output[-1, :, :H]
    h_n[1] = output[0, :, H:]
    return h_n
""",
        "the backward half turned round": """
def hn_from_output(output):
    forward, backward = np.array_split(output, 2, axis=-1)
    return [forward[-1].tolist(), backward[::-1][-1].tolist()]
""",
        "part 2 for both": """
def hn_from_output(output):
    T, B, H2 = output.shape
    last = last_valid(output, np.full(B, T))[:, : H2 // 2]
    first = last_valid(output, np.full(B, 1))[:, H2 // 2 :]
    return np.concatenate([last[None], first[None]])
""",
        "chunk, in PyTorch": """
def hn_from_output(output):
    forward, backward = torch.tensor(output).chunk(2, dim=2)
    return torch.stack([forward[-1], backward[0]]).numpy()
""",
    },
    "run_packed": {
        "without recording gradients, lengths as a list": """
def run_packed(xs, lengths, theta, H):
    T = xs.shape[0]
    with torch.no_grad():
        packed = pack_padded_sequence(torch.from_numpy(xs), lengths.tolist(), enforce_sorted=False)
        output, h_n = two_way(theta, H)(packed)
        output = pad_packed_sequence(output, total_length=T)[0]
    return output.detach().numpy(), h_n.detach().numpy()
""",
        "sorted and put back by hand": """
def run_packed(xs, lengths, theta, H):
    order = np.argsort(-lengths)
    back = np.argsort(order)
    packed = pack_padded_sequence(torch.tensor(xs[:, order]), torch.tensor(lengths[order]))
    output, h_n = two_way(theta, H)(packed)
    output, _ = pad_packed_sequence(output, total_length=len(xs))
    return output.numpy()[:, back], h_n.numpy()[:, back]
""",
        "batch first": """
def run_packed(xs, lengths, theta, H):
    rows = torch.tensor(xs).transpose(0, 1)
    packed = pack_padded_sequence(rows, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    output, h_n = two_way(theta, H)(packed)
    padded, _ = pad_packed_sequence(output, batch_first=True, total_length=rows.shape[1])
    return padded.transpose(0, 1).numpy(), h_n.numpy()
""",
        "filled up by hand": """
def run_packed(xs, lengths, theta, H):
    packed = pack_padded_sequence(torch.tensor(xs), torch.tensor(lengths), enforce_sorted=False)
    states, h_n = two_way(theta, H)(packed)
    short, _ = pad_packed_sequence(states)
    output = np.zeros((*xs.shape[:2], 2 * H))
    output[: len(short)] = short.numpy()
    return output, h_n.numpy()
""",
        "row by row, without packing": """
def run_packed(xs, lengths, theta, H):
    layer, (T, B, _) = two_way(theta, H), xs.shape
    output, h_n = np.zeros((T, B, 2 * H)), np.zeros((2, B, H))
    for b, n in enumerate(lengths):
        states, last = layer(torch.tensor(xs[:n, b]))
        output[:n, b], h_n[:, b] = states, last
    return output, h_n
""",
    },
    "carry_state": {
        "a fresh tensor from the numbers": """
def carry_state(chunks, h0, W_hh):
    W = torch.tensor(W_hh).requires_grad_()
    h = h0
    for xs, targets in chunks:
        states = read(xs, torch.tensor(h), W)
        total_error(states, targets).backward()
        h = states[-1].detach().numpy()
    return W.grad.numpy()
""",
        "detached where it is used": """
def carry_state(chunks, h0, W_hh):
    W, h = torch.tensor(W_hh, requires_grad=True), torch.tensor(h0)
    for xs, targets in chunks:
        states = read(xs, h.detach(), W)
        total_error(states, targets).backward()
        h = states[-1]
    return W.grad.detach().numpy()
""",
        "one backward pass for the sum": """
def carry_state(chunks, h0, W_hh):
    W, h, loss = torch.tensor(W_hh, requires_grad=True), torch.tensor(h0), 0
    for xs, targets in chunks:
        states = read(xs, h, W)
        loss = loss + total_error(states, targets)
        h = states[-1].detach()
    loss.backward()
    return W.grad.numpy()
""",
        "added up by hand": """
def carry_state(chunks, h0, W_hh):
    W, h, total = torch.tensor(W_hh, requires_grad=True), torch.tensor(h0), np.zeros_like(W_hh)
    for xs, targets in chunks:
        states = read(xs, h, W)
        (grad,) = torch.autograd.grad(total_error(states, targets), W)
        total += grad.numpy()
        h = states[-1].data
    return total
""",
        "a copy of the weights for each chunk": """
def carry_state(chunks, h0, W_hh):
    grads, h = [], torch.tensor(h0)
    for xs, targets in chunks:
        W = torch.nn.Parameter(torch.tensor(W_hh))
        states = read(xs, h, W)
        error = torch.sum((states - torch.tensor(targets)) ** 2)
        error.backward()
        h = states[-1].clone().detach()
        grads.append(W.grad)
    return torch.stack(grads).sum(dim=0)
""",
    },
    "train_epoch": {
        "cleared after the step": """
def train_epoch(theta, batches, rate, max_norm):
    model = readout(theta)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for h, ys in batches:
        loss = loss_of(model, h, ys)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        optimizer.zero_grad()
    return theta_of(model)
""",
        "a loss function of PyTorch": """
def train_epoch(theta, batches, rate, max_norm):
    model, criterion = readout(theta), torch.nn.MSELoss()
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for h, ys in batches:
        optimizer.zero_grad()
        answers = model(torch.from_numpy(h)).squeeze(1)
        criterion(answers, torch.from_numpy(ys)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm)
        optimizer.step()
    return theta_of(model)
""",
        "clipped and updated by hand": """
def train_epoch(theta, batches, rate, max_norm):
    model = readout(theta)
    for h, ys in batches:
        model.zero_grad()
        loss_of(model, h, ys).backward()
        with torch.no_grad():
            norm = sum((p.grad**2).sum() for p in model.parameters()) ** 0.5
            for p in model.parameters():
                p -= rate * p.grad * min(1.0, max_norm / norm)
    return theta_of(model)
""",
        "gradients from autograd": """
def train_epoch(theta, batches, rate, max_norm):
    for h, ys in batches:
        model = readout(theta)
        grads = torch.autograd.grad(loss_of(model, h, ys), list(model.parameters()))
        grad = np.concatenate([g.numpy().ravel() for g in grads])
        theta = theta - rate * grad * min(1, max_norm / np.linalg.norm(grad))
    return theta
""",
        "a new optimiser for each batch": """
def train_epoch(theta, batches, rate, max_norm):
    model = readout(theta)
    for h, ys in batches:
        weights = list(model.parameters())
        for p in weights:
            p.grad = None
        loss = loss_of(model, h, ys)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, max_norm)
        torch.optim.SGD(weights, rate).step()
    return theta_of(model).tolist()
""",
    },
    "evaluate": {
        "sum and count": """
def evaluate(theta, batches):
    model, total, count = readout(theta), 0.0, 0
    model.eval()
    with torch.no_grad():
        for h, ys in batches:
            answers = model(torch.tensor(h)).squeeze(1)
            total += ((answers - torch.tensor(ys)) ** 2).sum().item()
            count += len(ys)
    return total / count
""",
        "means, weighted by the size of the batch": """
def evaluate(theta, batches):
    model = readout(theta).eval()
    means = [loss_of(model, h, ys).item() for h, ys in batches]
    return np.average(means, weights=[len(ys) for _, ys in batches])
""",
        "all sequences at once": """
@torch.no_grad()
def evaluate(theta, batches):
    h = np.concatenate([h for h, _ in batches])
    ys = np.concatenate([ys for _, ys in batches])
    model = readout(theta)
    model.train(False)
    return float(torch.nn.functional.mse_loss(model(torch.tensor(h)).view(-1), torch.tensor(ys)))
""",
        "errors in NumPy": """
def evaluate(theta, batches):
    model = readout(theta)
    model.training = False
    with torch.inference_mode():
        errors = [model(torch.tensor(h)).numpy().ravel() - ys for h, ys in batches]
    return np.mean(np.concatenate(errors) ** 2)
""",
        "one sequence at a time": """
def evaluate(theta, batches):
    model, squared = readout(theta).eval(), []
    for h, ys in batches:
        for state, y in zip(torch.tensor(h), ys):
            squared.append((model(state[None]).item() - y) ** 2)
    return sum(squared) / len(squared)
""",
    },
}
