"""Attack: start processes until the machine stands still."""

import pytest

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")


def test_the_first_fork_is_refused(attack):
    worker = attack("import os\nwhile True:\n    os.fork()")
    assert worker.result.error.type_name == "PermissionError"


@pytest.mark.parametrize("number", [56, 57, 58, 435], ids=["clone", "fork", "vfork", "clone3"])
def test_no_system_call_makes_a_process(attack, number):
    source = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
answer = libc.syscall({number}, 17, 0, 0, 0, 0)
"""
    worker = attack(source)
    assert worker.result.error is None
    assert worker.lookup("answer") == -1


def test_multiprocessing_is_refused(attack):
    source = "import multiprocessing as m\nm.get_context('fork').Process(target=print).start()"
    assert attack(source).result.error.type_name == "PermissionError"
