"""Grading on a Dask cluster: real scheduler and worker processes, some of which are killed."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from unrolled import cli
from unrolled.grading.cluster import ClusterError, judge_on_cluster
from unrolled.grading.coordinator import grade
from unrolled.grading.submission import read_submission

TOPIC = "lstm_gates"
WRONG = {"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"}
DIES = (
    '\n\ndef test_forget_half_life_dies(answer):\n    """the judge itself dies"""\n'
    "    import os\n    if answer.forget_half_life(0.5) == 666:\n        os._exit(1)\n"
)


def marks(course):
    """Return what the gradebook holds: each student's automatic points, one row a student."""
    with Gradebook(course.db_url) as gradebook:
        found = gradebook.assignment_submissions(TOPIC)
        assert len(found) == len({one.student.id for one in found})
        return {
            one.student.id: sum(grade.auto_score or 0 for grade in one.notebooks[0].grades)
            for one in found
        }


GUIDE = (Path(__file__).parents[2] / "GRADING.md").read_text(encoding="utf-8")
SCHEDULER, WORKER = re.findall(r"^\.venv/bin/dask (.*)$", GUIDE, re.M)
(GRADE,) = re.findall(r"^\.venv/bin/unrolled (grade .* --scheduler .*)$", GUIDE, re.M)


class Cluster:
    """A scheduler and its workers, each a process, with a folder for what they leave on the disk."""

    def __init__(self, folder: Path, allowed_failures: int):
        self.folder, self._processes = folder, []
        told = folder / "scheduler.json"
        self._dask(
            *SCHEDULER.replace("8786", "0").split(),
            *("--host", "127.0.0.1", "--no-dashboard", "--no-show", "--scheduler-file", str(told)),
            DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=str(allowed_failures),
        )
        wait_for(lambda: told.exists() and told.read_text().endswith("}"))
        self.address = json.loads(told.read_text())["address"]

    def _dask(self, *arguments, **environment):
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                env=os.environ | environment | {"TMPDIR": str(self.folder)},
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process.pid

    def start_worker(self, nanny: bool = False) -> int:
        """Start a worker and return its process id; with a nanny, which starts others, the nanny's."""
        return self._dask(
            *WORKER.replace("tcp://HOST:8786", self.address).replace("--nworkers 2", "").split(),
            *("--host", "127.0.0.1", "--no-dashboard", "--nanny" if nanny else "--no-nanny"),
            *("--local-directory", str(self.folder / "space")),
        )

    def end(self):
        for process in reversed(self._processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid):
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


@pytest.fixture
def start_cluster(tmp_path_factory):
    running = []

    def start(allowed_failures: int = 3) -> Cluster:
        running.append(Cluster(tmp_path_factory.mktemp("cluster"), allowed_failures))
        return running[-1]

    yield start
    for one in running:
        one.end()


def pages(course):
    return {
        path.parts[-3]: path.read_text()
        for path in (course.folder / "autograded").rglob(f"{TOPIC}.ipynb")
    }


@pytest.mark.slow
def test_a_cluster_gives_the_marks_and_pages_that_one_machine_gives(
    course, hand_in, notebook, start_cluster, monkeypatch
):
    for k in range(6):
        hand_in(f"student-{k}", notebook(WRONG if k % 2 else {}, code=f"x = {k}"))
    hand_in("alike", notebook(WRONG, code="x = 1"))
    hand_in("ends", notebook(code="import os\nos._exit(1)"))
    hand_in("eve", "{")
    here = grade(course, TOPIC, jobs=2)
    pages_here = pages(course)

    there = start_cluster()
    workers = [there.start_worker() for _ in range(2)]
    shutil.rmtree(course.folder / "verdicts")
    shutil.rmtree(course.folder / "autograded")
    monkeypatch.chdir(course.root)
    assert cli.main(GRADE.replace("tcp://HOST:8786", there.address).split()) == 0
    assert pages(course) == pages_here
    kept = grade(course, TOPIC)
    assert {result.state for result in kept} == {"unchanged"}
    assert [(r.student, r.points, r.remark) for r in kept] == [
        (r.student, r.points, r.remark) for r in here
    ]
    # No file of the course is left on a machine, and no process.
    assert [path.name for path in there.folder.rglob("*") if "unrolled" in path.name] == []
    wait_for(lambda: not any(children(worker) for worker in workers))


@pytest.mark.slow
def test_a_worker_killed_half_way_costs_no_mark_and_doubles_none(
    course, hand_in, notebook, start_cluster
):
    expected = {f"student-{k:02}": 24 if k % 3 else 27 for k in range(24)}
    for k, student in enumerate(expected):
        hand_in(student, notebook(WRONG if k % 3 else {}, code=f"x = {k}"))
    cluster = start_cluster()
    workers = [cluster.start_worker() for _ in range(2)]
    told = []

    def kill_one(result, done, total):
        told.append(result.student)
        if done == total // 4:
            # Whichever has something in hand: its server of workers is its only child.
            os.kill(next(worker for worker in workers if children(worker)), signal.SIGKILL)

    results = grade(course, TOPIC, scheduler=cluster.address, on_result=kill_one)
    assert {result.student: result.total for result in results} == expected == marks(course)
    assert sorted(told) == list(expected)


@pytest.mark.slow
def test_a_submission_that_ends_every_worker_is_told_and_the_others_go_on(
    course, hand_in, notebook, start_cluster
):
    checks = course.check_file(TOPIC)
    checks.write_text(checks.read_text() + DIES)
    for k in range(6):
        hand_in(f"student-{k}", notebook(code=f"x = {k}"))
    hand_in("killer", notebook({"forget_half_life": "def forget_half_life(f):\n    return 666\n"}))
    # A scheduler without patience gives up what one ended worker had, the innocent too.
    cluster = start_cluster(allowed_failures=0)
    for _ in range(2):
        cluster.start_worker(nanny=True)
    told = {r.student: r for r in grade(course, TOPIC, scheduler=cluster.address)}
    killer = told.pop("killer")
    assert (killer.state, killer.points) == ("failed", {})
    assert "each worker that judged it ended" in killer.remark
    assert {result.total for result in told.values()} == {27}
    assert marks(course) == dict.fromkeys(told, 27)


@pytest.mark.slow
def test_without_a_worker_it_says_so_and_waits_for_one(
    course, work, start_cluster, monkeypatch, tmp_path
):
    monkeypatch.setattr("unrolled.grading.cluster.WAIT_SECONDS", 0.5)
    cluster = start_cluster()
    said = []

    def tell(words):
        said.append(words)
        cluster.start_worker()

    found = dict(judge_on_cluster(course, TOPIC, work, cluster.address, tell=tell))
    assert found["ada"].points == 27
    (words,) = said
    assert words.startswith(f"no worker is connected to {cluster.address}; waiting for one: ")

    # The cluster stands: what else can be wrong with a worker is told before anything is judged.
    monkeypatch.setattr(
        "unrolled.grading.cluster.versions", lambda: {"numpy": "9.9", "the moon": "full"}
    )
    with pytest.raises(ClusterError, match=r"numpy is .* there and 9.9 here; the moon is None"):
        list(judge_on_cluster(course, TOPIC, work, cluster.address))
    monkeypatch.undo()
    checks = course.check_file(TOPIC)
    checks.write_text(checks.read_text() + "\n\ndef test_nothing_we_know(answer):\n    pass\n")
    with pytest.raises(ClusterError, match="test_nothing_we_know belongs to no exercise"):
        list(judge_on_cluster(course, TOPIC, work, cluster.address))


@pytest.fixture
def work(notebook, release, tmp_path):
    """One student's right work."""
    path = tmp_path / f"{TOPIC}.ipynb"
    path.write_text(notebook(), encoding="utf-8")
    return [("ada", read_submission(path, release).work)]


def test_where_no_scheduler_answers_it_says_so_in_one_line(
    course, hand_in, notebook, monkeypatch, capsys
):
    hand_in("ada", notebook())
    monkeypatch.chdir(course.root)
    monkeypatch.setattr("unrolled.grading.cluster.CONNECT_SECONDS", 0.5)
    assert cli.main(["grade", TOPIC, "--scheduler", "tcp://127.0.0.1:1"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("unrolled: no scheduler answers at tcp://127.0.0.1:1: ")
    assert said.count("\n") == 1


def test_without_dask_it_says_how_to_get_it(course, work, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        ClusterError, match=r"distributed is missing: run `pip install '.\[cluster\]'"
    ):
        list(judge_on_cluster(course, TOPIC, work, "tcp://127.0.0.1:1"))


def test_where_nothing_is_to_be_judged_no_cluster_is_needed(course):
    assert list(judge_on_cluster(course, TOPIC, [], "tcp://127.0.0.1:1")) == []
