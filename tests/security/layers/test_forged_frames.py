"""Attack: write to the descriptor that answers go through."""

import json

import pytest

from unrolled.grading import wire
from unrolled.grading.zygote import WireError, WorkerDied, WorkerTimeout

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")
FAILURES = (WireError, WorkerDied, WorkerTimeout)


def frame(tree, buffers=b"") -> bytes:
    header = json.dumps(tree).encode()
    return wire.PREFIX.pack(wire.MAGIC, len(header), len(buffers)) + header + buffers


FORGED = {
    "noise": b"\x00" * 64,
    "a stranger's frame": b"HTTP/1.1 200 OK\r\n\r\n".ljust(64),
    "a huge header": wire.PREFIX.pack(wire.MAGIC, 0xFFFFFFFF, 0),
    "huge buffers": wire.PREFIX.pack(wire.MAGIC, 2, 1 << 63),
    "no JSON": wire.PREFIX.pack(wire.MAGIC, 4, 0) + b"\xff\xfe[[",
    "JSON of the wrong shape": wire.PREFIX.pack(wire.MAGIC, 2, 0) + b"{}",
    "deep JSON": wire.PREFIX.pack(wire.MAGIC, 200_000, 0) + b"[" * 200_000,
    "a huge shape": frame(["a", "<f8", 1 << 62]),
    "a shape that overflows": frame(["a", "<f8", 1 << 32, 1 << 32]),
    "an object array": frame(["a", "|O", 1], b"\0" * 8),
    "an array that was not sent": frame(["a", "<f8", 5]),
    "an unknown tag": frame(["pickle", "gASV"]),
    "a reply to another question": frame(["d", "n", 10**6, "value", 1]),
    "a number that is true": frame(["d", "n", True, "value", 1]),
    "a list for a reply": frame(["l", 1, 2]),
    "a key that cannot be hashed": frame(["d", ["l"], 1]),
    "half a frame": frame(["d", "n", 2, "value", 1])[:20],
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_frame_ends_the_worker_and_nothing_else(zygote, name):
    from unrolled.grading.zygote import Limits

    with zygote.worker(Limits(cell_seconds=0.5)) as worker:
        # Whatever descriptor leads out: the forgery goes to every one of them.
        source = f"""
import os
for descriptor in range(3, 64):
    try:
        os.write(descriptor, {FORGED[name]!r})
    except OSError:
        pass
os._exit(0)
"""
        with pytest.raises(FAILURES):
            worker.run(source)
        with pytest.raises(WorkerDied):
            worker.run("1")


def test_an_answer_sent_before_the_question_is_seen(attack):
    early = frame(["d", "n", 3, "value", 42])
    source = f"""
import os, threading, time
def later():
    time.sleep(0.2)
    os.write(3, {early!r})
threading.Thread(target=later).start()
"""
    worker = attack(source)
    import time

    time.sleep(0.5)
    with pytest.raises(WorkerDied, match="sent bytes that nobody asked for"):
        worker.lookup("x")


def test_a_forged_answer_can_name_no_function_of_the_grader(attack):
    forged = frame(["d", "n", 3, "outputs", ["l"], "value", ["h", 10**9, "function", "os.system"]])
    worker = attack("import os")
    worker.run("class A: pass")

    def ask():
        # Answered from inside the cell, before the worker itself can: whose own answer is one more.
        assert worker.run(f"os.write(3, {forged!r})").outputs == []
        worker.lookup("x")

    with pytest.raises(FAILURES):
        ask()


def test_a_handle_to_nothing_can_be_called_without_harm(attack):
    worker = attack("a = print")
    function = worker.lookup("a")
    function._handle = wire.Handle(10**9, "function", "os.system")
    with pytest.raises(WireError, match="no object with this number"):
        function()
    assert worker.lookup("a")() is None


def test_the_only_descriptors_are_null_and_the_wire(attack):
    source = """
import os
found = []
for number in range(256):
    try:
        os.fstat(number)
        found.append(number)
    except OSError:
        pass
"""
    assert attack(source).lookup("found") == [0, 1, 2, 3]
