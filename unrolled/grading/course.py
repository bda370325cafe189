"""Where a course keeps its things, and the secret seed that its marks are drawn with."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from traitlets.config import Config, PyFileConfigLoader

from unrolled.exercise import Exercise, course_root, read_topic

if TYPE_CHECKING:
    import nbformat
    from nbgrader.api import Gradebook

CONFIG = "nbgrader_config.py"


class CourseError(Exception):
    """The course's folders are not ready for what was asked; the message says what to do."""


@dataclass(frozen=True)
class Course:
    """The sources at `root`, nbgrader's folders and gradebook at `folder`, nbgrader's settings."""

    root: Path
    folder: Path
    settings: Config = field(default_factory=Config, compare=False, repr=False)

    @classmethod
    def here(cls) -> Course:
        """Return the course around the current folder, set up as its nbgrader_config.py says."""
        root = course_root()
        settings = Config()
        if (root / CONFIG).is_file():
            try:
                settings = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
            except Exception as error:  # it is a program, and may fail in any way
                raise CourseError(f"{root / CONFIG} cannot be read: {error}") from error
        folder = settings.get("CourseDirectory", {}).get("root", root / "build")
        return cls(root, root / folder, settings)

    @property
    def db_url(self) -> str:
        """The address of the gradebook."""
        given = self.settings.get("CourseDirectory", {}).get("db_url")
        return given or f"sqlite:///{self.folder / 'gradebook.db'}"

    def gradebook(self) -> Gradebook:
        """Open the gradebook; it is made if there is none yet.

        Raises CourseError if it cannot be opened.
        """
        from sqlalchemy.exc import SQLAlchemyError

        from unrolled.grading.gradebook import api

        name = self.settings.get("CourseDirectory", {}).get("course_id", "")
        try:
            gradebook = api.Gradebook(self.db_url, name)
            if not name and gradebook.engine.dialect.name != "sqlite":
                _add_nameless_course(gradebook)
            return gradebook
        except ModuleNotFoundError as error:  # a database other than SQLite has a driver
            raise CourseError(
                f"{error.name}, with which the gradebook is opened, is missing: "
                "for PostgreSQL run `pip install '.[postgresql]'` in the course's folder"
            ) from None
        except SQLAlchemyError as error:
            told = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise CourseError(
                f"the gradebook at {self._shown_db_url} cannot be opened: {told}"
            ) from None

    @property
    def _shown_db_url(self):
        """The address of the gradebook, without the password."""
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            return make_url(self.db_url).render_as_string(hide_password=True)
        except ArgumentError:
            return "the address in `c.CourseDirectory.db_url`"

    def exercise(self, topic: str) -> Exercise:
        """Read the exercise on `topic`."""
        return read_topic(topic, self.root)

    def check_file(self, topic: str) -> Path:
        """Return the path of the checks of `topic`."""
        return self.root / "tests" / "checks" / f"test_{topic}.py"

    def sources(self, topic: str) -> list[Path]:
        """Return the files of ours that marks in `topic` depend on, whether they exist or not."""
        return [
            self.root / "solutions" / f"{topic}.py",
            self.root / "solutions" / "mistakes" / f"{topic}.yml",
            self.check_file(topic),
            *self.exercise(topic).banks,
        ]

    def released(self, topic: str) -> nbformat.NotebookNode:
        """Read the release notebook.

        Raises CourseError if the assignment was never generated, or its parts have changed since.
        """
        from unrolled.notebooks import nbformat  # which the processes that judge need not import

        exercise = self.exercise(topic)
        wanted = {f"check-{item.name}": item.points for item in exercise.graded}
        asked = {c.cell_id: c.source for c in exercise.notebook_cells if c.kind == "question"}
        path = self.folder / "release" / topic / f"{topic}.ipynb"
        if not path.is_file():
            raise CourseError(f"{topic!r} has not been released: run `unrolled release {topic}`")
        release = nbformat.read(path, as_version=4)
        cells = [cell.metadata.get("nbgrader", {}) for cell in release.cells]
        found = {
            meta["grade_id"]: meta["points"]
            for meta in cells
            if meta.get("grade") and not meta.get("solution")
        }
        # A question that was reworded since is not the one that learners answered.
        if found != wanted or asked.items() - {(c.id, c.source) for c in release.cells}:
            raise CourseError(
                f"the parts or points of {topic!r} have changed since it was released: "
                f"run `unrolled release {topic}`"
            )
        return release

    def submissions(self, topic: str) -> dict[str, Path]:
        """Return the submitted notebook's path for each student who handed in a folder."""
        folders = sorted((self.folder / "submitted").glob(f"*/{topic}"))
        return {
            folder.parent.name: folder / f"{topic}.ipynb"
            for folder in folders
            if not folder.parent.name.startswith(".")
        }

    def seed(self, topic: str, digest: str) -> bytes:
        """Return the seed for one piece of work: fixed for this course, unknown to learners."""
        return hmac.new(self.secret(), f"{topic}\0{digest}".encode(), hashlib.sha256).digest()

    def secret(self) -> bytes:
        """Return the secret that every seed is made from; draw it if this course has none yet.

        Raises CourseError if it cannot be read or is damaged.
        """
        path = self.folder / "secret_seed"
        try:
            if not path.exists():
                self._draw(path)
            secret = path.read_bytes()
        except OSError as error:
            raise CourseError(f"{path} cannot be read: {error.strerror}") from None
        if not re.fullmatch(rb"[0-9a-f]{64}", secret):
            raise CourseError(f"{path} is damaged; restore it, or delete it to draw a new seed")
        return secret

    def _draw(self, path):
        """Draw the seed once: it appears whole and readable by its owner alone, or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # threads share a pid
        handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_hex(32).encode())
            with contextlib.suppress(FileExistsError):  # another process drew it meanwhile
                os.link(partial, path)
        finally:
            partial.unlink()


def _add_nameless_course(gradebook):
    """Add the course "", which nbgrader gives to assignments and does not make.

    SQLite lets that pass. Every other database refuses an assignment whose course is not there.
    """
    from sqlalchemy.exc import IntegrityError

    from unrolled.grading.gradebook import api

    if gradebook.db.get(api.Course, "") is None:
        try:
            gradebook.db.add(api.Course(id=""))
            gradebook.db.commit()
        except IntegrityError:  # somebody else did it meanwhile
            gradebook.db.rollback()
