"""`unrolled demo`: the whole job on a class of every kind, and nothing else is touched."""

import csv
import re
import site
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from unrolled.demo import play
from unrolled.demo.play import surprises
from unrolled.demo.students import HOSTILE
from unrolled.grading.course import CourseError

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent


def listing():
    """Return the names, times and sizes of what the hostile notebooks try to change."""
    folders = [*map(Path, site.getsitepackages()), ROOT / "solutions", ROOT / "tests" / "checks"]
    found = {
        path: (path.stat().st_mtime_ns, path.stat().st_size)
        for folder in folders
        for path in folder.iterdir()
        if path.name != "__pycache__" and not path.name.endswith(".dist-info")
    }
    for place in (Path.home(), Path("/tmp"), Path(sys.prefix)):
        for name in ("sitecustomize.py", "usercustomize.py", "full_marks.pth"):
            assert not (place / name).exists()
    return found


@pytest.mark.slow
def test_every_student_gets_the_mark_they_deserve_and_hears_why(tmp_path):
    before = listing()
    folder = tmp_path / "demo"
    done = subprocess.run(
        [TOOLS / "unrolled", "demo", "--folder", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"(\d+) of (\d+) submissions have the mark they deserve", done.stdout)
    assert told
    assert told[1] == told[2]
    assert listing() == before

    with (folder / "grades.csv").open() as file:
        score = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert len(score) == int(told[2]) > len(HOSTILE) + 10
    assert (score["right"], score["right-written-differently"], score["empty"]) == (27, 27, 0)
    assert {score[hostile.name] for hostile in HOSTILE} == {0}
    for name in score:
        submitted = folder / "submitted" / name / "lstm_gates"
        assert {path.name for path in submitted.iterdir()} == {"lstm_gates.ipynb", "timestamp.txt"}

    def page(student):
        path = folder / "feedback" / student / "lstm_gates" / "lstm_gates.html"
        return BeautifulSoup(path.read_text(), "html.parser")

    said = page("wrong-lstm-step-1").get_text()
    assert "Your gates look swapped: the forget gate must scale the old cell state" in said
    assert "Score: 21.0 / 30.0" in said
    assert "The file could not be read" in page("corrupt-file").get_text()
    hostile = page("hostile-runs-script-in-the-page").find(id="notebook-container")
    assert hostile.find(["script", "img", "iframe"]) is None
    assert hostile.find("a", href=lambda address: address and address.startswith("java")) is None


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(CourseError, match="is not empty and not a demo"):
        play(tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_wrong_mark_in_the_demo_would_be_noticed(exercise):
    from unrolled.demo.students import Student
    from unrolled.grading.coordinator import Result

    students = [Student("a", ""), Student("b", "", expect="loop"), Student("c", "")]
    results = [
        Result("a", {"lstm_step": 6.0}, "", "graded"),
        Result("b", {"x": 27.0}, "", "graded"),
    ]
    assert surprises(students, results, exercise) == [
        "a: 6, not 27",
        "b: the remark lacks 'loop': ",
        "c: there is no result",
    ]
