"""What watches over the attacks sees a thing that is touched: else they would all seem to fail."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook


def connect(host):
    socket.create_connection(("127.0.0.1", host["tcp"])).close()


def send(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", address)


def leave(place, host):
    Path(place, host["mark"]).touch()


DEEDS = {
    "tcp was reached": connect,
    "udp was reached": lambda host: send(socket.AF_INET, ("127.0.0.1", host["udp"])),
    "unix was reached": lambda host: send(socket.AF_UNIX, host["unix"]),
    "abstract was reached": lambda host: send(socket.AF_UNIX, host["abstract"]),
    "another process": lambda host: os.kill(host["process"], signal.SIGKILL),
    "a file of the same user changed": lambda host: Path(host["secret"]).write_text("x"),
    "was left behind": lambda host: leave("/dev/shm", host),
    "left-by": lambda host: leave(host["folder"], host),
    "the solutions changed": lambda host: Path(host["solution"]).write_text("x"),
    "the checks changed": lambda host: Path(host["checks"]).chmod(0o600),
    "the secret seed changed": lambda host: Path(host["seed"]).write_text("0" * 64),
    "what was handed in changed": lambda host: leave(host["folder"] + "/submitted", host),
    "the environment changed": lambda host: os.environ.update(UNROLLED_CANARY="x"),
}


@pytest.fixture
def course(released, tmp_path):
    """A copy of the released course that a test may spoil."""
    from unrolled.grading.course import Course

    # Not what was handed in: there may be pipes, devices and very large files among it.
    work = shutil.ignore_patterns("submitted", "autograded", "feedback", "verdicts")
    shutil.copytree(released.root, tmp_path / "course", ignore=work)
    made = Course(tmp_path / "course", tmp_path / "course" / "build")
    (made.folder / "submitted").mkdir()
    made.seed("lstm_gates", "draw")
    return made


@pytest.mark.parametrize("what", DEEDS)
def test_a_deed_is_seen(make_world, course, tmp_path, what):
    with Gradebook(course.db_url) as gradebook:
        known = {student.id for student in gradebook.students}
    with make_world(tmp_path) as world:
        world.tell(course)
        world.remember(course)
        assert world.touched(course, known) == []
        try:
            DEEDS[what](world.host)
            if what == "another process":
                world.process.wait()
            assert any(what in line for line in world.touched(course, known))
        finally:
            Path("/dev/shm", world.host["mark"]).unlink(missing_ok=True)


ACTS = (
    "<script>x</script>",
    "<img src=x>",
    "<img src='https://example.org/p.png'>",
    "<b onclick=x>",
    "<svg/onload=x>",
    "<a href='javascript:x'>",
    "<a href=' java\nscript:x'>",
    "<a href='data:text/html,x'>",
    "<iframe srcdoc=x>",
    "<form action=x>",
    "<style>*{}</style>",
    "<meta http-equiv=refresh>",
    "<math><a xlink:href=javascript:x>",
)


@pytest.mark.parametrize("markup", ACTS)
def test_markup_that_acts_is_seen(active, markup):
    assert active(f"<p>text</p>{markup}")


@pytest.mark.parametrize(
    "markup",
    [
        "&lt;script&gt;x&lt;/script&gt;",
        "<a href='https://example.org'>x</a>",
        "<a href='#part'>x</a>",
        "<img src='data:image/png;base64,iVBORw0K'>",
        "<b>onclick=x</b>",
    ],
)
def test_text_and_plain_links_are_left_alone(active, markup):
    assert active(markup) == []


def test_a_process_that_is_left_is_seen(make_world, course, tmp_path):
    with Gradebook(course.db_url) as gradebook:
        known = {student.id for student in gradebook.students}
    with make_world(tmp_path) as world:
        world.tell(course)
        world.remember(course)
        left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        try:
            (line,) = world.touched(course, known)
            assert "a process is left" in line
        finally:
            left.kill()
            left.wait()
