"""The `unrolled` command. Each subcommand is a thin call of the part that does the work."""

from __future__ import annotations

import argparse
import sys


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="unrolled", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser("release", help="make exercises/ from solutions/")
    add.add_argument("topics", nargs="*", help="topics to release; all of them by default")
    add.set_defaults(run=_release)
    arguments = parser.parse_args(argv)
    return arguments.run(arguments)


def _release(arguments):
    from unrolled.exercise import course_root, topics
    from unrolled.release import release

    root = course_root()
    for topic in arguments.topics or topics(root):
        print(release(topic, root, root / "build", root / "exercises"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
