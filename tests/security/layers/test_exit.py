"""Attack: end the process, so that whoever waits for it is left without a verdict."""

import pytest

from unrolled.grading.zygote import WorkerDied

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("import os; os._exit(0)", "exited with code 0"),
        ("import os; os._exit(3)", "exited with code 3"),
        ("import ctypes; ctypes.string_at(0)", "killed by signal SIGSEGV"),
        ("import os; os.abort()", "killed by signal SIG(ABRT|SEGV)"),
        ("import os; os.closerange(0, 100)", "exited with code 1|hung up"),
    ],
)
def test_a_worker_that_ends_is_reported_with_how_it_ended(zygote, source, how):
    with zygote.worker() as worker:
        with pytest.raises(WorkerDied, match=how):
            worker.run(source)
        with pytest.raises(WorkerDied, match=how):
            worker.lookup("x")


def test_a_polite_exit_is_the_learners_error_and_costs_one_cell(attack):
    worker = attack("import sys; sys.exit(0)")
    assert worker.result.error.type_name == "SystemExit"
    assert worker.run("x = 1").error is None
