"""Attack: start threads until the machine stands still."""

import pytest

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")

SOURCE = """
import threading
stop, started = threading.Event(), 0
threading.stack_size(1 << 16)
try:
    while started < 10_000:
        threading.Thread(target=stop.wait, daemon=True).start()
        started += 1
except RuntimeError as error:
    reason = str(error)
"""


def test_threads_run_out(attack):
    worker = attack(SOURCE)
    assert worker.lookup("reason") == "can't start new thread"
    assert worker.lookup("started") < 32


def test_a_flood_in_one_worker_leaves_threads_for_the_others(attack):
    attack(SOURCE)
    source = "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()"
    assert attack(source).result.error is None
