"""Every layer of confinement is proved when a server starts: leave one out, and it refuses."""

import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from unrolled.grading import sandbox
from unrolled.grading.zygote import Limits

APPLIED = "            apply()\n"
START = """
from unrolled.grading.zygote import ConfinementError, Zygote
try:
    Zygote().close()
    print("started")
except ConfinementError as error:
    print("refused:", error)
"""
LAYERS = [name for name, _, _ in sandbox._layers(sandbox.Host(), asdict(Limits()), None)]
# These two are applied by the server and only proved in the worker.
BY_THE_SERVER = {
    "pid namespace": ('[1:], ("pid", kernel.CLONE_NEWPID)', "[1:],"),
    "read-only root": ("                kernel.read_only(root + path)", "                pass"),
}


@pytest.fixture
def altered(tmp_path):
    """Start a server from a copy of the package in which one text is replaced."""

    def start(old: str, new: str) -> str:
        package = tmp_path / "unrolled"
        shutil.copytree(
            Path(sandbox.__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__")
        )
        file = package / "grading" / "sandbox.py"
        source = file.read_text()
        assert source.count(old) == 1
        file.write_text(source.replace(old, new))
        done = subprocess.run(
            [sys.executable, "-c", START],
            cwd=tmp_path,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return start


def test_a_server_starts_from_a_copy_that_is_whole(altered):
    assert altered(APPLIED, APPLIED) == "started\n"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_server_refuses_to_start_without(altered, layer):
    if layer in BY_THE_SERVER:
        said = altered(*BY_THE_SERVER[layer])
    else:
        said = altered(APPLIED, f"            if name != {layer!r}:\n                apply()\n")
    assert said.startswith("refused: ")
