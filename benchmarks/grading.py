"""Grade the same class with stock nbgrader and with `unrolled grade`, side by side.

    .venv/bin/python benchmarks/grading.py              # 64 submissions; stock takes some minutes
    .venv/bin/python benchmarks/grading.py --stock 8    # stock on the first 8 of them alone

Both grade the same files on the same cores in one run, both write autograded notebooks and a
gradebook. Every notebook imports torch. Processor time counts all children.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from unrolled.demo.students import filled_in
from unrolled.grading.course import Course
from unrolled.mistakes import read_mistakes
from unrolled.release import generate, put_tools_on_path, write_source

ROOT = Path(__file__).resolve().parents[1]
TOPIC = "lstm_gates"
STOCK = """
c = get_config()
c.CourseDirectory.root = {folder!r}
"""


def make_class(course: Course, size: int) -> None:
    """Hand in `size` notebooks: every fourth is right, the others each make one known mistake."""
    exercise, release = course.exercise(TOPIC), course.released(TOPIC)
    mistakes = read_mistakes(exercise)
    step = max(len(mistakes) // size, 1)
    for k in range(size):
        mistake = mistakes[(k * step) % len(mistakes)]
        own = {} if k % 4 == 0 else {mistake.exercise: mistake.code}
        # A line of one's own makes every notebook different work.
        notebook = filled_in(exercise, release, own, code=f"import torch\n\nnumber = {k}")
        folder = course.folder / "submitted" / f"student-{k:03}" / TOPIC
        folder.mkdir(parents=True)
        (folder / f"{TOPIC}.ipynb").write_text(notebook, encoding="utf-8")


def new_course(folder: Path) -> Course:
    """Make an empty course with the assignment released."""
    write_source(TOPIC, ROOT, folder)
    generate(TOPIC, folder)
    return Course(ROOT, folder)


def measure(what: str, command: list, folder: Path, count: int) -> float:
    """Run a command that grades `count` submissions, print its figures, and return its rate."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    written = len(list(folder.glob(f"autograded/*/{TOPIC}/{TOPIC}.ipynb")))
    assert written == count, f"{what} wrote {written} notebooks, not {count}"
    rate = count / seconds
    print(
        f"{what:<22} {count:>4} submissions  {seconds:>7.1f} s  {rate:>7.2f} /s"
        f"  {used / count:>6.3f} CPU-s each",
        flush=True,
    )
    return rate


def main() -> None:
    """Make the class, grade it both ways, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class-size", type=int, default=64)
    parser.add_argument("--stock", type=int, help="how many of them stock nbgrader grades")
    arguments = parser.parse_args()
    size = arguments.class_size
    put_tools_on_path()
    os.environ["PYTHONWARNINGS"] = "ignore"
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(prefix="unrolled-bench-") as temporary:
        ours, theirs = (Path(temporary) / name for name in ("ours", "stock"))
        course = new_course(ours)
        make_class(course, size)
        shutil.copytree(ours, theirs)
        few = min(arguments.stock or size, size)
        for folder in sorted((theirs / "submitted").iterdir())[few:]:
            shutil.rmtree(folder)
        (theirs / "nbgrader_config.py").write_text(STOCK.format(folder=str(theirs)))
        grade = (
            "import sys; from pathlib import Path;"
            "from unrolled.grading.course import Course;"
            "from unrolled.grading.table import grade_and_print;"
            f"grade_and_print(Course(Path({str(ROOT)!r}), Path({str(ours)!r})), {TOPIC!r})"
        )
        fast = measure("unrolled grade", [sys.executable, "-c", grade], ours, size)
        slow = measure("nbgrader autograde", ["nbgrader", "autograde", TOPIC], theirs, few)
        print(f"ratio of submissions per second: {fast / slow:.0f}")


if __name__ == "__main__":
    main()
