"""Attack: take all memory."""

import pytest

from unrolled.grading.zygote import WorkerDied

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")


def test_a_hog_meets_its_limit_as_an_exception(attack):
    worker = attack(
        "hog = []\nwhile True:\n    hog.append(bytearray(1 << 24))", memory_bytes=1 << 27
    )
    assert worker.result.error.type_name == "MemoryError"
    assert worker.result.error.message == "used more memory than allowed"


def test_one_huge_array_is_refused(attack):
    worker = attack("import numpy as np\nnp.ones((1 << 20, 1 << 12))")
    assert "MemoryError" in worker.result.error.type_name


def test_a_worker_without_room_for_its_own_work_says_that_memory_was_the_reason(attack):
    source = """
hog, step = [], 1 << 24
while step > 8:
    try:
        hog.append(bytearray(step))
    except MemoryError:
        step //= 2
"""
    how = "used more memory than allowed"
    try:
        error = attack(source, memory_bytes=1 << 27).result.error
        ended = how if error is None or error.type_name == "MemoryError" else error.type_name
    except WorkerDied as died:
        ended = str(died)
    assert ended == how


@pytest.mark.parametrize("call", ["memfd_create('x')", "eventfd(0) and os.memfd_create('x')"])
def test_memory_without_a_mapping_is_refused(attack, call):
    assert attack(f"import os\nos.{call}").result.error.type_name == "PermissionError"
