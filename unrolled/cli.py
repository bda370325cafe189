"""The `unrolled` command. Each subcommand is a thin call of the part that does the work."""

from __future__ import annotations

import argparse
import sys


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit status: 0, or 1 with one clear line on stderr."""
    parser = argparse.ArgumentParser(prog="unrolled", description="The Unrolled course's command.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    add = commands.add_parser("release", help="make exercises/ and the release from solutions/")
    add.add_argument("topics", nargs="*", help="topics to release; all of them by default")
    add.set_defaults(run=_release)

    add = commands.add_parser("grade", help="grade every submission of an assignment")
    add.add_argument("topic", help="the assignment, e.g. lstm_gates")
    where = add.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=int, help="submissions judged at once (default: one a core)")
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="judge on a Dask cluster instead, e.g. tcp://host:8786",
    )
    add.add_argument("--force", action="store_true", help="grade again what has not changed")
    add.add_argument(
        "--allow-unconfined",
        action="store_true",
        help="grade even where this host cannot confine learner code (never for real marks)",
    )
    add.set_defaults(run=_grade)

    add = commands.add_parser("import", help="take submissions from a Canvas or Moodle zip file")
    add.add_argument("archive", help="the zip file with all submissions")
    add.add_argument("topic", help="the assignment, e.g. lstm_gates")
    add.add_argument("--roster", help="CSV that says which student id each name or number has")
    add.add_argument("--force", action="store_true", help="replace what was handed in before")
    _add_folder(add)
    add.set_defaults(run=_import)

    add = commands.add_parser("report", help="analyse what the class did in a graded assignment")
    add.add_argument("topic", help="the assignment, e.g. lstm_gates")
    _add_folder(add)
    add.set_defaults(run=_report)

    add = commands.add_parser("marks", help="write marks as CSV for Canvas or Moodle")
    add.add_argument("topic", help="the assignment, e.g. lstm_gates")
    add.add_argument("--format", required=True, choices=("canvas", "moodle"))
    add.add_argument("--roster", help="the platform's own CSV export, which is filled in")
    add.add_argument("--column", help="title of the roster's column to fill (default: found)")
    add.add_argument("-o", "--output", default="-", help="file to write (default: the terminal)")
    _add_folder(add)
    add.set_defaults(run=_marks)

    badge = commands.add_parser("badge", help="sign a badge for a learner's mark (Open Badges 3.0)")
    badge = badge.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = badge.add_parser("key", help="make the key that badges are signed with, once")
    _add_key(add)
    add.set_defaults(run=_badge_key)
    add = badge.add_parser("sign", help="write a signed badge")
    add.add_argument("topic", help="the assignment, e.g. lstm_gates")
    add.add_argument("student", help="as the gradebook calls them")
    add.add_argument("--at-least", type=float, required=True, metavar="POINTS", help="to earn it")
    add.add_argument("--issuer", required=True, help="your https:// address or DID")
    add.add_argument("--issuer-name", required=True, help="what people call you")
    add.add_argument("--email", help="the student's address (default: the gradebook's)")
    add.add_argument("-o", "--output", default="-", help="file to write (default: the terminal)")
    _add_key(add)
    add.set_defaults(run=_badge_sign)

    quiz = commands.add_parser("quiz", help="take quiz items to learning platforms")
    quiz = quiz.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = quiz.add_parser("export", help="write a quiz for Moodle, Canvas or any QTI platform")
    add.add_argument("topics", nargs="*", metavar="TOPIC", help="all topics by default")
    formats = ("moodle-xml", "gift", "qti21", "qti12")
    add.add_argument("--format", required=True, choices=formats)
    add.add_argument("--to", metavar="FOLDER", help="where to write (default: build/quiz)")
    add.set_defaults(run=_quiz)

    add = commands.add_parser("demo", help="take a small made-up class through the whole job")
    add.add_argument(
        "--folder", default="build/demo", help="where to play it (default: build/demo)"
    )
    add.set_defaults(run=_demo)

    add = commands.add_parser("new", help="write the files of a new topic")
    add.add_argument("topic", help="its name in snake_case, e.g. gru_variants")
    add.set_defaults(run=_new)

    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except KeyboardInterrupt:
        print("unrolled: stopped; run it again to go on where it was", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "unrolled":
            raise
        print(
            f"unrolled: {error.name} is missing: "
            f"run `pip install '.[grading]'` in the course's folder, or use .venv/, which `make test` makes",
            file=sys.stderr,
        )
        return 1
    except _expected_errors() as error:
        print(f"unrolled: {error}", file=sys.stderr)
        return 1


def _add_folder(add):
    add.add_argument("--folder", help="where the class's files are (default: build, as configured)")


def _add_key(add):
    add.add_argument("--key", help="the private key's file (default: badge_key.pem in build/)")
    _add_folder(add)


# Errors that are told in one line, as their message says what to do.
_EXPECTED = {
    "unrolled.badge": ("BadgeError",),
    "unrolled.exercise": ("ExerciseError",),
    "unrolled.mistakes": ("MistakeError",),
    "unrolled.quiz.export": ("ExportError",),
    "unrolled.quiz.fields": ("FieldError",),
    "unrolled.release": ("ReleaseError",),
    "unrolled.runner": ("CheckFileError",),
    "unrolled.grading.cluster": ("ClusterError",),
    "unrolled.grading.course": ("CourseError",),
    "unrolled.grading.zygote": ("ConfinementError", "ZygoteDied"),
}


def _expected_errors():
    """Return the classes of expected errors; a module that was not loaded has raised none."""
    return tuple(
        getattr(sys.modules[module], name)
        for module, names in _EXPECTED.items()
        if module in sys.modules
        for name in names
    )


def _release(arguments):
    from unrolled.exercise import topics
    from unrolled.grading.course import Course
    from unrolled.release import release

    course = Course.here()
    root = course.root
    if not course.db_url.startswith("sqlite:"):
        course.gradebook().close()  # where no server answers, say so before the work is done
    for topic in arguments.topics or topics(root):
        folder = release(topic, root, course.folder, root / "exercises", course.settings)
        print(f"{topic}: {folder.relative_to(root)} is ready for learners")


def _grade(arguments):
    from unrolled.grading.course import Course
    from unrolled.grading.table import grade_and_print

    results = grade_and_print(
        Course.here(),
        arguments.topic,
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
        force=arguments.force,
        allow_unconfined=arguments.allow_unconfined,
    )
    return int(any(result.state == "failed" for result in results))


def _course(arguments):
    from pathlib import Path

    from unrolled.exercise import course_root
    from unrolled.grading.course import Course

    if arguments.folder is None:
        return Course.here()
    return Course(course_root(), Path(arguments.folder).resolve())


def _import(arguments):
    from unrolled.grading.collect import import_and_print

    return import_and_print(
        _course(arguments), arguments.topic, arguments.archive, arguments.roster, arguments.force
    )


def _report(arguments):
    from unrolled.grading.analysis import analyse, table, write_report

    course = _course(arguments)
    analysis = analyse(course, arguments.topic)
    folder = write_report(course, analysis)
    print(f"{table(analysis)}\n\nPage and tables: {folder / 'index.html'}")


def _marks(arguments):
    from unrolled.grading.lms import export_and_print

    return export_and_print(
        _course(arguments),
        arguments.topic,
        arguments.format,
        roster=arguments.roster,
        column=arguments.column,
        output=arguments.output,
    )


def _badge_key(arguments):
    from pathlib import Path

    from unrolled.badge import key_path, make_key

    path = Path(arguments.key) if arguments.key else key_path(_course(arguments))
    public = make_key(path)
    print(f"{path}: the key, for nobody but you\n{public}: for all who verify; publish it")


def _badge_sign(arguments):
    from pathlib import Path

    from unrolled.badge import key_path, sign_and_print

    course = _course(arguments)
    return sign_and_print(
        course,
        arguments.topic,
        arguments.student,
        arguments.at_least,
        {"id": arguments.issuer, "name": arguments.issuer_name},
        arguments.email,
        Path(arguments.key) if arguments.key else key_path(course),
        arguments.output,
    )


def _quiz(arguments):
    from unrolled.quiz.command import export_and_print

    return export_and_print(arguments.topics, arguments.format, arguments.to)


def _demo(arguments):
    from unrolled.demo import play

    return play(arguments.folder)


def _new(arguments):
    from unrolled.exercise import course_root
    from unrolled.new_topic import write_topic

    for path in write_topic(arguments.topic, course_root()):
        print(path)


if __name__ == "__main__":
    sys.exit(main())
