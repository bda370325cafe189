"""The gradebook in PostgreSQL: a real server, started here, holds what the SQLite file holds."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from traitlets.config import Config

from unrolled import cli
from unrolled.grading.coordinator import grade
from unrolled.grading.course import Course, CourseError
from unrolled.grading.marks import read_marks
from unrolled.grading.rows import Rows
from unrolled.release import generate
from unrolled.sources import put_tools_on_path

TOPIC = "lstm_gates"
WRONG = {"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"}
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path())

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROGRAMS / "initdb").is_file(), reason="PostgreSQL's server is not installed"
    ),
]


@pytest.fixture(scope="module")
def server():
    """Start a server that listens in a folder alone, and give the address of its databases."""
    folder = Path(tempfile.mkdtemp(prefix="unrolled-postgresql-"))
    who = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        who = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    run = {"cwd": folder, "env": {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, **who}
    data, socket = folder / "data", folder
    subprocess.run(
        [PROGRAMS / "initdb", "-D", data, "-U", "grader", "--auth=trust", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        **run,
    )
    command = [PROGRAMS / "postgres", "-D", data, "-k", socket, "-F", "-c", "listen_addresses="]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **run)
    try:
        address = f"postgresql://grader@/{{}}?host={socket}"
        _wait_for(address.format("postgres"), process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)  # the "fast" shutdown: connections are ended
        process.wait()
        shutil.rmtree(folder)


def _wait_for(address, process):
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(Exception):
            return _sql(address, "SELECT 1")
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _sql(address, statement):
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            return connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.fixture
def in_postgresql(server):
    """Give a course a new database: a copy of another, or an empty one."""

    def move(course, template="template0"):
        name = f"grades_{time.monotonic_ns()}"
        _sql(server.format("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
        settings = Config({"CourseDirectory": {"db_url": server.format(name)}})
        return replace(course, settings=settings)

    return move


@pytest.fixture(scope="module")
def released_database(server, released_course):
    """The name of a database that knows the assignment and nobody's work."""
    _sql(server.format("postgres"), "CREATE DATABASE released")
    settings = Config({"CourseDirectory": {"db_url": server.format("released")}})
    course = replace(released_course, settings=settings)
    course.gradebook().close()
    generate(TOPIC, course.folder, course.settings)
    return "released"


@pytest.fixture
def pg_course(course, in_postgresql, released_database):
    """A course of the test's own, released, with nothing handed in."""
    return in_postgresql(course, released_database)


def rows(course):
    """Return what the gradebook holds of each submission, without the ids that a database draws."""
    with course.gradebook() as gradebook:
        return {
            submission.student.id: (
                str(submission.timestamp),
                submission.late_submission_penalty,
                sorted(
                    (
                        grade.name,
                        grade.auto_score,
                        grade.manual_score,
                        grade.score,
                        grade.needs_manual_grade,
                    )
                    for grade in submission.notebooks[0].grades
                ),
                sorted(
                    (comment.name, comment.auto_comment or "")
                    for comment in submission.notebooks[0].comments
                ),
            )
            for submission in gradebook.assignment_submissions(TOPIC)
        }


def test_release_grade_regrade_marks_and_feedback_are_as_with_sqlite(
    course, in_postgresql, released_course, hand_in, notebook, tmp_path, monkeypatch
):
    (course.folder / "gradebook.db").unlink()
    pg_course = in_postgresql(course)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {pg_course.db_url!r}\n")
    hand_in("ada", notebook(), stamp="2026-01-30 15:00:00 UTC")
    hand_in("bob", notebook(WRONG))
    hand_in("-x 'q\" Zoë", notebook(WRONG))
    hand_in("eve", "{")
    monkeypatch.chdir(pg_course.root)
    assert cli.main(["release", TOPIC]) == 0
    assert cli.main(["grade", TOPIC, "--jobs", "1"]) == 0
    assert Course.here().db_url == pg_course.db_url
    assert not (pg_course.folder / "gradebook.db").exists()

    root = tmp_path / "sqlite"
    shutil.copytree(released_course.root, root)
    with_sqlite = Course(root, root / "build")
    shutil.copytree(pg_course.folder / "submitted", with_sqlite.folder / "submitted")
    shutil.copy(pg_course.folder / "secret_seed", with_sqlite.folder)
    grade(with_sqlite, TOPIC, jobs=1)
    assert rows(pg_course) == rows(with_sqlite)
    for path in (with_sqlite.folder / "autograded").rglob("*.ipynb"):
        twin = pg_course.folder / path.relative_to(with_sqlite.folder)
        assert twin.read_text() == path.read_text()
        assert twin.stat().st_mode == path.stat().st_mode

    with pg_course.gradebook() as gradebook:
        gradebook.find_grade("check-forget_half_life", TOPIC, TOPIC, "bob").manual_score = 1.5
        gradebook.find_grade("written-limits", TOPIC, TOPIC, "bob").manual_score = 2
        gradebook.db.commit()
    assert {result.state for result in grade(pg_course, TOPIC)} == {"unchanged"}
    hand_in("bob", notebook(WRONG, code="x = 1"))
    again = {r.student: r.state for r in grade(pg_course, TOPIC, jobs=1)}
    assert [student for student, state in again.items() if state != "unchanged"] == ["bob"]
    mark = read_marks(pg_course, TOPIC).by_student["bob"]
    assert (mark.automatic, mark.total) == (24, 27.5)

    put_tools_on_path()
    for command in (["generate_feedback", TOPIC, "--student=bob"], ["export"]):
        done = subprocess.run(
            ["nbgrader", *command], cwd=pg_course.root, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    page = pg_course.folder / "feedback" / "bob" / TOPIC / f"{TOPIC}.html"
    assert "forget_half_life: not yet" in page.read_text()
    exported = (pg_course.root / "grades.csv").read_text()
    assert [line for line in exported.splitlines() if ",bob," in line and "27.5" in line]
    assert not (pg_course.folder / "gradebook.db").exists()


def test_two_graders_of_one_gradebook_leave_every_mark_once(pg_course, hand_in, notebook, paper):
    """As on two machines, each with the submissions in a folder of its own."""
    students = [f"student-{k:02}" for k in range(12)]
    for k, student in enumerate(students):
        hand_in(student, notebook(code=f"x = {k}"))
    twin = replace(pg_course, folder=pg_course.root / "twin")
    shutil.copytree(pg_course.folder, twin.folder)
    with ThreadPoolExecutor(2) as both:
        for results in both.map(lambda course: grade(course, TOPIC), (pg_course, twin)):
            assert [result.state for result in results] == ["graded"] * 12
    assert sorted(rows(pg_course)) == students
    for course in (pg_course, twin):
        assert {result.state for result in grade(course, TOPIC)} == {"unchanged"}


def test_rows_that_another_grader_makes_at_the_same_moment_are_used(
    pg_course, hand_in, notebook, paper, monkeypatch
):
    hand_in("ada", notebook())
    real, met = Rows._submitted, []

    def submitted(self, students):
        found = real(self, students)
        if not met:
            with pg_course.gradebook() as other, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # nbgrader adds rows in an odd order
                other.add_student("ada")
                met.append(other.add_submission(TOPIC, "ada").id)
        return found

    monkeypatch.setattr(Rows, "_submitted", submitted)
    (result,) = grade(pg_course, TOPIC)
    assert (result.state, result.total) == ("graded", 27)
    with pg_course.gradebook() as gradebook:
        (row,) = gradebook.assignment_submissions(TOPIC)
        assert [row.id] == met
        assert len(row.notebooks) == 1
        assert row.score == 27


def test_a_server_that_cannot_be_reached_is_one_line_without_the_password(course, capsys):
    url = "postgresql://me:opensesame@127.0.0.1:1/grades"
    settings = Config({"CourseDirectory": {"db_url": url}})
    with pytest.raises(CourseError, match=r"at postgresql://me:\*\*\*@127.0.0.1:1/grades") as told:
        replace(course, settings=settings).gradebook()
    assert "opensesame" not in str(told.value)
    assert "\n" not in str(told.value)
    assert "refused" in str(told.value)


def test_a_missing_driver_is_named_with_its_remedy(course, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    settings = Config({"CourseDirectory": {"db_url": "postgresql://me@127.0.0.1:1/grades"}})
    with pytest.raises(CourseError, match=r"psycopg.* run `pip install '.\[postgresql\]'`"):
        replace(course, settings=settings).gradebook()


def test_an_address_that_is_none_is_told(course):
    settings = Config({"CourseDirectory": {"db_url": "my grades"}})
    with pytest.raises(CourseError, match=r"the address in `c\.CourseDirectory\.db_url` cannot"):
        replace(course, settings=settings).gradebook()
