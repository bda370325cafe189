"""A room bounds what one submission takes in all, beyond what each of its cells and calls may."""

import base64
import contextlib
import re
import struct

import numpy as np
import pytest

from unrolled.answer import Answer, LearnerError
from unrolled.grading import room as rooms
from unrolled.grading.outputs import Allowance
from unrolled.grading.work import Work
from unrolled.grading.zygote import Limits, Zygote


@pytest.fixture(scope="module")
def zygote():
    with Zygote(limits=Limits(cell_seconds=2, call_seconds=1)) as server:
        yield server


def room(zygote, source, after=None):
    return contextlib.closing(rooms.Room(Work((("cell", source),)), zygote, after))


def test_calls_that_are_each_in_time_end_when_the_submissions_time_is_up(zygote, monkeypatch):
    monkeypatch.setattr(rooms, "SUBMISSION_SECONDS", 1.0)
    with room(zygote, "import time\ndef f():\n    time.sleep(0.3)") as made:
        made.open()

        def ask_for_ever():
            for _ in range(30):
                made.lookup("f")()

        with pytest.raises(LearnerError, match="used up its time"):
            ask_for_ever()
        with pytest.raises(LearnerError, match="used up its time"):
            made.lookup("f")


def test_cells_that_are_each_in_time_end_when_the_submissions_time_is_up(zygote, monkeypatch):
    monkeypatch.setattr(rooms, "SUBMISSION_SECONDS", 1.0)
    cells = [(f"cell {k}", "import time; time.sleep(0.3)") for k in range(60)]
    with contextlib.closing(rooms.Room(Work(tuple(cells)), zygote)) as made:
        made.open()
        assert 0 < len(made.outputs) < 10
        assert made.problems == ["The notebook ran longer than 1 s in all."]
        with pytest.raises(LearnerError, match="used up its time"):
            made.lookup("f")


def test_what_is_asked_again_may_take_twice_as_long(zygote):
    source = "import time\ndef f():\n    time.sleep(1.4)\n    return 1"
    with room(zygote, source) as first:
        first.open()
        with pytest.raises(LearnerError, match="longer than the 1 seconds"):
            first.lookup("f")()
        with room(zygote, source, first) as second:
            second.open()
            assert second.lookup("f")() == 1


def test_what_was_left_out_at_first_is_left_out_again(zygote):
    with room(zygote, "import os\nos._exit(0)") as first:
        first.open()
        assert "left out" in first.problems[0]
        with room(zygote, "import os\nos._exit(0)", first) as second:
            second.open()
            assert second.problems == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def f(x)\n    return x", "SyntaxError: expected ':'"),
        ("1 / 0\ndef f(x):\n    return x", "ZeroDivisionError: division by zero"),
        ("import os\nos._exit(0)\ndef f(x):\n    return x", "Stopped: exited with code 0"),
    ],
)
def test_what_kept_a_cell_from_its_end_is_told_where_its_function_is_missing(zygote, source, told):
    work = Work((("exercise-f", source), ("exercise-g", "def g():\n    return 1")))
    with contextlib.closing(rooms.Room(work, zygote)) as made:
        made.open()
        with pytest.raises(LearnerError, match=re.escape(told)):
            made.lookup("f")
        assert made.lookup("g")() == 1
        with pytest.raises(KeyError):
            made.lookup("h")


def text(length):
    return [{"output_type": "stream", "name": "stdout", "text": "x" * length}]


def picture(width, height):
    head = struct.pack(">8sI4sII", b"\x89PNG\r\n\x1a\n", 13, b"IHDR", width, height)
    return [
        {
            "output_type": "display_data",
            "data": {"image/png": base64.b64encode(head + bytes(100)).decode()},
        }
    ]


def test_what_a_notebook_shows_in_all_is_bounded_and_errors_are_told_all_the_same():
    allowance = Allowance()
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    for _ in range(16):
        assert allowance.spend(text(1 << 16)) == text(1 << 16)
    (told, kept) = allowance.spend([*text(10), error])
    assert "more than is kept" in told["text"]
    assert kept == error


def test_pictures_are_bounded_by_their_pixels():
    allowance = Allowance()
    kept = [allowance.spend(picture(4096, 4096))[0] for _ in range(9)]
    assert [output["output_type"] for output in kept] == ["display_data"] * 8 + ["stream"]


COUNTING = "asked = []\ndef f(x):\n    asked.append(x)\n    return x + (len(asked) == {odd})"


def asked_again(zygote, source, asks):
    """Ask a room, then ask another one the same, last first: the calls, and what came of them."""
    with room(zygote, source) as first:
        first.open()
        answer = Answer(first.lookup)
        asks(first, answer)
        with room(zygote, source, first) as second:
            second.open()
            calls = answer.trace[::-1]
            return calls, second.ask_together(calls)


LARGE = "import numpy as np\ndef f(n):\n    return np.zeros(n, bool)"


def test_a_result_that_is_too_large_costs_its_own_call_alone(zygote):
    with room(zygote, LARGE) as made:
        made.open()
        answer = Answer(made.lookup)

        def ask(n):
            try:
                return len(answer.f(n))
            except LearnerError as error:
                return error.type_name, error.message

        refused = "Unusable result", "more than the 1,048,576 allowed"
        found = made.run_together([lambda n=n: ask(n) for n in (3, 2 << 20, 4)])
        for small, (name, words), other in (found, [ask(3), ask(2 << 20), ask(4)]):
            assert (small, other) == (3, 4)
            assert name == refused[0]
            assert refused[1] in words
        assert made.problems == []


def test_an_answer_of_the_same_bytes_is_the_calls_own(zygote):
    def asks(first, answer):
        first.run_together([lambda x=x: answer.f(x) for x in (np.ones(2), 2.0)])

    calls, again = asked_again(zygote, "def f(x):\n    return [x]", asks)
    assert [found is call.result for call, found in zip(calls, again, strict=True)] == [True, True]


def test_an_answer_of_other_bytes_is_taken_apart(zygote):
    def asks(first, answer):
        first.run_together([lambda: answer.f(-0.0)])

    source = "import time\ndef f(x):\n    return [x * 0, time.perf_counter()]"
    (call,), (found,) = asked_again(zygote, source, asks)
    assert found[0] == call.result[0]
    assert found[1] != call.result[1]


def test_the_same_error_is_the_calls_own(zygote):
    def asks(first, answer):
        with contextlib.suppress(LearnerError):
            first.run_together([lambda: answer.f(1)])

    (call,), (found,) = asked_again(zygote, "def f(x):\n    raise ValueError(x)", asks)
    assert found is call.error


def test_what_came_out_in_two_ways_is_taken_for_neither(zygote):
    def asks(first, answer):
        first.run_together([lambda: answer.f(5)] * 2)  # 6 and 5

    calls, again = asked_again(zygote, COUNTING.format(odd=1), asks)
    assert [call.result for call in calls] == [5, 6]
    assert again == [6, 5]


def test_a_call_that_was_made_by_itself_is_taken_for_no_other(zygote):
    def asks(first, answer):
        first.run_together([lambda: answer.f(5)])  # 5
        answer.f(5)  # 6, which is no answer that is asked for together

    calls, again = asked_again(zygote, COUNTING.format(odd=2), asks)
    assert [call.result for call in calls] == [6, 5]
    assert again == [5, 6]
