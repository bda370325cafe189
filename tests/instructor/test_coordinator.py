"""`unrolled grade`: every mark once and right, whatever happens on the way."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from unrolled.grading import coordinator
from unrolled.grading.coordinator import grade
from unrolled.grading.course import Course, CourseError
from unrolled.grading.files import read_stamp

TOPIC = "lstm_gates"
WRONG = {"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"}


def marks(course):
    """Return what the gradebook holds: each student's automatic points, one row a student."""
    with Gradebook(course.db_url) as gradebook:
        return {
            submission.student.id: sum(
                grade.auto_score or 0 for grade in submission.notebooks[0].grades
            )
            for submission in gradebook.assignment_submissions(TOPIC)
        }


def states(results):
    return {result.student: result.state for result in results}


def snapshot(folder: Path):
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_mode)
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts
    }


def test_a_class_is_graded_then_left_alone_then_regraded_where_it_changed(
    course, hand_in, notebook, monkeypatch
):
    hand_in("ada", notebook(), stamp="2026-01-30 15:00:00 UTC")
    hand_in("bob", notebook(WRONG))
    hand_in("-x 'q\" Zoë", notebook(WRONG))
    hand_in("eve", "{")
    hand_in("mallory", notebook(), stamp="soon")
    (course.folder / "submitted" / "nobody" / TOPIC).mkdir(parents=True)
    before, outside = snapshot(course.folder / "submitted"), snapshot(course.root / "solutions")
    seen = []
    results = grade(course, TOPIC, jobs=2, on_result=lambda *told: seen.append(told))

    expected = {"ada": 27, "bob": 24, "-x 'q\" Zoë": 24, "eve": 0, "mallory": 27, "nobody": 0}
    assert {result.student: result.total for result in results} == expected == marks(course)
    assert [result.student for result in results] == sorted(expected)
    assert sorted(done for _, done, _ in seen) == [1, 2, 3, 4, 5, 6]
    told = {result.student: result for result in results}
    assert told["eve"].state == told["nobody"].state == "unreadable"
    assert "lateness is not counted" in told["mallory"].remark
    assert "forget_half_life: " in told["bob"].remark
    assert snapshot(course.folder / "submitted") == before
    assert snapshot(course.root / "solutions") == outside

    def refuse(course, topic, work, *more):
        assert list(work) == []
        return ()

    monkeypatch.setattr(coordinator, "judge_all", refuse)
    again = grade(course, TOPIC)
    assert set(states(again).values()) == {"unchanged"}
    assert [(r.student, r.points, r.remark) for r in again] == [
        (r.student, r.points, r.remark) for r in results
    ]
    monkeypatch.undo()

    hand_in("bob", notebook())
    assert [r.student for r in grade(course, TOPIC, jobs=1) if r.state == "graded"] == ["bob"]
    assert marks(course) == expected | {"bob": 27}

    (course.folder / "autograded" / "ada" / TOPIC / f"{TOPIC}.ipynb").unlink()
    assert [r.student for r in grade(course, TOPIC, jobs=1) if r.state == "graded"] == ["ada"]


def test_a_changed_check_regrades_everybody(course, hand_in, notebook):
    hand_in("ada", notebook())
    hand_in("bob", notebook(WRONG))
    grade(course, TOPIC, jobs=1)
    checks = course.check_file(TOPIC)
    checks.write_text(
        checks.read_text()
        + '\n\ndef test_forget_half_life_is_never_right(answer):\n    """no"""\n    assert False\n'
    )
    assert states(grade(course, TOPIC, jobs=1)) == {"ada": "graded", "bob": "graded"}
    assert marks(course) == {"ada": 24, "bob": 24}


def test_a_gradebook_that_lost_its_marks_gets_them_back(course, hand_in, notebook):
    hand_in("ada", notebook())
    grade(course, TOPIC, jobs=1)
    with Gradebook(course.db_url) as gradebook:
        gradebook.remove_submission(TOPIC, "ada")
    assert marks(course) == {}
    assert states(grade(course, TOPIC, jobs=1)) == {"ada": "graded"}
    assert marks(course) == {"ada": 27}


def test_a_damaged_note_of_what_was_judged_is_judged_again(course, hand_in, notebook):
    hand_in("ada", notebook())
    grade(course, TOPIC, jobs=1)
    (kept,) = (course.folder / "verdicts").rglob("*.json")
    for damage in ("", "[]", '{"key": 1}'):
        kept.write_text(damage)
        assert states(grade(course, TOPIC, jobs=1)) == {"ada": "graded"}, damage


def test_a_persons_score_and_the_time_of_handing_in_stay(course, hand_in, notebook):
    hand_in("ada", notebook(WRONG), stamp="2026-01-30 15:00:00 UTC")
    grade(course, TOPIC, jobs=1)
    with Gradebook(course.db_url) as gradebook:
        for name, points in (("written-limits", 2.0), ("check-forget_half_life", 1.5)):
            gradebook.find_grade(name, TOPIC, TOPIC, "ada").manual_score = points
        gradebook.find_grade("check-lstm_step", TOPIC, TOPIC, "ada").extra_credit = 1
        gradebook.db.commit()
    grade(course, TOPIC, jobs=1, force=True)
    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission(TOPIC, "ada")
        assert submission.score == 24 + 2 + 1.5 + 1
        assert str(submission.timestamp) == "2026-01-30 15:00:00"
        assert gradebook.find_grade("check-forget_half_life", TOPIC, TOPIC, "ada").auto_score == 0


def test_a_late_submission_pays_the_penalty_that_nbgrader_is_set_to(
    course, hand_in, notebook, tmp_path
):
    (tmp_path / "penalty.py").write_text(
        "from nbgrader.plugins import LateSubmissionPlugin\n"
        "class TwoPoints(LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student, score, seconds):\n        return 2\n"
    )
    settings = course.settings.copy()
    settings.AssignLatePenalties.plugin_class = "penalty.TwoPoints"
    hand_in("ada", notebook(), stamp="2026-01-30 15:00:00 UTC")
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_assignment(TOPIC, duedate="2026-01-29 15:00:00 UTC")
    sys.path.insert(0, str(tmp_path))
    try:
        grade(replace(course, settings=settings), TOPIC, jobs=1)
    finally:
        sys.path.remove(str(tmp_path))
    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_submission(TOPIC, "ada").late_submission_penalty == 2


@pytest.mark.parametrize("stamp", ["", "x" * 200, "tomorrow", "2026-13-45", "1 2 3", "\0"])
def test_a_stamp_that_is_no_time_is_none(course, hand_in, stamp):
    path = hand_in("ada", "{}").with_name("timestamp.txt")
    path.write_text(stamp)
    assert read_stamp(course, TOPIC, "ada") == ""


def test_a_linked_stamp_is_not_followed(course, hand_in, tmp_path):
    (tmp_path / "stamp").write_text("2026-01-30 15:00:00 UTC")
    hand_in("ada", "{}").with_name("timestamp.txt").symlink_to(tmp_path / "stamp")
    assert read_stamp(course, TOPIC, "ada") == ""


def test_read_only_files_of_an_earlier_run_are_replaced(course, hand_in, notebook):
    hand_in("ada", notebook(WRONG), stamp="2026-01-30 15:00:00 UTC")
    grade(course, TOPIC, jobs=1)
    written = list((course.folder / "autograded" / "ada" / TOPIC).iterdir())
    assert {path.name for path in written} == {f"{TOPIC}.ipynb", "timestamp.txt"}
    inodes = {path.name: path.stat().st_ino for path in written}
    for path in written:
        path.chmod(0o444)  # as `nbgrader autograde` leaves them
    hand_in("ada", notebook(), stamp="2026-01-31 15:00:00 UTC")
    grade(course, TOPIC, jobs=1)
    # Each was replaced, not written into: that needs no right to write the old one.
    for path in (course.folder / "autograded" / "ada" / TOPIC).iterdir():
        assert path.stat().st_ino != inodes[path.name]
    assert marks(course) == {"ada": 27}


def test_work_that_two_handed_in_is_judged_once_and_each_gets_its_own_page(
    course, hand_in, notebook, monkeypatch
):
    work = []
    real = coordinator.judge_all

    def spy(course, topic, pairs, *more):
        return real(course, topic, map(seen, pairs), *more)

    def seen(pair):
        work.append(pair[0])
        return pair

    monkeypatch.setattr(coordinator, "judge_all", spy)
    hand_in("ada", notebook(WRONG))
    hand_in("bob", notebook(WRONG, markdown="Bob's own words"))
    (hand_in("cy", notebook(WRONG)).parent / "other.ipynb").write_text("")
    results = grade(course, TOPIC, jobs=2)
    assert work == ["ada"]
    assert [result.total for result in results] == [24, 24, 24]
    pages = {
        name: (course.folder / "autograded" / name / TOPIC / f"{TOPIC}.ipynb").read_text()
        for name in ("ada", "bob", "cy")
    }
    assert [name for name, page in pages.items() if "Bob's own words" in page] == ["bob"]
    assert [name for name, page in pages.items() if "About this submission" in page] == ["cy"]


def test_a_judge_that_dies_costs_the_submission_that_killed_it(course, hand_in, notebook):
    checks = course.check_file(TOPIC)
    checks.write_text(
        checks.read_text()
        + '\n\ndef test_forget_half_life_dies(answer):\n    """the judge itself dies"""\n'
        "    import os\n    if answer.forget_half_life(0.5) == 666:\n        os._exit(1)\n"
    )
    for k in range(4):
        hand_in(f"student-{k}", notebook(code=f"x = {k}"))
    hand_in("killer", notebook({"forget_half_life": "def forget_half_life(f):\n    return 666\n"}))
    told = {result.student: result for result in grade(course, TOPIC, jobs=2)}
    assert told.pop("killer").state == "failed"
    assert {result.total for result in told.values()} == {27}
    assert marks(course) == dict.fromkeys(told, 27)


def test_marks_that_cannot_be_written_cost_nobody_else(course, hand_in, notebook, monkeypatch):
    from unrolled.grading.writeback import Writer

    real = Writer._write_notebook

    def write(self, student, made):
        if student == "bob":
            raise OSError("the disk is full")
        real(self, student, made)

    monkeypatch.setattr(Writer, "_write_notebook", write)
    for name in ("ada", "bob", "cy"):
        hand_in(name, notebook())
    told = {result.student: result for result in grade(course, TOPIC, jobs=1)}
    assert told["bob"].state == "failed"
    assert "the disk is full" in told["bob"].remark
    assert (told["ada"].total, told["cy"].total) == (27, 27)
    monkeypatch.undo()
    assert states(grade(course, TOPIC, jobs=1)) == {
        "ada": "unchanged",
        "bob": "graded",
        "cy": "unchanged",
    }


def test_what_was_not_released_is_refused(course):
    shutil.rmtree(course.folder / "release")
    with pytest.raises(CourseError, match="has not been released"):
        grade(course, TOPIC)


def test_a_gradebook_without_the_assignment_is_refused(course, hand_in, notebook):
    hand_in("ada", notebook())
    (course.folder / "gradebook.db").unlink()
    with pytest.raises(CourseError, match="the gradebook does not know 'lstm_gates'"):
        grade(Course(course.root, course.folder), TOPIC)


def test_a_verdict_note_holds_no_seed(course, hand_in, notebook):
    hand_in("ada", notebook())
    grade(course, TOPIC, jobs=1)
    secret = (course.folder / "secret_seed").read_text()
    for path in course.folder.rglob("*"):
        if path.is_file() and path.name != "secret_seed":
            assert secret.encode() not in path.read_bytes()
    (kept,) = (course.folder / "verdicts").rglob("*.json")
    kept = json.loads(kept.read_text())
    assert kept.keys() == {"key", "points", "remark", "readable", "items"}
    assert "seed" not in json.dumps(kept["items"])
