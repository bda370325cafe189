"""The server of workers is started before all else, as what it imports takes longest."""

import subprocess
import sys
from types import SimpleNamespace

from unrolled.grading.files import kept_path
from unrolled.grading.spawn import ServerProcess, spawn_early

LIGHT = """
import sys
from unrolled.grading.table import grade_and_print
heavy = {"numpy", "nbformat", "nbgrader", "sqlalchemy", "pytest", "torch"} & sys.modules.keys()
raise SystemExit(f"imported before the server is started: {sorted(heavy)}" if heavy else 0)
"""


def test_the_command_imports_nothing_heavy_before_the_server_is_started():
    subprocess.run([sys.executable, "-c", LIGHT], check=True)


def test_a_server_that_is_told_nothing_ends_by_itself():
    server = ServerProcess()
    server.control.close()
    assert server._process.wait(20) == 0
    assert server.said() == ""
    server.end()
    server.end()  # once more does no harm


def test_a_server_is_started_only_where_something_may_have_to_be_judged(tmp_path):
    submissions = {"ada": tmp_path / "ada.ipynb"}
    course = SimpleNamespace(folder=tmp_path, submissions=lambda topic: submissions)
    server = spawn_early(course, "topic")
    server.end()
    assert spawn_early(course, "topic", scheduler="tcp://host:8786") is None
    kept = kept_path(course, "topic", "ada")
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert spawn_early(course, "topic") is None
    submissions.clear()
    assert spawn_early(course, "topic") is None
