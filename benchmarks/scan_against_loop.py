"""A scan over a linear recurrence against the loop, both in NumPy on one thread.

python benchmarks/scan_against_loop.py             # some seconds; prints a table
python benchmarks/scan_against_loop.py --repeats 50

The scan is the reference of the exercise on modern recurrence. That both give the same states is
checked first. The two take turns, and the quickest of the turns counts, because whatever else a
machine does can only add to it.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import time

import numpy as np

from unrolled.exercise import read_topic

SIZES = ((64, 4), (512, 4), (4096, 4), (4096, 64), (4096, 1024))  # T, and numbers in the state


def loop(u, v, h):
    """Return all states (T, 1, H), one after the other."""
    states = np.empty_like(u)
    for t in range(len(u)):
        h = states[t] = u[t] * h + v[t]
    return states


def quickest(runs, arguments, repeats):
    """Return the least processor time of each run, in seconds, the runs taking turns."""
    least = [float("inf")] * len(runs)
    for _ in range(repeats):
        for k, run in enumerate(runs):
            before = time.process_time()
            run(*arguments)
            least[k] = min(least[k], time.process_time() - before)
    return least


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    scan = read_topic("modern_recurrence").load()["linear_scan"]
    rng = np.random.default_rng(0)
    print(f"NumPy {np.__version__}, one thread, double precision, ms\n")
    print("| T, numbers in the state | loop | scan | loop / scan |\n|---|---|---|---|")
    for T, H in SIZES:
        u, v = rng.uniform(-1, 1, size=(2, T, 1, H))
        h0 = rng.normal(size=(1, H))
        assert np.allclose(loop(u, v, h0), scan(u, v, h0)[0])
        one, other = quickest((loop, scan), (u, v, h0), repeats)
        print(f"| {T}, {H} | {1e3 * one:.2f} | {1e3 * other:.2f} | {one / other:.2g} |", flush=True)


if __name__ == "__main__":
    main()
