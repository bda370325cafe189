"""Play the demo: the same steps and commands that an instructor takes with a real class."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from unrolled import recording
from unrolled.demo.students import Student, make_class
from unrolled.exercise import course_root
from unrolled.grading.coordinator import Result
from unrolled.grading.course import Course, CourseError
from unrolled.grading.table import grade_and_print
from unrolled.mistakes import read_mistakes
from unrolled.release import generate, write_source
from unrolled.sources import put_tools_on_path

TOPIC = "lstm_gates"
_MARKER = ".unrolled-demo"
# So that nbgrader's commands, and formgrader, work inside the demo's folder too.
_CONFIG = '''"""The demo's course as nbgrader sees it: its folders and gradebook lie beside this file."""

from unrolled.grading.settings import configure

c = configure(get_config(), root={root!r}, folder={folder!r})
'''


def play(folder: Path | str) -> int:
    """Take the demo's class through the whole job below `folder`; return 0 if every mark is right.

    Raises CourseError if `folder` holds anything but an earlier demo.
    """
    root = course_root()
    course = Course(root, _fresh(Path(folder).resolve()))
    exercise = course.exercise(TOPIC)
    config = _CONFIG.format(root=str(root), folder=str(course.folder))
    (course.folder / "nbgrader_config.py").write_text(config, encoding="utf-8")

    _say("Release", "solutions/ → nbgrader generate_assignment → what learners get")
    write_source(TOPIC, root, course.folder)
    generate(TOPIC, course.folder)
    recorded = recording.read(course.folder / "release" / TOPIC / f"{TOPIC}.json").mistakes
    mistakes = zip(read_mistakes(exercise), recorded, strict=True)
    students = make_class(exercise, course.released(TOPIC), mistakes)

    _say("Hand in", f"{len(students)} notebooks in one zip file, as a learning platform gives them")
    _hand_in(course, students)
    _say("Collect", f"nbgrader zip_collect {TOPIC}")
    _nbgrader(course, "zip_collect", TOPIC)

    _say("Grade", f"unrolled grade {TOPIC}")
    results = grade_and_print(course, TOPIC)

    _say("Feedback", f"nbgrader generate_feedback {TOPIC}")
    _nbgrader(course, "generate_feedback", TOPIC)
    _say("Export", "nbgrader export")
    _nbgrader(course, "export", f"--to={course.folder / 'grades.csv'}")

    wrong = surprises(students, results, exercise)
    print(
        f"\n{len(results) - len(wrong)} of {len(students)} submissions have the mark they deserve."
    )
    for line in wrong:
        print(f"  {line}", file=sys.stderr)
    print(f"Feedback pages: {course.folder / 'feedback'}/<student>/{TOPIC}/{TOPIC}.html")
    print(f"Marks:          {course.folder / 'grades.csv'}")
    return 1 if wrong else 0


def surprises(students: list[Student], results: list[Result], exercise) -> list[str]:
    """Return a line for each student whose mark or remark is not what it should be."""
    found = {result.student: result for result in results}
    lines = []
    for student in students:
        result = found.get(student.name)
        if result is None:
            lines.append(f"{student.name}: there is no result")
        elif result.total != student.mark(exercise):
            lines.append(f"{student.name}: {result.total:g}, not {student.mark(exercise):g}")
        elif student.expect not in result.remark:
            lines.append(f"{student.name}: the remark lacks {student.expect!r}: {result.remark}")
    return lines


def _fresh(folder):
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARKER).exists():
        raise CourseError(f"{folder} is not empty and not a demo; name another with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARKER).touch()
    return folder


def _hand_in(course, students):
    archive = course.folder / "downloaded" / TOPIC / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "submissions.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
        for student in students:
            name = f"{student.name}_attempt_2026-01-30-15-00-00_{TOPIC}.ipynb"
            bundle.writestr(name, student.file)


def _nbgrader(course, *arguments):
    """Run a stock nbgrader command on the demo's folders; raise with its log if it fails."""
    put_tools_on_path()
    command = ["nbgrader", *arguments]
    done = subprocess.run(command, cwd=course.folder, capture_output=True, text=True)
    if done.returncode:
        raise CourseError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def _say(step, what):
    print(f"\n== {step}: {what}", flush=True)
