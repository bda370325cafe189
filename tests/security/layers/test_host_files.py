"""Attack: read the solutions, the gradebook, the secret seed, somebody's home."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLACES = [
    ROOT / "solutions" / "lstm_gates.py",
    ROOT / "tests" / "checks",
    ROOT / "build",
    ROOT / ".git",
    ROOT / "unrolled",
    ROOT / "nbgrader_config.py",
    Path.home() / ".bashrc",
    Path("/etc/passwd"),
    Path("/home"),
    Path("/tmp"),
    Path("/var"),
    Path("/run"),
    Path("/sys"),
]
# Where Python itself is installed below one of them, the way down to it is there to be seen.
WAYS = {way for prefix in (sys.prefix, sys.base_prefix) for way in Path(prefix).parents}


@pytest.mark.parametrize("place", [place for place in PLACES if place not in WAYS], ids=str)
def test_a_worker_sees_nothing_of_the_host_but_libraries(attack, place):
    worker = attack(f"import os\nfound = os.path.lexists({str(place)!r})")
    assert worker.lookup("found") is False


def test_a_file_made_after_the_start_is_not_seen_either(attack, tmp_path):
    secret = tmp_path / "seed"
    secret.write_text("42")
    worker = attack(f"open({str(secret)!r}).read()")
    assert worker.result.error.type_name == "FileNotFoundError"


def test_leaving_the_root_folder_leads_nowhere(attack):
    source = "import os\nos.chdir('/')\nfor _ in range(9): os.chdir('..')\nseen = os.listdir('.')"
    allowed = {"dev", "etc", "lib", "lib64", "scratch", "usr"}
    # Beside them only the way down to the interpreter and its packages.
    ways = {Path(prefix).parts[1] for prefix in (sys.prefix, sys.base_prefix)}
    assert set(attack(source).lookup("seen")) <= allowed | ways
