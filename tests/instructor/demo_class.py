"""What `unrolled demo` has to leave behind: marks that are deserved, words that help, nothing else."""

import csv
import re
import site
import sys
from contextlib import contextmanager
from pathlib import Path

from bs4 import BeautifulSoup

from unrolled.demo.students import HOSTILE

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def nothing_touched():
    """Hold what is run meanwhile to leave alone what the hostile notebooks try to change."""
    before = _listing()
    yield
    assert _listing() == before


def _listing():
    """Return the times and sizes of what the hostile notebooks try to change, by path."""
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


def everyone_has_what_they_deserve(folder, printed):
    """Hold the class in `folder` to its marks and its feedback; `printed` is what the demo said."""
    told = re.search(r"(\d+) of (\d+) submissions have the mark they deserve", printed)
    assert told
    assert told[1] == told[2]
    with (folder / "grades.csv").open() as file:
        score = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert len(score) == int(told[2]) > len(HOSTILE) + 10
    assert (score["right"], score["right-written-differently"], score["empty"]) == (27, 27, 0)
    assert {score[hostile.name] for hostile in HOSTILE} == {0}
    for name in score:
        submitted = folder / "submitted" / name / "lstm_gates"
        assert {path.name for path in submitted.iterdir()} == {"lstm_gates.ipynb", "timestamp.txt"}
    said = _page(folder, "wrong-lstm-step-1").get_text()
    assert "Your gates look swapped: the forget gate must scale the old cell state" in said
    assert "Score: 21.0 / 30.0" in said
    assert "The file could not be read" in _page(folder, "corrupt-file").get_text()
    hostile = _page(folder, "hostile-runs-script-in-the-page").find(id="notebook-container")
    assert hostile.find(["script", "img", "iframe"]) is None
    assert hostile.find("a", href=lambda address: address and address.startswith("java")) is None


def _page(folder, student):
    path = folder / "feedback" / student / "lstm_gates" / "lstm_gates.html"
    return BeautifulSoup(path.read_text(), "html.parser")
