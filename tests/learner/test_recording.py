"""The recording that stands in for the reference, and what is said where it does not fit."""

import json

import numpy as np
import pytest

from unrolled import expect, recording
from unrolled.answer import Answer, Call, LearnerError, RecordingError, Replay
from unrolled.diagnose import explain_absence, name_mistake
from unrolled.recording import RecordedMistake, RecordingFileError, from_json, to_json
from unrolled.runner import Context, Outcome


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        2.5,
        float("inf"),
        "word",
        [1, (2.5, "x")],
        {"a": np.arange(6.0).reshape(2, 3), "b": (1, [2])},
        np.array(1.5),
        np.array([np.inf, -np.inf, np.nan, 0.0]),
        np.zeros((0, 4)),
        np.float64(0.25),
        np.int64(7),
        np.array([True, False]),
    ],
)
def test_what_is_recorded_comes_back_equal(value):
    back = from_json(json.loads(json.dumps(to_json(value))))
    assert expect.same(back, value)


def test_an_exception_is_recorded_by_its_name_and_message():
    back = from_json(json.loads(json.dumps(to_json(LearnerError("ValueError", "no")))))
    assert (back.type_name, back.message) == ("ValueError", "no")


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array(["a"]), 1j, lambda: None])
def test_what_is_not_plain_data_is_refused(value):
    with pytest.raises(TypeError, match="cannot be recorded"):
        to_json(value)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"format": 99}', '{"format": 2}'])
def test_an_unreadable_recording_says_what_to_do(tmp_path, text):
    path = tmp_path / "lstm_gates.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RecordingFileError, match="Get the exercise folder again"):
        recording.read(path)


def test_a_recording_is_data_and_small(topic):
    path = topic.folder / f"{topic.name}.json"
    assert path.stat().st_size < 400_000
    assert {p.suffix for p in topic.folder.iterdir() if p.is_file()} == {".ipynb", ".json", ".py"}


def test_replay_refuses_another_call_than_the_one_recorded():
    replay = Replay([("double", (2,), 4), ("double", (3,), 6)])
    assert replay.double(2) == 4
    with pytest.raises(RecordingError, match="your notebook can stay"):
        replay.double(4)
    with pytest.raises(RecordingError):
        replay.double(3)


def test_an_answer_gets_copies_and_cannot_reach_the_checks_own_data():
    kept = []

    def greedy(x):
        kept.append(x)
        x[:] = 0
        return x

    answer, mine = Answer({"greedy": greedy}.__getitem__), np.ones(3)
    answer.greedy(mine)
    assert mine.tolist() == [1, 1, 1]
    assert answer.trace[0].args[0].tolist() == [1, 1, 1]
    assert answer.trace[0].wrote_into_arguments


def test_a_mistake_is_not_named_where_it_explains_no_failure():
    suspect = RecordedMistake("f", "says", {"test_f_a": [1], "test_f_b": [2]})
    first = Outcome("test_f_a", "a", True, calls=[Call("f", (), {}, result=1)])
    second = Outcome("test_f_b", "b", False, calls=[Call("f", (), {}, result=3)])
    assert name_mistake("f", [first, second], [suspect]) is None
    assert name_mistake("f", [first], [suspect]) is None
    second.calls[0].result = 2
    assert name_mistake("f", [first, second], [suspect]) is suspect


def test_a_mistake_that_raises_is_named_by_the_same_exception_alone():
    def outcome(error):
        return Outcome("test_f", "f", False, error, [Call("f", (), {}, error=error)])

    suspect = RecordedMistake("f", "says", {"test_f": [LearnerError("ValueError", "shapes")]})
    assert name_mistake("f", [outcome(LearnerError("ValueError", "shapes"))], [suspect]) is suspect
    assert name_mistake("f", [outcome(LearnerError("ValueError", "other"))], [suspect]) is None
    assert name_mistake("f", [outcome(LearnerError("KeyError", "shapes"))], [suspect]) is None


def test_absence_is_explained_only_where_there_is_one():
    assert explain_absence(expect.Mismatch("wrong"), "f") is None
    assert explain_absence(LearnerError("ValueError", "no"), "f") is None
    stub = LearnerError("NotImplementedError", "", function="g")
    assert explain_absence(stub, "f") == "g is not written yet."


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1.0, 1.0 + 1e-9, True),
        (1.0, 1.001, False),
        ((1, 2), [1, 2], True),
        ((1, 2), np.array([1.0, 2.0]), True),
        ((1, 2), (1, 2, 3), False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        (np.nan, np.nan, True),
        (None, None, True),
        (None, np.nan, False),
        ("3", 3, False),
        ("x", "x", True),
        (np.ones(3), np.ones((1, 3)), False),
        (object(), 1.0, False),
        ([1, [2]], [1, [2, 3]], False),
    ],
)
def test_same_compares_values_whatever_holds_them(a, b, equal):
    assert expect.same(a, b) is equal
    assert expect.same(b, a) is equal


class Awkward:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("not so fast")


def test_an_object_that_refuses_to_be_an_array_is_a_wrong_answer_and_no_crash():
    assert not expect.same(Awkward(), 1.0)
    with pytest.raises(expect.Mismatch, match="x is a Awkward that does not hold plain numbers"):
        expect.agree(Awkward(), np.ones(2), "x")


def test_stopping_a_check_leaves_the_next_one_whole(lstm_gates):
    def interrupt(name):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lstm_gates.run("lstm_step", Answer(interrupt))
    for item in lstm_gates.items:
        assert lstm_gates.report(item, lstm_gates.answer()).right


def test_a_check_that_exits_fails_and_stops_nothing(lstm_gates):
    cell = "def lstm_step(x, h, c, params):\n    raise SystemExit(0)"
    assert not lstm_gates.report("lstm_step", lstm_gates.answer(lstm_step=cell)).right
    assert lstm_gates.report("lstm_forward", lstm_gates.answer()).right


def test_each_check_draws_from_its_own_generator(lstm_gates):
    drawn = {}

    def reference(test):
        drawn[test] = True
        return lstm_gates.recording.reference(test)

    lstm_gates.check_file.run("lstm_step", Context(lstm_gates.answer(), reference))
    assert list(drawn) == lstm_gates.check_file.tests("lstm_step")[1:]
