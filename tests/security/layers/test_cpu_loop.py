"""Attack: compute for ever, also where Python cannot interrupt it."""

import time

import pytest

from unrolled.grading.zygote import Limits, WorkerDied, WorkerTimeout

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")


def test_a_loop_is_stopped_after_the_time_it_was_given(zygote):
    with zygote.worker(Limits(cell_seconds=0.3)) as worker:
        start = time.monotonic()
        with pytest.raises(WorkerTimeout, match=r"longer than the 0\.3 seconds"):
            worker.run("while True: pass")
        assert time.monotonic() - start < 3
        with pytest.raises(WorkerDied, match="longer than"):
            worker.run("1")


def test_a_loop_in_c_that_ignores_every_signal_is_stopped(zygote):
    source = """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
10 ** 10 ** 9
"""
    with zygote.worker(Limits(cell_seconds=0.5)) as worker, pytest.raises(WorkerTimeout):
        worker.run(source)


def test_a_loop_in_a_function_costs_one_call(zygote):
    with zygote.worker(Limits(call_seconds=0.3)) as worker:
        worker.run("def slow():\n    while True: pass")
        slow = worker.lookup("slow")
        with pytest.raises(WorkerTimeout):
            slow()


@pytest.mark.slow
def test_processor_time_is_bounded_even_where_nobody_waits(zygote):
    source = "import threading\nthreading.Thread(target=lambda: sum(iter(int, 1))).start()"
    with zygote.worker(Limits(cpu_seconds=1, memory_bytes=8 << 30)) as worker:

        def wait() -> None:
            worker.run(source)
            for _ in range(200):
                worker.run("1")
                time.sleep(0.1)

        with pytest.raises(WorkerDied, match="used more than 1 seconds of processor time"):
            wait()
