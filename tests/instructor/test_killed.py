"""Killed at any moment, by the process or all at once: run again, every mark is there, once and right."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from unrolled.grading.coordinator import grade
from unrolled.grading.course import Course

pytestmark = pytest.mark.slow

TOPIC = "lstm_gates"
# What takes a while gives the killer time; the answer below rests on calls that take most of it.
SLOW = "import time\n\n\ndef forget_half_life(f):\n    time.sleep(0.05)\n    return {}\n"
WRONG = {"forget_half_life": SLOW.format("0 * f")}
RIGHT = {"forget_half_life": SLOW.format("np.log(2) / np.abs(np.log(f))")}
COMMAND = [sys.executable, "-m", "unrolled.cli", "grade", TOPIC, "--jobs", "2"]
MANY = 12


@pytest.fixture
def a_class(course, hand_in, notebook):
    """Hand in for a class, and return the marks that it deserves."""
    expected = {}
    for k in range(MANY):
        hand_in(f"student-{k:02}", notebook(WRONG if k % 3 else RIGHT, code=f"x = {k}"))
        expected[f"student-{k:02}"] = 24 if k % 3 else 27
    return expected


def below(pid):
    """Return the processes below this one: {process id: command line}."""
    found = {}
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for task in tasks:
        try:
            children = Path(f"/proc/{pid}/task/{task}/children").read_text().split()
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
    """Return the processes of a run by what they do.

    A server of workers forks one for each judge, and each of these forks a worker at a time.
    A judge is forked from the grader, whose command line it keeps; one in its place is spawned.
    """
    found = below(pid)
    own = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    first = [child for child, command in found.items() if "zygote_main" in command][:1]
    servers = {child for server in first for child in below(server)}
    workers = {child for server in servers for child in below(server)}
    return {
        "judge": [
            child for child, command in found.items() if command == own or "spawn_main" in command
        ],
        "worker": sorted(workers),
        "server": sorted(servers - workers),
        "first server": first,
        "grader": [pid],
        "machine": [pid, *found],
    }


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@contextmanager
def grading(course):
    """Start to grade; go on when the first marks are told, and leave no process behind."""
    run = subprocess.Popen(
        COMMAND, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    processes = {}
    try:
        for line in run.stderr:
            if line.startswith("1/"):
                break
        processes = below(run.pid)
        yield run
    finally:
        kill([run.pid, *processes])
        run.communicate(timeout=60)


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
def test_a_run_goes_on_without_the_processes_that_are_killed(course, a_class, draw):
    rng = random.Random(draw)
    order = rng.sample(["judge", "worker", "server", "first server"], 4)
    killed = []
    with grading(course) as run:
        for kind in order:
            time.sleep(rng.uniform(0, 0.5))
            while run.poll() is None and len(killed) < order.index(kind) + 1:
                victims = kinds(run.pid)[kind]  # between two workers there is none
                if victims:
                    killed.append(rng.choice(victims))
                    kill(killed[-1:])
        run.communicate(timeout=300)
    assert len(killed) >= 2
    told = marks(course)
    assert told == {student: a_class[student] for student in told}
    again = grade(course, TOPIC, jobs=2)
    assert {result.student: result.total for result in again} == a_class
    hold_that_all_is_there(course, a_class)


def test_killed_again_and_again_a_class_is_completed(course, a_class):
    rng = random.Random("all at once")
    for kind in ("grader", "machine", "machine"):
        with grading(course) as run:
            time.sleep(rng.uniform(0, 0.5))
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
