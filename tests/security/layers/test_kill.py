"""Attack: kill the parent, or everything."""

import os

import pytest

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")


@pytest.mark.parametrize("target", ["os.getppid()", "-1", "0", "1", "the grader"])
def test_no_signal_leaves_the_worker(attack, target):
    target = target.replace("the grader", str(os.getpid()))
    worker = attack(f"import os\nos.kill({target}, 9)")
    assert worker.result.error.type_name == "PermissionError"


def test_no_signal_leaves_by_a_process_descriptor(attack):
    assert attack("import os\nos.pidfd_open(1)").result.error.type_name == "PermissionError"
