"""Attack: start threads until the machine stands still."""

LOSES = ()
CODE = """
import threading
stop, started = threading.Event(), 0
threading.stack_size(1 << 16)
try:
    while started < 10_000:
        threading.Thread(target=stop.wait, daemon=True).start()
        started += 1
except RuntimeError as error:
    print(f"threads: {error}")
"""


def test_threads_run_out_and_the_others_get_theirs(graded):
    graded.check()
    assert graded.printed() == "threads: can't start new thread\n"
