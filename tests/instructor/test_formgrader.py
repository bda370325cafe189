"""Formgrader, in a real server: the gradebook and a submission's page show our marks and reports."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from nbgrader.api import Gradebook

from unrolled.grading.coordinator import grade

pytestmark = pytest.mark.slow

TOPIC = "lstm_gates"
WRONG = {"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"}


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode()


@pytest.fixture
def server(course, tmp_path):
    """Start a Jupyter server in the course's folder, with formgrader and nothing else."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if "JUPYTER" not in name}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(tmp_path / name.lower())
    environment["JUPYTER_NO_CONFIG"] = "1"
    log = (tmp_path / "server.log").open("w+")
    command = [
        sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--IdentityProvider.token=",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    running = subprocess.Popen(command, cwd=course.root, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                fetch(f"{address}/api/status")
                break
            except (urllib.error.URLError, ConnectionError):
                assert running.poll() is None, (tmp_path / "server.log").read_text()
                time.sleep(0.5)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=60)
        log.close()


def test_formgrader_shows_the_marks_and_what_is_left_to_mark(course, hand_in, notebook, server):
    hand_in("ada", notebook(WRONG, markdown="Clip.<script>document.title='run'</script>"))
    hand_in("bob", notebook())
    grade(course, TOPIC, jobs=1)
    with Gradebook(course.db_url) as gradebook:
        found = gradebook.find_submission_notebook(TOPIC, TOPIC, "ada")
        (written,) = [grade for grade in found.grades if grade.name == "written-limits"]
        assert written.needs_manual_grade
        identity = found.id

    assert TOPIC in fetch(f"{server}/formgrader/api/assignments")
    assert "Manage Assignments" in fetch(f"{server}/formgrader")
    rows = fetch(f"{server}/formgrader/api/submitted_notebooks/{TOPIC}/{TOPIC}")
    assert re.search(r'"score": 24\.0', rows)
    assert re.search(r'"score": 27\.0', rows)
    assert fetch(f"{server}/formgrader/gradebook/{TOPIC}/{TOPIC}")
    page = fetch(f"{server}/formgrader/submissions/{identity}/")
    assert "forget_half_life: not yet, 0 of 3 checks pass" in page
    assert 'id="written-limits"' in page or "written-limits" in page
    assert "Clip." in page
    assert "<script>document.title='run'" not in page
