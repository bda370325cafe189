"""`unrolled demo` refuses what it must not touch, and notices a wrong mark.

What it makes of a class of every kind is held where the README tells to run it, in test_readme.py.
"""

from pathlib import Path

import pytest

from unrolled.demo import play
from unrolled.demo.play import surprises
from unrolled.grading.course import CourseError

ROOT = Path(__file__).resolve().parents[2]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(CourseError, match="is not empty and not a demo"):
        play(tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_wrong_mark_in_the_demo_would_be_noticed(exercise):
    from unrolled.demo.students import Student
    from unrolled.grading.coordinator import Result

    students = [Student("a", ""), Student("b", "", expect="loop"), Student("c", "")]
    results = [
        Result("a", {"lstm_step": 6.0}, "", "graded"),
        Result("b", {"x": 27.0}, "", "graded"),
    ]
    assert surprises(students, results, exercise) == [
        "a: 6, not 27",
        "b: the remark lacks 'loop': ",
        "c: there is no result",
    ]
