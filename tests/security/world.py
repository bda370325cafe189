"""Things on this machine that an attacker would like to reach, and whether one of them was."""

import contextlib
import hashlib
import os
import secrets
import site
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

TOPIC = "lstm_gates"
SHARED = ("/dev/shm", "/tmp", "/var/tmp", "/run", "/dev/mqueue")


class World:
    """Listeners, a process, files with secrets, and a memory of how everything was."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.token = f"unrolled-{secrets.token_hex(8)}"
        self.secret = folder / "secret.txt"
        self.host: dict = {}

    def __enter__(self):
        self.secret.write_text(self.token)
        with contextlib.ExitStack() as stack:
            tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            udp.bind(("127.0.0.1", 0))
            path = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            path.bind(str(self.folder / "socket"))
            abstract = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            abstract.bind(f"\0{self.token}")
            self.listeners = {"tcp": tcp, "udp": udp, "unix": path, "abstract": abstract}
            for listener in self.listeners.values():
                listener.setblocking(False)
            self.process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
            stack.callback(self.process.wait)
            stack.callback(self.process.kill)
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setenv("UNROLLED_CANARY", self.token)
            self.host = {
                "token": "none of your business",
                "secret": str(self.secret),
                "tcp": tcp.getsockname()[1],
                "udp": udp.getsockname()[1],
                "unix": str(self.folder / "socket"),
                "abstract": f"\0{self.token}",
                "process": self.process.pid,
                "grader": os.getpid(),
                "packages": site.getsitepackages()[0],
                "python": sys.executable,
                "mark": f"left-by-{secrets.token_hex(8)}",
            }
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def tell(self, course):
        """Tell attackers where the course keeps its things."""
        self.host |= {
            "root": str(course.root),
            "folder": str(course.folder),
            "gradebook": str(course.folder / "gradebook.db"),
            "seed": str(course.folder / "secret_seed"),
            "solution": str(course.root / "solutions" / f"{TOPIC}.py"),
            "checks": str(course.check_file(TOPIC)),
            "bystander": str(course.folder / "submitted" / "000-zz-bystander" / TOPIC),
        }

    def remember(self, course):
        """Note how everything is before the class is graded."""
        self._before, self._running = self._state(course), _children()

    def touched(self, course, results):
        """Return a line for everything that grading the class changed and should not have."""
        after = self._state(course)
        lines = [f"{name} changed" for name in after if after[name] != self._before[name]]
        lines += [f"{name} was reached" for name in self.listeners if self._heard(name)]
        if self.process.poll() is not None:
            lines.append("another process of the same user was ended")
        left = [p for p in _children() if p not in self._running and not self._known(p)]
        lines += [f"a process is left: {p}" for p in left]
        for place in (*SHARED, Path.home(), self.folder, course.folder):
            found = [path for path in Path(place).glob("*") if self.host["mark"] in path.name]
            lines += [f"{path} was left behind" for path in found]
        with Gradebook(course.db_url) as gradebook:
            known = {student.id for student in gradebook.students}
            if known != set(results):
                lines.append(f"the gradebook knows {known ^ set(results)}")
            notebook = gradebook.find_notebook(TOPIC, TOPIC)
            if (notebook.max_code_score, notebook.max_written_score) != (27, 3):
                lines.append("the gradebook's greatest scores changed")
        return lines

    def _known(self, process):
        """Return whether a process is the work of one that ran before, such as a browser."""
        with contextlib.suppress(psutil.Error):
            return any(parent in self._running for parent in process.parents())
        return True  # it has ended meanwhile

    def marks(self, course, student):
        """Return the points of each part in the gradebook."""
        with Gradebook(course.db_url) as gradebook:
            notebook = gradebook.find_submission_notebook(TOPIC, TOPIC, student)
            return {
                grade.name.removeprefix("check-"): grade.auto_score
                for grade in notebook.grades
                if grade.name.startswith("check-")
            }

    def _heard(self, name):
        listener = self.listeners[name]
        with contextlib.suppress(BlockingIOError):
            if name == "tcp":
                listener.accept()[0].close()
            else:
                listener.recv(100)
            return True
        return False

    def _state(self, course):
        packages = Path(site.getsitepackages()[0])
        folders = {
            "what was handed in": course.folder / "submitted",
            "the release": course.folder / "release",
            "the solutions": course.root / "solutions",
            "the checks": course.root / "tests",
        }
        return {name: _fingerprint(folder) for name, folder in folders.items()} | {
            "the secret seed": (course.folder / "secret_seed").read_bytes(),
            "a file of the same user": self.secret.read_text(),
            "the packages": sorted(path.name for path in packages.glob("*.p[yt]*")),
            "NumPy": (packages / "numpy" / "__init__.py").read_bytes(),
            "the environment": {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"},
            "the working folder": os.getcwd(),
        }


def _children():
    """Return the processes below this one, but for Python's own that tidies up at its end."""
    found = psutil.Process().children(recursive=True)
    return {process for process in found if not _tidies(process)}


def _tidies(process):
    with contextlib.suppress(psutil.Error):
        return "resource_tracker" in " ".join(process.cmdline())
    return True  # it has ended meanwhile


def _fingerprint(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if "__pycache__" in path.parts:
            continue
        status = path.lstat()
        digest.update(
            f"{path}\0{status.st_mode}\0{status.st_size}\0{status.st_mtime_ns}\n".encode()
        )
        if path.is_file() and not path.is_symlink() and status.st_size < 1 << 20:
            digest.update(path.read_bytes())
    return digest.hexdigest()
