"""Grade classes of growing size, and show that cost is linear and memory flat.

    .venv/bin/python benchmarks/scale.py                       # 300, 1000, 3000 and 10000
    .venv/bin/python benchmarks/scale.py --sizes 100 300 1000
    .venv/bin/python benchmarks/scale.py --jobs 4

The notebooks are small: one NumPy function, right in every other notebook, and a line of one's own
that makes each of them different work. Each class is graded from nothing by `unrolled grade`, in a
process of its own, then once more with nothing to do. Processor time (CPU-s) is that of the whole
machine, so that nothing else should run meanwhile; the ratio is to the smallest class. Memory is the
proportional set size (what is shared counts once), sampled while it runs: of the process that reads
and writes, and of all.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

from grading import processor_seconds

from unrolled.demo.students import filled_in
from unrolled.grading.course import Course
from unrolled.release import generate, write_source
from unrolled.sources import put_tools_on_path

TOPIC = "running_sum"
SOLUTION = '''# %% [markdown]
# # Running sum

# %% given="setup"
import numpy as np

from unrolled import checks

check = checks("running_sum", globals())

# %% exercise="running_sum"
def running_sum(x):
    """Return the sums of x (T,) up to each step, as an array (T,)."""
    ### BEGIN SOLUTION
    return np.cumsum(x)
    ### END SOLUTION

# %% check="running_sum" points=1 outcome="running_sum.sum"
check("running_sum")
'''
CHECKS = '''from unrolled.expect import agree, have_shape


def test_running_sum_adds_up(answer, reference, rng):
    """the sums are right"""
    x = rng.normal(size=7)
    got = answer.running_sum(x)
    have_shape(got, {"sums": (7,)})
    agree(got, reference.running_sum(x), "sums", ["step"])
'''
MISTAKES = """- exercise: running_sum
  replace: "np.cumsum(x)"
  by: "x"
  says: "You return the numbers, not their sums."
"""


def make_course(root: Path) -> Course:
    """Write a course of one small topic below `root` and release it."""
    for path, content in (
        (f"solutions/{TOPIC}.py", SOLUTION),
        (f"solutions/mistakes/{TOPIC}.yml", MISTAKES),
        (f"tests/checks/test_{TOPIC}.py", CHECKS),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    (root / "chapters").mkdir()
    course = Course(root, root / "build")
    write_source(TOPIC, root, course.folder)
    generate(TOPIC, course.folder)
    return course


def hand_in(course: Course, size: int) -> None:
    """Hand in `size` notebooks, every other one right, no two alike."""
    wrong = {"running_sum": "def running_sum(x):\n    return x\n"}
    exercise, release = course.exercise(TOPIC), course.released(TOPIC)
    right, mistaken = (
        filled_in(exercise, release, own, code="number = 123456789") for own in ({}, wrong)
    )
    for k in range(size):
        folder = course.folder / "submitted" / f"student-{k:06}" / TOPIC
        folder.mkdir(parents=True)
        text = (mistaken if k % 2 else right).replace("123456789", str(k))
        (folder / f"{TOPIC}.ipynb").write_text(text, encoding="utf-8")


class Memory(Thread):
    """Samples the memory of a process and of all its descendants until it ends."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self._pid, self.own, self.all = pid, 0.0, 0.0

    def run(self):
        """Keep the highest figures seen, in MB."""
        while True:
            try:
                own = _pss(self._pid)
            except OSError:
                return
            self.own = max(self.own, own)
            self.all = max(self.all, own + sum(map(_pss_or_none, _descendants(self._pid))))
            time.sleep(0.5)


def _pss(pid):
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", told, re.M)[1]) / 1000


def _pss_or_none(pid):
    try:
        return _pss(pid)
    except (OSError, TypeError):  # it has ended
        return 0.0


def _descendants(pid):
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_descendants(int(child))]
    return found


def grade(course: Course, jobs: int | None) -> dict[str, float]:
    """Run `unrolled grade` and return what it took."""
    command = [sys.executable, "-m", "unrolled.cli", "grade", TOPIC]
    command += ["--jobs", str(jobs)] if jobs else []
    with tempfile.TemporaryFile("w+") as table:
        before, began = processor_seconds(), time.monotonic()
        process = subprocess.Popen(
            command, cwd=course.root, stdout=table, stderr=subprocess.PIPE, text=True
        )
        memory = Memory(process.pid)
        memory.start()
        first, said = 0.0, ""
        for line in process.stderr:
            first, said = first or time.monotonic() - began, line
        process.wait()
        seconds = time.monotonic() - began
        process.stderr.close()
        memory.join()
        table.seek(0)
        told = table.read()
    if process.returncode:
        raise SystemExit(f"unrolled grade failed:\n{said}{told[-3000:]}")
    used = processor_seconds() - before
    return {
        "seconds": seconds,
        "used": used,
        "first": first,
        "own": memory.own,
        "all": memory.all,
    }


def check_marks(course: Course, size: int) -> None:
    """Raise unless every submission has its mark, once."""
    kept = list((course.folder / "verdicts").rglob("verdict.json"))
    points = [json.loads(path.read_text())["points"]["running_sum"] for path in kept]
    from unrolled.grading.marks import read_marks

    marks = read_marks(course, TOPIC).by_student
    assert (len(points), sum(points)) == (size, (size + 1) // 2)
    assert (len(marks), sum(mark.total for mark in marks.values())) == (size, (size + 1) // 2)


def main() -> None:
    """Grade a class of each size and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1000, 3000, 10000])
    parser.add_argument("--jobs", type=int, help="submissions judged at once (default: one a core)")
    arguments = parser.parse_args()
    put_tools_on_path()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print(
        f"{'class':>6} {'seconds':>8} {'a second':>9} {'CPU-s each':>11} {'ratio':>6} {'first, s':>9}"
        f" {'reads+writes, MB':>17} {'all, MB':>8} {'again, CPU-s':>13}"
    )
    base = None
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(prefix="unrolled-scale-") as folder:
            course = make_course(Path(folder))
            hand_in(course, size)
            found = grade(course, arguments.jobs)
            check_marks(course, size)
            again = grade(course, arguments.jobs)
        each = found["used"] / size
        base = base or each
        print(
            f"{size:>6} {found['seconds']:>8.1f} {size / found['seconds']:>9.1f} {each:>11.4f}"
            f" {each / base:>6.2f} {found['first']:>9.2f} {found['own']:>17.0f}"
            f" {found['all']:>8.0f} {again['used']:>13.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
