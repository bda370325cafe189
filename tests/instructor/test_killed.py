"""Killed at any moment, by the process or all at once: run again, every mark is there, once and right."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from unrolled.grading.coordinator import grade
from unrolled.grading.course import Course

pytestmark = pytest.mark.slow

TOPIC = "lstm_gates"
WRONG = {"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"}
COMMAND = [sys.executable, "-m", "unrolled.cli", "grade", TOPIC, "--jobs", "2"]
MANY = 10


@pytest.fixture
def a_class(course, hand_in, notebook):
    """Hand in for a class, and return the marks that it deserves."""
    expected = {}
    for k in range(MANY):
        hand_in(f"student-{k:02}", notebook(WRONG if k % 3 else {}, code=f"x = {k}"))
        expected[f"student-{k:02}"] = 24 if k % 3 else 27
    return expected


def below(pid):
    """Return the processes below this one: {process id: command line}."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            try:
                found[child] = Path(f"/proc/{child}/cmdline").read_bytes().decode()
            except OSError:
                continue
            found |= below(child)
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kinds(pid):
    """Return the processes of a run by what they do."""
    found = below(pid)
    servers = {child for child, command in found.items() if "zygote_main" in command}
    above = {child for server in servers for child in below(server) if child in servers}
    return {
        "judge": [child for child, command in found.items() if "spawn_main" in command],
        # A worker and a server are forks of the same: the one that serves lives longer.
        "server or worker": sorted(servers - above) + sorted(above),
        "grader": [pid],
        "machine": [pid, *found],
    }


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def start(course):
    """Start to grade, and return when the first marks are told."""
    run = subprocess.Popen(
        COMMAND, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    for line in run.stderr:
        if line.startswith("1/"):
            break
    return run


def wait_until_gone(pids):
    deadline = time.monotonic() + 60
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, pids)), "a process outlived the grader"


def marks(course):
    """Return what the gradebook holds, a row for each student."""
    with Gradebook(course.db_url) as gradebook:
        rows = [
            (found.student.id, sum(grade.auto_score or 0 for grade in found.notebooks[0].grades))
            for found in gradebook.assignment_submissions(TOPIC)
        ]
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def hold_that_all_is_there(course, expected):
    assert marks(course) == expected
    assert not list(course.folder.rglob("*.part"))
    for student in expected:
        path = course.folder / "autograded" / student / TOPIC / f"{TOPIC}.ipynb"
        nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("draw", range(2))
@pytest.mark.parametrize("kind", ["judge", "server or worker"])
def test_a_run_goes_on_without_a_process_that_was_killed(course, a_class, kind, draw):
    rng = random.Random(f"{kind} {draw}")
    run = start(course)
    victims = kinds(run.pid)[kind]
    time.sleep(rng.uniform(0, 0.3))
    kill([rng.choice(victims)] if victims else [])
    run.communicate(timeout=300)
    told = marks(course)
    assert {student: told[student] for student in told} == {s: a_class[s] for s in told}
    again = grade(course, TOPIC, jobs=2)
    assert {result.student: result.total for result in again} == a_class
    hold_that_all_is_there(course, a_class)


def test_killed_again_and_again_a_class_is_completed(course, a_class):
    rng = random.Random("all at once")
    for kind in ("grader", "machine", "machine"):
        run = start(course)
        time.sleep(rng.uniform(0, 0.3))
        processes = below(run.pid)
        kill(kinds(run.pid)[kind])
        run.communicate(timeout=60)
        wait_until_gone(processes)
        told = marks(course)
        assert told == {student: a_class[student] for student in told}
    kept = sum(result.state == "unchanged" for result in grade(course, TOPIC, jobs=2))
    assert kept >= 2
    hold_that_all_is_there(course, a_class)
    again = grade(Course(course.root, course.folder), TOPIC)
    assert {result.state for result in again} == {"unchanged"}
