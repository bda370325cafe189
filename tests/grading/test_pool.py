"""What judging processes share: a warm server, and what is guessed of a class beforehand."""

import os
import select
import signal
import subprocess
import sys

import pytest

from unrolled.grading.pool import heavy_imports
from unrolled.grading.zygote import Worker, WorkerDied, Zygote


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import numpy as np", ()),
        ("import torch", ("torch",)),
        ("    from torch import nn", ("torch",)),
        ("import numpy, pandas as pd", ("pandas",)),
        ("import matplotlib.pyplot as plt", ("matplotlib.pyplot",)),
        ("import torch\noptimiser = torch.optim.Adam(weights)", ("torch", "torch.optim")),
        ("torch = 3  # as in the text", ()),
        ('  "import torch\\n",', ("torch",)),  # a line of a notebook's file
    ],
)
def test_what_takes_seconds_to_import_is_seen(source, found):
    assert heavy_imports([source]) == found


def test_a_line_that_could_be_searched_for_ever_is_looked_through_once():
    # A search from each "import" to the end of the line would take hours here.
    assert heavy_imports(["import " * 1_000_000]) == ()


def test_a_server_that_died_is_started_anew_for_another_process():
    with Zygote() as zygote:
        os.kill(zygote._process.pid, signal.SIGKILL)
        select.select([zygote._control], [], [], 10)  # until its child, which serves, is gone too
        with Zygote(shared=zygote.another()) as other, other.worker() as worker:
            worker.run("answer = 6 * 7")
            assert worker.lookup("answer") == 42


def test_a_server_that_dies_while_it_starts_a_worker_is_started_anew(monkeypatch):
    with Zygote() as zygote:

        def killed_meanwhile(worker, number, seconds):
            monkeypatch.undo()
            os.kill(zygote._process.pid, signal.SIGKILL)
            select.select([zygote._control], [], [], 10)
            raise WorkerDied("hung up")

        monkeypatch.setattr(Worker, "receive", killed_meanwhile)
        with zygote.worker() as worker:
            worker.run("answer = 6 * 7")
            assert worker.lookup("answer") == 42


def test_a_judging_process_runs_out_of_memory_before_the_machine_does():
    code = """
import numpy as np
from unrolled.grading.pool import bound_memory
bound_memory()
assert np.ones(1 << 26).sum() == 1 << 26
try:
    np.ones(1 << 28)
except MemoryError:
    print("refused")
first = np.ones(1 << 26)
bound_memory()
second = np.ones(1 << 26)  # each submission has as much, whatever is left of the one before
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr


def test_workers_of_a_server_that_a_judging_process_starts_have_memory_of_their_own():
    code = """
import resource
from unrolled.grading.pool import bound_memory
from unrolled.grading.zygote import Zygote
bound_memory()
with Zygote() as zygote, zygote.worker() as worker:
    worker.run("import resource; data = resource.getrlimit(resource.RLIMIT_DATA)")
    print(worker.lookup("data")[0] == resource.getrlimit(resource.RLIMIT_DATA)[1])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
