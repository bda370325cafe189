"""Where a course keeps its things, and the secret seed that its marks are drawn with."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import nbformat

from unrolled.exercise import Exercise, course_root, read_topic


class CourseError(Exception):
    """The course's folders are not ready for what was asked; the message says what to do."""


@dataclass(frozen=True)
class Course:
    """The sources at `root`, and nbgrader's folders and gradebook at `folder`."""

    root: Path
    folder: Path

    @classmethod
    def here(cls) -> Course:
        """Return the course around the current folder, with nbgrader's folders in build/."""
        root = course_root()
        return cls(root, root / "build")

    @property
    def db_url(self) -> str:
        """The address of the gradebook."""
        return f"sqlite:///{self.folder / 'gradebook.db'}"

    def exercise(self, topic: str) -> Exercise:
        """Read the exercise on `topic`."""
        return read_topic(topic, self.root)

    def check_file(self, topic: str) -> Path:
        """Return the path of the checks of `topic`."""
        return self.root / "tests" / "checks" / f"test_{topic}.py"

    def released(self, topic: str) -> nbformat.NotebookNode:
        """Read the release notebook; raise CourseError if the assignment was never generated."""
        path = self.folder / "release" / topic / f"{topic}.ipynb"
        if not path.is_file():
            raise CourseError(f"{topic!r} has not been released: run `unrolled release {topic}`")
        return nbformat.read(path, as_version=4)

    def submissions(self, topic: str) -> dict[str, Path]:
        """Return the submitted notebook's path for each student who handed in a folder."""
        folders = sorted((self.folder / "submitted").glob(f"*/{topic}"))
        return {folder.parent.name: folder / f"{topic}.ipynb" for folder in folders}

    def seed(self, topic: str, digest: str) -> bytes:
        """Return the seed for one piece of work: fixed for this course, unknown to learners."""
        return hmac.new(self._secret(), f"{topic}\0{digest}".encode(), hashlib.sha256).digest()

    def _secret(self):
        path = self.folder / "secret_seed"
        try:
            # Drawn once. Created whole and readable by its owner alone, or not at all.
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_hex(32).encode())
        except FileExistsError:
            pass
        secret = path.read_bytes()
        if len(secret) != 64:
            raise CourseError(f"{path} is damaged; restore it, or delete it to draw a new seed")
        return secret
