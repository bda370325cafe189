"""Variants of the LSTM with one part changed, at an equal number of parameters, on two tasks.

python benchmarks/variants.py              # some ten minutes on one core; prints a table
python benchmarks/variants.py --length 12 --updates 150 --budget 500

The chapter on variants runs a small part of this while the book is built, and quotes the table that
this prints. For each cell and task the learning rate is chosen on three seeds, and the errors are
those of other seeds on fresh data, as shares of the error of the best constant answer.
"""

import argparse
import time

import torch

RATES, TUNING = (0.003, 0.01, 0.03), 3
TASKS = ("adding", "counting")
# Cell, its number of blocks, what each unit has beside them, and biases that do not start at zero.
CELLS = {
    "plain": ("plain", 1, 0, {}),
    "LSTM": ("ifgo", 4, 0, {1: 1.0}),
    "LSTM, input bias -1": ("ifgo", 4, 0, {0: -1.0, 1: 1.0}),
    "no forget gate": ("igo", 3, 0, {}),
    "no output gate": ("ifg", 3, 0, {1: 1.0}),
    "coupled": ("fgo", 3, 0, {0: 1.0}),
    "peepholes": ("peepholes", 4, 3, {1: 1.0}),
    "GRU, reset before": ("before", 3, 0, {1: 1.0}),
    "GRU, reset after": ("after", 3, 1, {1: 1.0}),
}


def draw_tasks(gen, length, rows):
    """Return inputs (2, T, rows, 2) and targets (2, rows) of adding and of counting."""
    values = torch.rand(length, rows, generator=gen)
    marks = torch.zeros(2, length, rows)
    for begin in (0, length // 2):
        at = begin + torch.randint(length // 2, (1, rows), generator=gen)
        marks[0].scatter_(0, at, 1.0)
    at = torch.randint(length - 1, (2, rows), generator=gen)
    marks[1].scatter_(0, at, 1.0)
    ones = (values > 0.5).float()
    counted = ones * (torch.arange(length)[:, None] > at.amax(dim=0))
    targets = (values * marks[0]).sum(dim=0) - 1, 4 * counted.sum(dim=0) / length - 2 / 3
    return torch.stack([torch.stack([values, ones]), marks], dim=3), torch.stack(targets)


def units_within(budget, blocks, beside):
    """Return the number of units with which the cell and its readout stay within the budget."""
    H = 1
    while (H + 1) * (blocks * (H + 4) + beside + 1) + 1 <= budget:
        H += 1
    return H


def draw_net(name, H, seed):
    """Return weights (2 + H + 1, blocks * H) with the bias last, vectors (3, H), readout (H + 1,)."""
    _, blocks, beside, biases = CELLS[name]
    gen = torch.Generator().manual_seed(seed)
    shapes = (3 + H, blocks * H), (3, H), (H + 1,)
    W, beside_H, readout = ((2 * torch.rand(s, generator=gen) - 1) / H**0.5 for s in shapes)
    W[-1], readout[-1] = 0, 0
    for block, bias in biases.items():
        W[-1, block * H : (block + 1) * H] = bias
    return W, beside_H * (beside == 3), readout


def answers(kind, W, beside, readout, inputs):
    """Return the answers (networks, rows) of networks of one kind to inputs (networks, T, rows, 2)."""
    H = readout.shape[1] - 1
    h = c = torch.zeros(len(W), inputs.shape[2], H)
    p, U = beside[:, :, None].unbind(dim=1), W[:, 2:-1]
    for x in (inputs @ W[:, None, :2] + W[:, None, -1:]).unbind(dim=1):
        if kind in ("before", "after"):
            r, z = torch.sigmoid(torch.baddbmm(x, h, U)[..., : 2 * H]).chunk(2, dim=2)
            U_n = U[..., 2 * H :]
            past = r * (h @ U_n + p[0]) if kind == "after" else (r * h) @ U_n
            n = torch.tanh(x[..., 2 * H :] + past)
            h = z * h + (1 - z) * n
            continue
        a = torch.baddbmm(x, h, U)
        if kind == "plain":
            h = torch.tanh(a)
            continue
        letters = "ifgo" if kind == "peepholes" else kind
        part = dict(zip(letters, a.split(H, dim=2), strict=True))
        if kind == "peepholes":
            part["i"], part["f"] = part["i"] + p[0] * c, part["f"] + p[1] * c
        g, f = torch.tanh(part["g"]), torch.sigmoid(part["f"]) if "f" in part else 1
        c = f * c + (torch.sigmoid(part["i"]) if "i" in part else 1 - f) * g
        if kind == "peepholes":
            part["o"] = part["o"] + p[2] * c
        h = (torch.sigmoid(part["o"]) if "o" in part else 1) * torch.tanh(c)
    return (h @ readout[:, :-1, None])[..., 0] + readout[:, -1:]


def train(name, chosen):
    """Train one cell on both tasks, at all rates and from all seeds at once.

    Returns relative errors, (tasks, rates, seeds).
    """
    kind, blocks, beside, _ = CELLS[name]
    H, seeds = units_within(chosen.budget, blocks, beside), TUNING + chosen.seeds
    each = [(task, rate, seed) for task in (0, 1) for rate in RATES for seed in range(seeds)]
    nets = zip(*(draw_net(name, H, seed) for _, _, seed in each), strict=True)
    weights = [torch.stack(parts).requires_grad_() for parts in nets]
    task, rate = (torch.tensor([net[k] for net in each]) for k in (0, 1))
    moments = [[torch.zeros_like(w) for w in weights] for _ in range(2)]
    seed = torch.tensor([net[2] for net in each])
    gen = torch.Generator().manual_seed(1000)
    for step in range(1, chosen.updates + 1):
        # A batch for each seed, the same ones for all cells; or one batch for all seeds.
        streams = 1 if chosen.shared else seeds
        inputs, targets = draw_tasks(gen, chosen.length, streams * chosen.rows)
        inputs = inputs.unflatten(2, (streams, -1)).transpose(1, 2)[task, seed % streams]
        targets = targets.unflatten(1, (streams, -1))[task, seed % streams]
        error = (answers(kind, *weights, inputs) - targets) ** 2
        grads = torch.autograd.grad(error.mean(dim=1).sum(), weights, materialize_grads=True)
        norm = sum(g.flatten(1).square().sum(dim=1) for g in grads).sqrt().clamp(min=1)
        with torch.no_grad():  # Adam, with a rate for each network
            for w, g, first, second in zip(weights, grads, *moments, strict=True):
                shape = (-1,) + (1,) * (w.dim() - 1)
                g = g / norm.view(shape)
                first.lerp_(g, 0.1)
                second.lerp_(g * g, 0.001)
                scale = (second / (1 - 0.999**step)).sqrt() + 1e-8
                w -= rate.view(shape) * (first / (1 - 0.9**step)) / scale
    with torch.no_grad():
        inputs, targets = draw_tasks(torch.Generator().manual_seed(2000), chosen.length, 1000)
        error = (answers(kind, *weights, inputs[task]) - targets[task]).square().mean(dim=1)
        relative = error / targets.var(dim=1, correction=0)[task]
    return relative.view(2, len(RATES), seeds), H


def main():
    """Train each cell and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    settings = dict(length=30, updates=600, seeds=8, rows=16, budget=2000)
    for name, default in settings.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--shared", action="store_true", help="the same batches for all seeds")
    parser.add_argument("--cells", nargs="*", choices=CELLS, default=CELLS, metavar="CELL")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{chosen.length} steps, {chosen.updates} updates, torch {torch.__version__}\n")
    print("| cell | units | task | rate | error, by seed | mean | other rates | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for name in chosen.cells:
        start = time.process_time()
        errors, H = train(name, chosen)
        seconds = time.process_time() - start
        for task, of_task in zip(TASKS, errors, strict=True):
            best = of_task[:, :TUNING].mean(dim=1).nan_to_num(9).argmin().item()
            found = of_task[:, TUNING:]
            row = ", ".join(f"{e:.4f}" for e in found[best].sort().values.tolist())
            others = ", ".join(
                f"{r}: {e:.4f}" for r, e in zip(RATES, found.mean(dim=1).tolist(), strict=True)
            )
            mean = f"{found[best].mean():.4f}"
            print(
                f"| {name} | {H} | {task} | {RATES[best]} | {row} | {mean} | {others} | {seconds:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
