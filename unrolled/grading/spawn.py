"""Start the process that will fork workers.

What it imports takes longest of all that a class waits for. So this module imports little, and the
process begins before it is known what it will have to import besides NumPy.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from unrolled.grading.course import Course
from unrolled.grading.files import kept_path

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MALLOC_ARENA_MAX": "2",
    # Huge pages from the start: to gather small ones later takes half a second.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
PACKAGES = Path(__file__).resolve().parents[2]
COMMAND = (
    "import sys; sys.path.insert(0, {path!r});"
    "from unrolled.grading.zygote_main import main;"
    "sys.path.remove({path!r}); main({descriptor})"
)


class ServerProcess:
    """The process, our end of the line to it, and what it needs until it is ready."""

    def __init__(self, python: str = sys.executable) -> None:
        """Start it with the interpreter `python`; it waits for its settings."""
        self._root = tempfile.TemporaryDirectory(prefix="unrolled-root-")  # to mount on
        os.chmod(self._root.name, 0o755)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `settle`
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = COMMAND.format(path=str(PACKAGES), descriptor=theirs.fileno())
            self._process = subprocess.Popen(
                [python, "-I", "-X", "utf8", "-c", command],
                env=ONE_THREAD | ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.pid = self._process.pid

    def tell(self, settings: dict) -> None:
        """Send the settings: `warm`, the modules to import, and `allow_unconfined`."""
        with contextlib.suppress(OSError):  # it may have ended: `said` tells why
            self.control.send(json.dumps(settings | {"root": self._root.name}).encode())

    def said(self) -> str:
        """Return the last of what it wrote to its standard error."""
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode("utf-8", "replace")

    def settle(self) -> None:
        """Remove what it needed until it was ready."""
        self._root.cleanup()
        self._errors.close()

    def end(self) -> None:
        """Kill it, and every worker with it."""
        self.control.close()
        self._process.kill()
        self._process.wait()
        self.settle()


def spawn_early(course: Course, topic: str, scheduler: str | None = None) -> ServerProcess | None:
    """Start a server, unless nothing is to be judged here for sure: then return None."""
    submissions = course.submissions(topic)
    if scheduler or all(kept_path(course, topic, student).exists() for student in submissions):
        return None
    return ServerProcess() if sys.platform.startswith("linux") else None
