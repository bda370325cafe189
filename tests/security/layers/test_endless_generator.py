"""Attack: return something that never ends."""

import pytest

from unrolled.grading.zygote import WireError, WorkerTimeout


def test_a_generator_is_refused_with_a_reason(attack):
    worker = attack("def numbers():\n    while True:\n        yield 1")
    with pytest.raises(WireError, match="a generator has no values to compare yet: return a list"):
        worker.lookup("numbers")()
    assert worker.run("1").error is None


def test_a_list_whose_iteration_never_ends_is_taken_as_the_list_it_is(attack):
    source = (
        "import itertools\nclass L(list):\n    __iter__ = lambda s: itertools.count()\nx = L([1])"
    )
    assert attack(source).lookup("x") == [1]


def test_an_attribute_that_never_returns_is_stopped(attack):
    source = "class P:\n    @property\n    def x(self):\n        while True: pass\np = P()"
    worker = attack(source, call_seconds=0.3)
    with pytest.raises(WorkerTimeout):
        _ = worker.lookup("p").x
