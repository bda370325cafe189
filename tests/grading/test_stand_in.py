"""Recorded results stand in for a learner's function, in a worker as anywhere, and go again."""

import numpy as np
import pytest

from unrolled.grading.zygote import LearnerError, Limits, WireError, Zygote
from unrolled.standin import NotRecorded, StandIn, folded, unfolded, with_stand_ins

SOURCE = """
def part(x, scale=2.0):
    return x - scale
def whole(x):
    return part(x) + part(scale=2.0, x=x)
"""


@pytest.fixture(scope="module")
def zygote():
    with Zygote(limits=Limits(request_bytes=1 << 20)) as server:
        yield server


@pytest.fixture
def worker(zygote):
    with zygote.worker() as fresh:
        assert fresh.run(SOURCE).error is None
        yield fresh


def part(x, scale=2.0):
    return x - scale


def test_a_table_is_read_by_position_by_name_and_with_what_is_left_out():
    stand_in = StandIn(part, [((np.ones(2), 2.0), "two"), ((np.ones(2), 3.0), "three")])
    assert stand_in(np.ones(2)) == stand_in(x=np.ones(2)) == stand_in(np.ones(2), 2) == "two"
    assert stand_in(np.ones(2) + 1e-9, scale=3) == "three"


def test_an_object_of_an_own_class_is_compared_and_not_looked_up():
    class Odd:
        __hash__ = None

    stand_in = StandIn(part, [(({1, 2}, 2.0), "a set"), ((np.ones(2), 2.0), "two")])
    assert stand_in(np.ones(2)) == "two"
    with pytest.raises(NotRecorded, match="no such call"):
        stand_in(Odd())


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), ((np.zeros(2),), {}), ((np.ones(3),), {}), ((1, 2, 3), {}), ((), {"y": 1})],
)
def test_what_is_not_in_the_table_is_not_answered(args, kwargs):
    with pytest.raises(NotRecorded):
        StandIn(part, [((np.ones(2), 2.0), "two")])(*args, **kwargs)


def test_what_is_done_to_a_result_stays_without_effect():
    stand_in = StandIn(part, [((1, 2.0), [0])])
    stand_in(1).append(1)
    assert stand_in(1) == [0]


def test_what_was_there_is_put_back_and_what_was_not_goes_again():
    names = {"part": part}

    def whole(x):
        return names["part"](x) + names["other"](x)

    tables = {"part": [((1.0, 2.0), 10.0)], "other": [((1.0,), 20.0)]}
    call = with_stand_ins(whole, names, tables)
    assert call(1.0) == 30.0
    with pytest.raises(NotRecorded):
        call(2.0)
    assert names == {"part": part}


def test_what_stands_in_many_rows_is_folded_to_one():
    weights, x = {"W": np.ones((2, 2))}, np.zeros(2)
    tables = {"part": [((x, weights), 1.0), ((x + 1, weights), x)], "other": [((weights,), x)]}
    values, rows = folded(tables)
    assert sum(value is weights for value in values) == sum(value is x for value in values) == 1
    np.testing.assert_equal(unfolded(values, rows), tables)


def test_a_worker_puts_tables_in_for_one_call(worker):
    whole = worker.lookup("whole")
    x = np.arange(3.0)
    table = worker.packed_tables({"part": [((x, 2.0), 10 * x)]})
    calls = [
        (whole, worker.packed((x,), {}), table),
        (whole, worker.packed((x + 1,), {}), table),
        (whole, worker.packed((x,), {})),
    ]
    first, second, third = map(worker.unpacked, worker.call_all(calls, 3.0))
    np.testing.assert_array_equal(first[0], 20 * x)
    assert isinstance(second, LearnerError)
    assert second.type_name == "NotRecorded"
    np.testing.assert_array_equal(third[0], 2 * x - 4)


def test_a_table_too_large_is_not_sent(worker):
    with pytest.raises(WireError):
        worker.packed_tables({"part": [((1.0, 2.0), np.zeros(1 << 18))]})
