"""A worker that takes too long, dies or loses its server costs no other anything."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from unrolled.grading.zygote import (
    WorkerDied,
    WorkerTimeout,
    Zygote,
    ZygoteDied,
)


def test_time_is_kept_outside_and_the_message_says_how_long(zygote):
    with zygote.worker() as worker:
        with pytest.raises(WorkerTimeout, match=r"longer than the 0\.2 seconds it was given"):
            worker.run("import time; time.sleep(60)", timeout=0.2)
        with pytest.raises(WorkerDied, match=r"0\.2 seconds"):
            worker.lookup("x")


def test_a_worker_that_dies_in_a_call_can_be_replaced(zygote):
    with zygote.worker() as worker:
        worker.run("import os\ndef f(): os._exit(7)")
        f = worker.lookup("f")
        with pytest.raises(WorkerDied, match="exited with code 7"):
            f()
    with zygote.worker() as worker:
        assert worker.run("x = 1").error is None


def test_a_closed_worker_is_gone_at_once(zygote):
    worker = zygote.worker()
    worker.run("x = 1")
    worker.close()
    worker.close()
    with pytest.raises(WorkerDied, match="was closed"):
        worker.lookup("x")


def test_a_server_that_died_is_started_anew():
    with Zygote() as zygote:
        worker = zygote.worker()
        old = zygote._process.pid
        os.kill(old, signal.SIGKILL)
        for _ in range(100):
            try:
                worker.run("1")
            except WorkerDied:  # its workers end with it
                break
            time.sleep(0.05)
        else:
            pytest.fail("a worker outlived its server")
        with zygote.worker() as fresh:
            assert fresh.run("1").error is None
        assert zygote._process.pid != old
        worker.close()
    with pytest.raises(ZygoteDied, match="was closed"):
        zygote.worker()


def test_workers_end_when_the_grader_ends():
    source = """
import sys
from unrolled.grading.zygote import Zygote
zygote = Zygote()
worker = zygote.worker()
worker.run("import threading, time\\nthreading.Thread(target=time.sleep, args=(600,)).start()")
print(zygote._process.pid, flush=True)
import os
os.kill(os.getpid(), 9)
"""
    grader = subprocess.run([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    server = int(grader.stdout)
    for _ in range(100):
        if not os.path.exists(f"/proc/{server}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{server}")


def test_several_threads_may_ask_one_server_for_workers(zygote):
    values = []

    def grade(number):
        with zygote.worker() as worker:
            worker.run(f"x = {number}")
            values.append(worker.lookup("x"))

    threads = [threading.Thread(target=grade, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(values) == list(range(8))


def test_a_module_that_cannot_be_warmed_is_named():
    with pytest.raises(ZygoteDied, match="no_such_module"):
        Zygote(warm=("no_such_module",))
