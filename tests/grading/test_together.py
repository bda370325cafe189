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


def test_a_job_that_wants_to_be_alone_waits_and_is_then_not_disturbed():
    together = Together(lambda questions: list(questions))
    seen = []

    def job(name, alone):
        together.ask(0)
        if alone:
            together.wait_until_alone()
        for _ in range(2):
            together.ask(0)
            seen.append(name)

    together.run([lambda: job("a", True), lambda: job("b", False), lambda: job("c", True)])
    assert seen == ["b", "b", "a", "a", "c", "c"]


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
        together.run([job, job])
    assert ended == [True, True]


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
