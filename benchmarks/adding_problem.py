"""The adding problem at length 100: plain network, LSTM, LSTM with forget bias 1.

python benchmarks/adding_problem.py              # a few minutes on one core; prints a table
python benchmarks/adding_problem.py --length 30 --updates 450

The chapter on the backward pass of an LSTM runs the same comparison on shorter sequences while the
book is built, and quotes the table that this prints.
"""

import argparse
import time

import torch

RATES = {"plain": 0.005, "LSTM": 0.02, "LSTM, bias 1": 0.02}  # as in the chapter


def draw_sums(gen, length, rows):
    """Return inputs (T, rows, 2), number and mark, and the sums of the marked numbers (rows,)."""
    numbers, marks = torch.rand(length, rows, generator=gen), torch.zeros(length, rows)
    for begin in (0, length // 2):
        at = begin + torch.randint(length // 2, (1, rows), generator=gen)
        marks.scatter_(0, at, 1.0)
    return torch.stack([numbers, marks], dim=2), (numbers * marks).sum(dim=0)


def build(kind, units):
    """Return a recurrent layer and a readout; a plain network gets as many parameters as the LSTM."""
    if kind == "plain":
        wanted, units = 4 * units * (2 + units + 1), 1
        while units * (2 + units + 1) < wanted:
            units += 1
        layer = torch.nn.RNN(2, units)
    else:
        layer = torch.nn.LSTM(2, units)
    readout = torch.nn.Linear(units, 1)
    with torch.no_grad():
        for bias in (layer.bias_ih_l0, layer.bias_hh_l0):
            bias.zero_()
        if kind.endswith("bias 1"):
            layer.bias_ih_l0[units : 2 * units] = 1  # the second of two biases that are added is 0
        readout.bias.fill_(1)  # the answer of the baseline
    return layer, readout


def train(kind, seed, length, updates, rows, units):
    """Return the squared error on fresh data after training, and the updates until it fell below 0.05."""
    torch.manual_seed(seed)
    layer, readout = build(kind, units)
    weights = [*layer.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(weights, lr=RATES[kind])
    gen, recent, below = torch.Generator().manual_seed(1000), 1 / 6, None  # one stream for all
    for update in range(1, updates + 1):
        inputs, targets = draw_sums(gen, length, rows)
        error = ((readout(layer(inputs)[0][-1])[:, 0] - targets) ** 2).mean()
        adam.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        adam.step()
        recent += (error.item() - recent) / 25
        if below is None and recent < 0.05:
            below = update
    with torch.no_grad():
        inputs, targets = draw_sums(torch.Generator().manual_seed(2000), length, 2000)
        return ((readout(layer(inputs)[0][-1])[:, 0] - targets) ** 2).mean().item(), below


def main():
    """Train each kind of network from each seed and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (
        ("length", 100),
        ("updates", 1000),
        ("seeds", 8),
        ("rows", 32),
        ("units", 32),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(
        f"T = {chosen.length}, {chosen.updates} updates of {chosen.rows} sequences, torch {torch.__version__}"
    )
    print("\n| network | squared error, by seed | updates until below 0.05 | seconds |")
    print("|---|---|---|---|")
    for kind in RATES:
        start = time.process_time()
        setting = chosen.length, chosen.updates, chosen.rows, chosen.units
        done = [train(kind, seed, *setting) for seed in range(chosen.seeds)]
        errors = ", ".join(f"{error:.4f}" for error, _ in done)
        waits = ", ".join(str(below or "never") for _, below in done)
        print(f"| {kind} | {errors} | {waits} | {time.process_time() - start:.0f} |", flush=True)


if __name__ == "__main__":
    main()
