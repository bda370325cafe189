"""The command line says in one line what is wrong and what to do, and exits with 1."""

import subprocess
import sys
from pathlib import Path

import pytest

from unrolled import cli
from unrolled.grading.course import Course

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "lstm_gates"


@pytest.fixture
def refused(capsys, monkeypatch):
    """Run a command in a folder, which must fail, and return its one line."""

    def run(folder, *arguments):
        monkeypatch.chdir(folder)
        assert cli.main(list(arguments)) == 1
        said = capsys.readouterr()
        assert said.err.startswith("unrolled: ")
        assert said.err.count("\n") == 1
        return said.err

    return run


@pytest.mark.parametrize(
    "command",
    [["grade", TOPIC], ["release"], ["demo"], ["new", "gru_variants"]],
    ids=lambda c: c[0],
)
def test_outside_a_course_it_says_where_to_go(refused, tmp_path, command):
    if command[0] == "new":
        pytest.importorskip("unrolled.new_topic")
    line = refused(tmp_path, *command)
    assert "run this inside the folder that holds solutions/" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["grade", "release"])
def test_an_unknown_topic_is_answered_with_the_known_ones(refused, course, command):
    line = refused(course.root, command, "gates")
    known = ", ".join(sorted(path.stem for path in (course.root / "solutions").glob("*.py")))
    assert f"there is no topic 'gates'; known topics: {known}" in line
    assert TOPIC in known


def test_an_assignment_that_was_not_released_says_how_to(refused, course):
    import shutil

    shutil.rmtree(course.folder / "release")
    assert "run `unrolled release lstm_gates`" in refused(course.root, "grade", TOPIC)


def test_without_confinement_it_names_what_is_missing_and_grades_nothing(
    refused, course, hand_in, notebook, monkeypatch
):
    from unrolled.grading import coordinator
    from unrolled.grading.zygote import ConfinementError

    def missing(*_):
        raise ConfinementError("this host lacks landlock")
        yield

    monkeypatch.setattr(coordinator, "judge_all", missing)
    hand_in("ada", notebook())
    assert "this host lacks landlock" in refused(course.root, "grade", TOPIC)
    assert not (course.folder / "autograded").exists()


def test_what_keeps_a_judge_from_starting_reaches_the_command_in_words(course, hand_in, notebook):
    from unrolled.grading.coordinator import grade
    from unrolled.runner import CheckFileError

    hand_in("ada", notebook())
    checks = course.check_file(TOPIC)
    checks.write_text(checks.read_text() + "\n\ndef test_nothing_we_know(answer):\n    pass\n")
    with pytest.raises(CheckFileError, match="test_nothing_we_know belongs to no exercise"):
        grade(course, TOPIC, jobs=1)


def test_a_missing_library_is_named_with_its_remedy(refused, course, monkeypatch):
    monkeypatch.setitem(sys.modules, "unrolled.grading.table", None)
    monkeypatch.setattr(
        "builtins.__import__",
        _without(__import__, "unrolled.grading.table", ModuleNotFoundError(name="nbgrader")),
    )
    assert "nbgrader is missing: run `pip install '.[grading]'`" in refused(
        course.root, "grade", TOPIC
    )


def _without(real, wanted, error):
    def load(name, *more):
        if name == wanted:
            raise error
        return real(name, *more)

    return load


def test_stopped_by_hand_it_says_that_it_can_go_on(course, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.chdir(course.root)
    monkeypatch.setattr("unrolled.grading.coordinator.grade", stop)
    assert cli.main(["grade", TOPIC]) == 130
    assert capsys.readouterr().err == "unrolled: stopped; run it again to go on where it was\n"


def test_grading_prints_progress_then_the_table_and_exits_with_0(
    course, hand_in, notebook, capsys, monkeypatch
):
    hand_in("ada", notebook(markdown="Keep clipping."))
    hand_in("eve", "{")
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["grade", TOPIC, "--jobs", "1"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[-1].startswith("2/2 done, ")
    lines = said.out.splitlines()
    assert "ada" in lines[2]
    assert lines[2].split()[8] == "27"
    assert "The file could not be read" in lines[3]
    assert max(map(len, lines[:8])) <= 80
    assert "\x1b" not in said.out + said.err
    assert "For a person to mark, in formgrader: limits (1 to do)" in lines
    with course.gradebook() as gradebook:
        for name, points in (("written-limits", 2), ("check-lstm_step", 3)):
            gradebook.find_grade(name, TOPIC, TOPIC, "ada").manual_score = points
        gradebook.db.commit()
    assert cli.main(["grade", TOPIC, "--jobs", "1", "--force"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "For a person to mark, in formgrader: limits (0 to do)" in lines
    assert lines[-1].startswith("Graded anew: the marks that a person gave stay, in 1 of")


@pytest.mark.slow
def test_the_command_is_installed_and_explains_itself():
    done = subprocess.run(
        [Path(sys.executable).parent / "unrolled", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0
    for name in ("release", "grade", "demo", "new"):
        assert name in done.stdout
    assert Course(ROOT, ROOT / "build").submissions("no_such_topic") == {}
