"""Checks run side by side: few messages, and nothing that a check could tell from being alone."""

import contextlib

import numpy as np
import pytest

from unrolled.answer import LearnerError
from unrolled.grading.room import Apart, Room
from unrolled.grading.together import Together
from unrolled.grading.work import Work
from unrolled.grading.zygote import Limits, Zygote

SOURCE = """
import os, time
buffer = [0.0]

def double(x):
    return 2 * x

def same_list(x):
    buffer[0] = x
    return buffer

def write(x):
    x[0] = 9.0
    return 1

def fail(x):
    raise KeyError(x)

def odd(x):
    return type("Odd", (dict,), {})()

def die(x):
    os._exit(3)

def sleep(x):
    time.sleep(1.5)

def quadruple(x):
    return double(double(x))
"""


@pytest.fixture(scope="module")
def zygote():
    with Zygote(limits=Limits(cell_seconds=4, call_seconds=3)) as server:
        yield server


@pytest.fixture
def room(zygote):
    with contextlib.closing(Room(Work((("cell", SOURCE),)), zygote)) as made:
        made.open()
        yield made


def test_what_all_jobs_ask_goes_out_together_and_each_gets_its_own_answers():
    rounds = []

    def answer(questions):
        rounds.append(list(questions))
        return [10 * question for question in questions]

    together = Together(answer)
    jobs = [
        lambda: together.ask(1) + together.ask(2),
        lambda: together.ask(3),
        lambda: "asks nothing",
        lambda: [together.ask(4) for _ in range(3)],
    ]
    assert together.run(jobs) == [30, 30, "asks nothing", [40, 40, 40]]
    assert rounds == [[1, 3, 4], [2, 4], [4]]


def test_a_job_has_jobs_of_its_own_which_take_their_turns_with_all_others():
    rounds = []

    def answer(questions):
        rounds.append(list(questions))
        return questions

    together = Together(answer)

    def inner():
        return together.side_by_side([lambda: together.ask(4), lambda: together.ask(5)])

    def outer():
        none = together.side_by_side([])
        some = together.side_by_side([lambda: together.ask(1) + together.ask(2), inner])
        return none, some, together.ask(6)

    assert together.run([outer, lambda: together.ask(3)]) == [([], [3, [4, 5]], 6), 3]
    assert rounds == [[3, 1, 4, 5], [2], [6]]
    assert together.run([]) == []


def test_what_a_job_raises_comes_out_of_all_and_ends_the_others():
    together, ended = Together(lambda questions: questions), []

    def waits():
        try:
            together.ask(1)
        finally:
            ended.append(True)

    def fails():
        together.side_by_side([lambda: 1 / 0])

    with pytest.raises(ZeroDivisionError):
        together.run([waits, fails])
    assert ended == [True]


def test_what_breaks_one_round_ends_every_job():
    ended = []

    def answer(questions):
        raise Apart("broken")

    together = Together(answer)

    def job():
        try:
            together.ask(1)
        finally:
            ended.append(True)

    with pytest.raises(Apart):
        together.run([job, job, lambda: together.side_by_side([job])])
    assert ended == [True, True, True]


def test_a_function_is_asked_side_by_side_what_it_would_be_asked_alone(room):
    def asks(name, x):
        function = room.lookup(name)
        try:
            return function(x), function.mutated
        except LearnerError as error:
            return error.type_name

    jobs = [
        lambda: asks("double", 3),
        lambda: asks("same_list", 1.0),
        lambda: asks("same_list", 2.0),
        lambda: asks("write", np.zeros(2)),
        lambda: asks("fail", 1),
        lambda: asks("odd", 1)[1],
    ]
    expected = [job() for job in jobs]
    assert expected[:5] == [(6, False), ([1.0], False), ([2.0], False), (1, True), "KeyError"]
    assert room.run_together(jobs) == expected


@pytest.mark.parametrize("name", ["die", "sleep"])
def test_where_one_breaks_the_worker_or_takes_long_all_is_asked_apart(room, name):
    with pytest.raises(Apart):
        room.run_together([lambda: room.lookup("double")(1), lambda: room.lookup(name)(1)])
    assert room.lookup("double")(2) == 4  # a worker made anew is there already
    assert room.problems == []


@pytest.mark.parametrize("together", [True, False])
def test_stand_ins_are_there_for_one_call_and_for_no_other(room, together):
    with_table = room.with_stand_ins("quadruple", {"double": [((1,), 5), ((5,), 7)]})
    raises = room.with_stand_ins("quadruple", {"double": [((1,), 6)]})

    def told(call, *args):
        try:
            return call(*args)
        except LearnerError as error:
            return error.type_name

    def run(jobs):
        return room.run_together(jobs) if together else [job() for job in jobs]

    def asks():
        return room.side_by_side(
            [
                lambda: told(with_table, 1),
                lambda: told(raises, 1),
                lambda: told(room.lookup("quadruple"), 1),
            ]
        )

    assert run([asks, lambda: told(room.lookup("double"), 1)]) == [[7, "NotRecorded", 4], 2]


def test_stand_ins_that_cannot_travel_break_nothing(room):
    with pytest.raises(LearnerError, match="more than"):
        room.with_stand_ins("double", {"double": [((1,), np.zeros(1 << 27, dtype=bool))]})
    assert room.lookup("double")(1) == 2
