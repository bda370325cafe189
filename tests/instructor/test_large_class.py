"""A class of any size goes through the grader as a stream: read as it is judged, held no longer.

A judge of paper stands in for the real one, so that nothing here is timed and nothing is slow.
"""

import threading
import weakref

import pytest

from unrolled.grading import coordinator
from unrolled.grading.coordinator import Judged, grade
from unrolled.grading.judge import Verdict
from unrolled.report import Report

TOPIC = "lstm_gates"


@pytest.fixture
def read(monkeypatch):
    """Note what is read, in order, and how many of the notebooks read are held at once."""
    noted, made, real = [], [], coordinator.read_submission

    def read_submission(path, release):
        submission = real(path, release)
        made.append(weakref.ref(submission))
        noted.append((path.parents[1].name, sum(one() is not None for one in made)))
        return submission

    monkeypatch.setattr(coordinator, "read_submission", read_submission)
    return noted


def test_no_more_is_held_than_is_being_judged(course, hand_in, notebook, paper, read, monkeypatch):
    size = 25
    monkeypatch.setattr(coordinator, "TOGETHER", 4)
    for k in range(size):
        hand_in(f"student-{k:02}", notebook(code=f"x = {k}"))
    read_at_result = []
    results = grade(course, TOPIC, on_result=lambda *_: read_at_result.append(len(read)))
    assert [result.total for result in results] == [27] * size
    assert len(read) == size
    # Those that are judged, and those whose marks are written together.
    assert max(held for _, held in read) <= paper.ahead + 4
    assert read_at_result[0] == paper.ahead
    assert all(ahead <= done + paper.ahead + 4 for done, ahead in enumerate(read_at_result))


def test_what_many_handed_in_is_judged_once_and_held_once(course, hand_in, notebook, paper, read):
    names = [f"student-{k:02}" for k in range(20)]
    for k, name in enumerate(names):
        hand_in(name, notebook(code=f"x = {k % 2}"))
    told = []
    results = grade(course, TOPIC, on_result=lambda result, *_: told.append(result.student))
    assert [student for student, _ in paper.asked] == names[:2]
    assert sorted(told) == names == [result.student for result in results]
    assert {result.total for result in results} == {27}
    assert max(held for _, held in read) <= paper.ahead + coordinator.TOGETHER


def test_what_changes_while_another_is_judged_is_judged_for_itself(
    course, hand_in, notebook, paper
):
    for name in ("ada", "bob", "cy"):
        hand_in(name, notebook(code="x = 1"))

    def change(result, done, total):
        if result.student == "ada":
            hand_in("bob", notebook(code="x = 2"))

    results = grade(course, TOPIC, on_result=change)
    assert [student for student, _ in paper.asked] == ["ada", "bob"]
    assert "x = 2" in str(paper.asked[1][1].cells)
    assert [result.state for result in results] == ["graded"] * 3
    assert {result.state for result in grade(course, TOPIC)} == {"unchanged"}


def test_what_kept_a_work_from_being_judged_holds_for_all_who_handed_it_in(
    course, hand_in, notebook, monkeypatch
):
    class Odd(Exception):
        def __init__(self, cause):
            super().__init__("it ended")
            self.cause = lambda: cause  # which no pickle holds

    asked = []

    def judge_all(course, topic, work, *more):
        for student, _ in work:
            asked.append(student)
            yield student, Odd("no reason")

    monkeypatch.setattr(coordinator, "judge_all", judge_all)
    for name in ("ada", "bob"):
        hand_in(name, notebook())
    results = grade(course, TOPIC)
    assert asked == ["ada"]
    assert [(result.state, result.points) for result in results] == [("failed", {})] * 2
    assert all("it ended" in result.remark for result in results)


def test_what_was_judged_lies_in_a_file_that_nobody_else_can_name(tmp_path, exercise):
    item = exercise.items[0]
    with Judged(tmp_path) as known:
        for k in range(3):
            known[f"{k:064x}"] = Verdict({item.name: Report(item, ("all",) * k, ())})
        assert list(tmp_path.iterdir()) == []
        assert f"{3:064x}" not in known
        for k in (2, 0, 1):
            assert known[f"{k:064x}"].reports[item.name].passed == ("all",) * k


def test_a_second_grader_waits_for_the_first_and_finds_all_done(
    course, hand_in, notebook, paper, capsys
):
    for name in ("ada", "bob"):
        hand_in(name, notebook(code=f"x = {name!r}"))
    found = []

    def second():
        found.extend(grade(course, TOPIC))

    other = threading.Thread(target=second)

    def meanwhile(result, done, total):
        if done == 1:
            other.start()
            while "is being graded in" not in capsys.readouterr().err:
                assert other.is_alive()
            assert found == []

    first = grade(course, TOPIC, on_result=meanwhile)
    other.join()
    assert [result.state for result in first] == ["graded"] * 2
    assert [result.state for result in found] == ["unchanged"] * 2
    assert len(paper.asked) == 2
