"""Attack: use, or redefine, the notebook's own check."""

import pytest


def test_the_check_in_a_worker_does_nothing(attack):
    source = """
from unrolled import checks
import unrolled
check = checks("lstm_gates", globals())
answer, grading = check("lstm_step"), unrolled.GRADING
"""
    worker = attack(source)
    assert worker.result.error is None
    assert worker.lookup("answer") is None
    assert worker.lookup("grading") is True


@pytest.mark.parametrize("module", ["exercise", "mistakes", "runner", "recording", "check"])
def test_what_reads_answers_cannot_be_imported(attack, module):
    worker = attack(f"import unrolled.{module}")
    assert worker.result.error.type_name == "ModuleNotFoundError"


def test_nothing_that_holds_an_answer_was_imported_before_the_fork(attack):
    source = """
import sys
names = sorted(name for name in sys.modules if name.split('.')[0] in ('unrolled', 'solutions'))
"""
    allowed = {
        "unrolled",
        "unrolled.data",
        "unrolled.plots",
        "unrolled.standin",  # results alone
        "unrolled.expect",
        "unrolled.grading",
        *(
            f"unrolled.grading.{name}"
            for name in "kernel later probes sandbox shell syscalls unwire wire worker zygote_main".split()
        ),
    }
    assert set(attack(source).lookup("names")) <= allowed
    everything = attack("import sys\nnames = sorted(sys.modules)").lookup("names")
    assert not {"pytest", "nbgrader", "nbformat"} & set(everything)
