"""Every command in the README is run here, as it stands there, and its sample output is fresh."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import nbformat
import pytest

from tests.instructor.demo_class import everyone_has_what_they_deserve, nothing_touched
from unrolled.check import checks
from unrolled.exercise import read_topic
from unrolled.mistakes import read_mistakes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in block.split("\n")
    if line
]

LEARNER = [line for line in COMMANDS if "learner" in line]
EXPORTS = [line for line in COMMANDS if " quiz export " in line]
TEACHER = [line for line in COMMANDS if line.startswith(".venv/bin/") and line not in EXPORTS]


def run(command, folder, **more):
    """Run a line of the README in `folder`; fail with what it printed."""
    # pytest loads readline, which tells the programs it starts that a screen has 80 columns.
    # What pip installs is compiled when it is imported, and most of it never is.
    wide = os.environ | {"COLUMNS": "120", "PIP_COMPILE": "0"}
    settings = {"cwd": folder, "shell": True, "text": True, "env": wide} | more
    done = subprocess.run(command, capture_output=True, timeout=600, **settings)
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def serve(command, folder, page, port):
    """Start the Jupyter server that a line of the README starts; return what it says at `page`."""
    flags = f"--no-browser --allow-root --ip=127.0.0.1 --port={port} --IdentityProvider.token=t"
    server = subprocess.Popen(
        f"exec {command} {flags}",
        cwd=folder,
        shell=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}?token=t") as answer:
                    return answer.read().decode()
            except OSError:
                assert server.poll() is None, server.stdout.read().decode()
                time.sleep(0.25)
        raise AssertionError("the server did not answer within a minute")
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        server.stdout.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course that uses this environment, with nobody's submissions in it."""
    folder = tmp_path_factory.mktemp("readme") / "course"
    skipped = shutil.ignore_patterns(".venv", ".git", "build", "_build", ".*_cache", "*.egg-info")
    shutil.copytree(ROOT, folder, ignore=skipped)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return folder


def test_every_command_is_run_by_a_test():
    assert COMMANDS[:2] == ["make book", "make test"]
    assert [*COMMANDS[:2], *LEARNER, *TEACHER, *EXPORTS] == COMMANDS


def test_ci_runs_the_test_command():
    assert re.search(r"^make test\b", (ROOT / ".ci" / "run").read_text(), re.M)


def test_the_sample_report_is_what_a_learner_sees():
    exercise = read_topic("lstm_gates", ROOT)
    swapped = read_mistakes(exercise)
    swapped = next(m for m in swapped if m.says.startswith("Your gates look swapped"))
    namespace = exercise.load(lstm_step=swapped.code) | {"__name__": "__main__"}
    check = checks("lstm_gates", namespace, ROOT / "exercises" / "lstm_gates")
    shown = check("lstm_step").text().splitlines()
    sample = re.search(r"```\n(lstm_step: not yet.*?)```", README, re.S)[1].splitlines()
    assert sample == shown[: len(sample)]


def test_every_export_writes_a_file_and_says_how_to_take_it_in(course):
    formats = []
    for line in EXPORTS:
        told = run(line, course)
        path, how = re.search(
            r"^(build/quiz/lstm_gates\.\S+): \d+ questions\n(?s:.*?)(In .*)", told, re.M
        ).groups()
        assert (course / path).stat().st_size > 1000
        assert "mport" in how
        formats.append(path)
    assert len(set(formats)) == 4


@pytest.mark.slow
def test_learner_installs_little_and_checks_an_answer(tmp_path, course):
    make, install, lab = LEARNER
    run(make.replace("learner", str(tmp_path / "learner")), course)
    run(install.replace("learner/", f"{tmp_path}/learner/"), course)
    python = tmp_path / "learner" / "bin" / "python"
    heavy = "torch nbgrader yaml jupytext sphinx pandas".split()
    told = run(f"{python} -m pip list --format=json", course)
    assert not {entry["name"].lower() for entry in json.loads(told)} & (set(heavy) - {"yaml"})

    folder = tmp_path / "lstm_gates"  # the exercise folder alone, away from the course
    shutil.copytree(course / "exercises" / "lstm_gates", folder)
    notebook = nbformat.read(folder / "lstm_gates.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.id == "exercise-lstm_param_count":
            cell.source = (
                "def lstm_param_count(D, H, biases=1):\n    return 3 * H * (D + H + biases)"
            )
    nbformat.write(notebook, folder / "lstm_gates.ipynb")
    run(
        f"{python} -m jupyter nbconvert --to notebook --execute --inplace lstm_gates.ipynb --allow-errors",
        folder,
    )
    done = nbformat.read(folder / "lstm_gates.ipynb", as_version=4)
    report = next(cell for cell in done.cells if cell.id == "check-lstm_param_count").outputs[0]
    assert "You count three blocks" in report.data["text/plain"]
    assert "unrolled-report" in report.data["text/html"]

    lab = lab.replace("learner/", f"{tmp_path}/learner/")
    assert "JupyterLab" in serve(lab, course, "/lab", 18765)


@pytest.mark.slow
def test_teacher_releases_grades_and_gives_feedback(course):
    demo, release, grade, feedback, export, lab, carry_in, report, *carry_out, by_hand = TEACHER
    with nothing_touched():
        printed = run(demo, course)
    everyone_has_what_they_deserve(course / "build" / "demo", printed)
    sample = re.search(r"```\n(student +1 .*?)```", README, re.S)[1].splitlines()
    assert len(sample) > 8
    assert not set(sample) - set(printed.splitlines())
    run(release, course)
    submitted = course / "build" / "submitted"
    for student in ("right", "wrong-lstm-step-1", "corrupt-file"):
        shutil.copytree(course / "build/demo/submitted" / student, submitted / student)
    right = course / "build/demo/submitted/right/lstm_gates/lstm_gates.ipynb"
    with zipfile.ZipFile(course / "submissions.zip", "w") as bundle:
        bundle.write(right, "lovelaceada_101_9001_lstm_gates.ipynb")
    (course / "canvas.csv").write_text(
        "Student,ID,SIS Login ID,Section,LSTM gates (7)\n    Points Possible,,,,30\n"
        '"Lovelace, Ada",101,ada,A,\n'
    )
    assert "1 imported" in run(carry_in, course)
    table = run(grade, course)
    assert re.search(r"^right .* 27$", table, re.M)
    assert re.search(r"^wrong-lstm-step-1 .* 21 +lstm_step: Your gates look swapped", table, re.M)
    assert re.search(r"^corrupt-file .* 0 +The file could not be read", table, re.M)
    run(feedback, course)
    page = course / "build/feedback/wrong-lstm-step-1/lstm_gates/lstm_gates.html"
    assert "Your gates look swapped" in page.read_text()
    run(export, course)
    assert "wrong-lstm-step-1" in (course / "grades.csv").read_text()
    assert "lstm_gates" in serve(lab, course, "/formgrader/api/assignments", 18766)
    assert "Mistakes made:" in run(report, course)
    assert (course / "build/report/lstm_gates/index.html").is_file()
    for line, row in zip(carry_out, ["ada,A,27", "lovelaceada-101,27,"], strict=True):
        run(line, course)
        assert row in (course / "marks.csv").read_text()
    shutil.copyfile(right, course / "exercises/lstm_gates/lstm_gates.ipynb")
    assert "passed" in run(by_hand, course)
