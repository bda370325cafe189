"""Our LSTM in NumPy against torch.nn.LSTM, forward and backward, on one thread.

python benchmarks/numpy_against_torch.py           # some seconds; prints two tables
python benchmarks/numpy_against_torch.py --repeats 50

Ours is the reference of the exercise on the backward pass. Both do the same work with the same
numbers in double precision: all states, and the gradients at all weights and both initial states;
that they agree is checked first. The two take turns, and the quickest of the turns counts, because
whatever else a machine does can only add to it. The second table says where our time goes.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import time

import numpy as np
import torch

from unrolled.exercise import read_topic

SIZES = {  # T, B, D, H
    "as in the exercises": (5, 4, 3, 5),
    "small": (50, 16, 8, 32),
    "middle": (100, 32, 64, 128),
    "large": (100, 64, 256, 256),
}


def quickest(works, repeats):
    """Return the least processor time of each work, in seconds, the works taking turns."""
    least = dict.fromkeys(works, float("inf"))
    for work in works.values():
        work()  # the first time costs more
    for _ in range(repeats):
        for name, work in works.items():
            before = time.process_time()
            work()
            least[name] = min(least[name], time.process_time() - before)
    return least


def draw(T, B, D, H):
    """Return xs, h0, c0, params, and a gradient at every hidden state."""
    rng = np.random.default_rng(0)
    shapes = {"W_xh": (D, 4 * H), "W_hh": (H, 4 * H), "b_h": (4 * H,)}
    params = {name: rng.normal(size=shape) / H**0.5 for name, shape in shapes.items()}
    xs, dhs = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
    return xs, np.zeros((B, H)), np.zeros((B, H)), params, dhs


def layer_of(params):
    """Return PyTorch's layer with our weights."""
    layer = torch.nn.LSTM(len(params["W_xh"]), len(params["W_hh"]), dtype=torch.float64)
    weights = {
        "weight_ih_l0": params["W_xh"].T,
        "weight_hh_l0": params["W_hh"].T,
        "bias_ih_l0": params["b_h"],
        "bias_hh_l0": 0 * params["b_h"],
    }
    layer.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return layer


def compare(ours, sizes, repeats):
    """Return the least seconds of our and of PyTorch's forward pass, and of both passes."""
    xs, h0, c0, params, dhs = draw(*sizes)
    layer, inputs, blame = layer_of(params), torch.tensor(xs), torch.tensor(dhs)

    def ours_forward():
        return ours["lstm_forward"](xs, h0, c0, params)

    def ours_both():
        return ours["lstm_backward"](dhs, xs, h0, c0, *ours_forward(), params)

    def theirs_forward():
        with torch.no_grad():
            return layer(inputs)[0]

    def theirs_both():
        layer.zero_grad()
        start = [torch.tensor(state[None], requires_grad=True) for state in (h0, c0)]
        layer(inputs, tuple(start))[0].backward(blame)
        return [*(state.grad[0] for state in start), layer.weight_ih_l0.grad.T]

    for mine, their in zip(ours_both(), theirs_both(), strict=False):
        np.testing.assert_allclose(mine, their, atol=1e-8, rtol=1e-6)
    np.testing.assert_allclose(ours_forward()[0], theirs_forward(), atol=1e-10)
    works = (ours_forward, theirs_forward, ours_both, theirs_both)
    return quickest({work.__name__: work for work in works}, repeats)


def parts_of_forward(ours, sizes, repeats):
    """Return the least seconds of our forward pass, and of its parts done alone."""
    xs, h0, c0, params, _ = draw(*sizes)
    a = h0 @ params["W_hh"]
    i, _, g, _ = np.split(a, 4, axis=1)

    def products():
        for x in xs:
            x @ params["W_xh"]
            h0 @ params["W_hh"]

    def activations():
        for _ in xs:
            for block in (i, i, i):
                ours["sigmoid"](block)
            np.tanh(g)
            np.tanh(g)

    def calls():  # as many steps through Python and NumPy, on next to no numbers
        tiny = {name: array[:1, :4] if array.ndim > 1 else array[:4] for name, array in params.items()}  # fmt: skip
        ours["lstm_forward"](xs[:, :1, :1], h0[:1, :1], c0[:1, :1], tiny)

    def whole():
        ours["lstm_forward"](xs, h0, c0, params)

    works = (whole, products, activations, calls)
    return quickest({work.__name__: work for work in works}, repeats)


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    ours = read_topic("lstm_backward").load()

    print(
        f"NumPy {np.__version__}, PyTorch {torch.__version__}, one thread, double precision, ms\n"
    )
    print(
        "| T, B, D, H | forward: NumPy | PyTorch | ratio | both passes: NumPy | PyTorch | ratio |"
    )
    print("|---|---|---|---|---|---|---|")
    for sizes in SIZES.values():
        took = [1000 * seconds for seconds in compare(ours, sizes, repeats).values()]
        f_ours, f_theirs, b_ours, b_theirs = took
        cells = [f"{f_ours:.2f}", f"{f_theirs:.2f}", f"{f_ours / f_theirs:.1f}"]
        cells += [f"{b_ours:.2f}", f"{b_theirs:.2f}", f"{b_ours / b_theirs:.1f}"]
        print(f"| {', '.join(map(str, sizes))} | {' | '.join(cells)} |", flush=True)

    print(
        "\nWhere our forward pass spends its time, each part done alone, as a share of the whole\n"
    )
    print(
        "| T, B, D, H | matrix products | sigmoid and tanh | as many calls on next to no numbers |"
    )
    print("|---|---|---|---|")
    for sizes in SIZES.values():
        took = parts_of_forward(ours, sizes, repeats)
        shares = [took[name] / took["whole"] for name in ("products", "activations", "calls")]
        print(f"| {', '.join(map(str, sizes))} | {' | '.join(f'{s:.0%}' for s in shares)} |")


if __name__ == "__main__":
    main()
