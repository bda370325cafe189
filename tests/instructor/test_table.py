"""The table of marks fits where it is printed and cannot be steered by what it shows."""

from types import SimpleNamespace

import pytest

from unrolled.grading.coordinator import Result
from unrolled.grading.table import grade_and_print, table

MAXIMUM = {f"part_with_a_long_name_{k}": 3 for k in range(7)}
RESULTS = [
    Result("ada", dict.fromkeys(MAXIMUM, 3.0), "", "graded"),
    Result(
        "bob@a-very-long-address.example.org" * 3,
        dict.fromkeys(MAXIMUM, 0.0),
        "why " * 99,
        "graded",
    ),
    Result("eve\x1b[2J\n\x07", {}, "not graded: \x1b]0;owned\x07 \r ok\nnext \udc80", "failed"),
]


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 300])
def test_no_line_is_wider_than_the_terminal(columns):
    lines = table(RESULTS, MAXIMUM, columns).splitlines()
    # Below 60 columns the numbers alone may need more: they are never cut.
    assert max(map(len, lines)) <= max(columns, 52)


def test_every_student_has_one_line_with_the_points_and_the_total():
    lines = table(RESULTS, MAXIMUM, 120).splitlines()
    assert len(lines) == 2 + 3 + 1 + 2
    assert lines[2].split() == ["ada", *"3333333", "21"]
    assert lines[5].split() == ["of", *"3333333", "21"]
    assert "–   –   –   –   –   –   –      –  not graded: " in lines[4]


def test_what_a_learner_wrote_cannot_steer_the_terminal():
    text = table(RESULTS, MAXIMUM, 200)
    assert all(c.isprintable() or c == "\n" for c in text)
    text.encode("utf-8")


def test_a_class_of_nobody_has_a_table_too():
    assert table([], MAXIMUM, 80).splitlines()[2].startswith("of")


def test_progress_tells_what_is_done_what_failed_and_the_time_left(course, monkeypatch, capsys):
    def grade(course, topic, judges, on_result):
        for k, state in enumerate(["graded", "failed", "unchanged", "unreadable"], 1):
            on_result(Result("ada", {}, "", state), k, 4)
        return RESULTS

    monkeypatch.setattr("unrolled.grading.coordinator.grade", grade)
    clock = SimpleNamespace(monotonic=iter(range(0, 99, 2)).__next__)
    monkeypatch.setattr("unrolled.grading.table.time", clock)
    grade_and_print(course, "lstm_gates")
    assert capsys.readouterr().err.splitlines() == [
        "1/4 done, 0 failed, 0.5/s, 6 s left: ada",
        "2/4 done, 1 failed, 0.5/s, 4 s left: ada",
        "4/4 done, 1 failed, 0.5/s, 0 s left: ada",
    ]
