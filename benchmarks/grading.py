"""Grade the same class with stock nbgrader and with `unrolled grade`, side by side.

    .venv/bin/python benchmarks/grading.py              # 64 submissions; stock takes some minutes
    .venv/bin/python benchmarks/grading.py --stock 8    # stock on the first 8 of them alone
    .venv/bin/python benchmarks/grading.py --class-size 1024 --stock 64    # a large class
    .venv/bin/python benchmarks/grading.py --parts      # and where our own time goes

Both grade the same files on the same cores in one run, both write autograded notebooks and a
gradebook. Every notebook imports torch. Processor time is that of the whole machine, the kernel's
work for us included, so that nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from unrolled.demo.students import filled_in
from unrolled.grading.course import Course
from unrolled.mistakes import read_mistakes
from unrolled.release import generate, write_source
from unrolled.sources import put_tools_on_path

ROOT = Path(__file__).resolve().parents[1]
TOPIC = "lstm_gates"
FIRST = "1/"  # begins the line that `unrolled grade` prints of the first result
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


def processor_seconds() -> float:
    """Return how long all processors have worked since the machine was started."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split(None, 9)[1:9]]
    user, nice, system, _idle, _waiting, irq, softirq, _stolen = ticks
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def measure(what: str, command: list, folder: Path, count: int) -> float:
    """Run a command that grades `count` submissions, print its figures, and return its rate."""
    before, began = processor_seconds(), time.monotonic()
    said, first = [], None
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout:
            said.append(line)
            if first is None and line.startswith(FIRST):
                first = time.monotonic() - began
    seconds, used = time.monotonic() - began, processor_seconds() - before
    if running.returncode:
        raise SystemExit(f"{what} failed:\n{''.join(said)[-6000:]}")
    written = len(list(folder.glob(f"autograded/*/{TOPIC}/{TOPIC}.ipynb")))
    assert written == count, f"{what} wrote {written} notebooks, not {count}"
    rate = count / seconds
    print(
        f"{what:<22} {count:>4} submissions  {seconds:>7.1f} s  {rate:>7.2f} /s"
        f"  {used / count:>6.3f} CPU-s each",
        flush=True,
    )
    if first is not None:
        print(f"{'':<22} first mark on screen after {first:.1f} s", flush=True)
    return rate


def parts(course: Course) -> None:
    """Print where the processor time of a submission goes, each part measured by itself."""
    from unrolled.grading.judge import Judge
    from unrolled.grading.submission import read_submission
    from unrolled.grading.writeback import Writer
    from unrolled.grading.zygote import Zygote

    release = course.released(TOPIC)
    paths = course.submissions(TOPIC)
    read = {name: read_submission(path, release) for name, path in paths.items()}
    judge, verdicts = Judge(course, TOPIC), {}

    def timed(what, action):
        before = processor_seconds()
        action()
        used = 1000 * (processor_seconds() - before) / len(read)
        print(f"  {used:>6.1f} ms  {what}", flush=True)
        return used

    def fork(zygote):
        for _ in read:
            zygote.worker().close()

    def run(zygote):
        for submission in read.values():
            with zygote.worker() as worker:
                for name, source in submission.work.cells:
                    worker.run(source, cell=name)

    def judge_all(zygote):
        for name, submission in read.items():
            verdicts[name] = judge.judge(submission.work, zygote)

    def write():
        with Writer(course, TOPIC) as writer:
            graded = [(name, read[name], verdict) for name, verdict in verdicts.items()]
            for k in range(0, len(graded), 16):
                failed = writer.write(graded[k : k + 16])
                assert not failed, failed

    print("processor time of a submission, by part:")
    with Zygote(("numpy", "torch")) as zygote:
        judge.judge(next(iter(read.values())).work, zygote)
        fork(zygote)
        timed("fork, confine and reap a worker", lambda: fork(zygote))
        floor = timed("the same, and run the learner's cells: the floor", lambda: run(zygote))
        judged = timed(
            "judge: two workers, every call, check and report", lambda: judge_all(zygote)
        )
    reading = timed(
        "read and rebuild the notebook",
        lambda: [read_submission(p, release) for p in paths.values()],
    )
    written = timed("write the notebook and the gradebook's rows", write)
    print(f"  all: {(judged + reading + written) / floor:.1f} times the floor")


def main() -> None:
    """Make the class, grade it both ways, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class-size", type=int, default=64)
    parser.add_argument("--stock", type=int, help="how many of them stock nbgrader grades")
    parser.add_argument("--parts", action="store_true", help="print where our own time goes")
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
        if arguments.parts:
            apart = Path(temporary) / "parts"
            shutil.copytree(ours, apart)
            parts(Course(ROOT, apart))
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
