"""A course finds its folders and settings, and keeps its seed secret, whole and its own."""

import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from unrolled.grading.course import Course, CourseError


def test_the_seed_is_drawn_once_and_readable_by_its_owner_alone(tmp_path):
    course = Course(tmp_path, tmp_path / "build")
    seeds = {course.seed("lstm_gates", "a") for _ in range(3)}
    assert len(seeds) == 1
    path = tmp_path / "build" / "secret_seed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch("[0-9a-f]{64}", path.read_text())
    assert [entry.name for entry in path.parent.iterdir()] == ["secret_seed"]


def test_many_who_draw_at_once_get_the_same_seed(tmp_path):
    courses = [Course(tmp_path, tmp_path / "build") for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lambda course: course.seed("x", "y"), courses))) == 1


def test_seeds_differ_by_course_topic_and_work(tmp_path):
    here, there = Course(tmp_path, tmp_path / "a"), Course(tmp_path, tmp_path / "b")
    seeds = {here.seed("x", "1"), here.seed("x", "2"), here.seed("y", "1"), there.seed("x", "1")}
    assert len(seeds) == 4


def test_the_seed_lies_where_git_does_not_look(monkeypatch):
    root = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(root)
    (folder, *_) = Course.here().folder.relative_to(root).parts
    assert f"{folder}/" in (root / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("damage", [b"", b"0" * 63, b"z" * 64, b"0" * 64 + b"\n"])
def test_a_damaged_seed_is_an_error_that_says_what_to_do(tmp_path, damage):
    (tmp_path / "secret_seed").write_bytes(damage)
    with pytest.raises(CourseError, match="is damaged; restore it, or delete it"):
        Course(tmp_path, tmp_path).seed("x", "y")


def test_a_seed_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "secret_seed").mkdir()
    with pytest.raises(CourseError, match="cannot be read"):
        Course(tmp_path, tmp_path).seed("x", "y")


def test_the_settings_are_those_of_nbgrader(course, monkeypatch):
    monkeypatch.chdir(course.root / "solutions")
    assert Course.here().db_url == f"sqlite:///{course.root / 'build' / 'gradebook.db'}"
    config = course.root / "nbgrader_config.py"
    config.write_text(
        config.read_text() + "\nc.CourseDirectory.db_url = 'postgresql://me@host/grades'\n"
    )
    assert Course.here().db_url == "postgresql://me@host/grades"
    assert Course.here().folder == course.folder
    config.write_text("c = get_config(\n")
    with pytest.raises(CourseError, match=r"nbgrader_config.py cannot be read"):
        Course.here()


def test_what_was_never_released_says_how_to(course):
    with pytest.raises(CourseError, match="run `unrolled release lstm_gates`"):
        replace(course, folder=course.root / "elsewhere").released("lstm_gates")


def test_points_that_changed_since_the_release_are_refused(course):
    source = course.root / "solutions" / "lstm_gates.py"
    source.write_text(
        source.read_text().replace('check="lstm_step" points=6', 'check="lstm_step" points=7')
    )
    with pytest.raises(CourseError, match="changed since it was released"):
        course.released("lstm_gates")


def test_only_students_folders_count_as_submissions(course):
    for name in ("ada", "-x", 'o\'brien "q"', "Zoë 学生", ".ipynb_checkpoints"):
        (course.folder / "submitted" / name / "lstm_gates").mkdir(parents=True)
    (course.folder / "submitted" / "bob" / "another_topic").mkdir(parents=True)
    (course.folder / "submitted" / "README.txt").write_text("notes")
    assert set(course.submissions("lstm_gates")) == {"ada", "-x", 'o\'brien "q"', "Zoë 学生"}
    assert os.fspath(course.submissions("lstm_gates")["ada"]).endswith("lstm_gates.ipynb")
