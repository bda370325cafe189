"""One server of workers for all attacks; each attack gets a fresh worker."""

import numpy as np
import pytest

from unrolled.grading.zygote import Limits, Worker, Zygote


@pytest.fixture(scope="session")
def zygote():
    with Zygote() as server:
        assert server.missing_layers == []
        yield server


@pytest.fixture
def attack(zygote):
    """Run an attack's source in a fresh worker and return the worker."""
    workers = []

    def run(source: str, **limits) -> Worker:
        worker = zygote.worker(Limits(**limits))
        workers.append(worker)
        worker.result = worker.run(source)
        return worker

    yield run
    for worker in workers:
        worker.close()


@pytest.fixture
def the_next_is_untouched(zygote):
    """After the attack, the next submission must be served as if nothing had been."""
    yield
    with zygote.worker() as worker:
        result = worker.run("import os\ndef double(x):\n    return 2 * x\nprint(os.listdir('.'))")
        assert result.error is None
        assert result.outputs[0]["text"] == "[]\n"
        np.testing.assert_array_equal(worker.lookup("double")(np.arange(3)), [0, 2, 4])
