"""Quiz items for learning platforms: one small file a format, and `write_export` for all of them.

Every format carries what it can: mathematics, code, the feedback of each option, partial credit,
difficulty and outcome. What a format cannot carry comes back as a note that names the item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from unrolled.quiz.items import Item, read_items


class ExportError(ValueError):
    """An item cannot be exported; the message names it and says why."""


@dataclass(frozen=True)
class Format:
    """One format: the module that writes it, how its files end, and how a platform takes them in."""

    module: str
    suffix: str
    how: str

    def writer(self) -> Callable[[str, Sequence[Item], Notes], bytes]:
        """Return the function `write(topic, items, notes)` that gives the bytes of a file."""
        return import_module(f"unrolled.quiz.export.{self.module}").write


FORMATS = {
    "moodle-xml": Format(
        "moodle", ".moodle.xml", "In Moodle: Question bank, Import, “Moodle XML format”."
    ),
    "gift": Format("gift", ".gift.txt", "In Moodle: Question bank, Import, “GIFT format”."),
    "qti21": Format(
        "qti21",
        ".qti21.zip",
        "In OpenOlat, TAO or another QTI 2.1 platform: import the zip file as it is.",
    ),
    "qti12": Format(
        "qti12",
        ".qti12.zip",
        "In Canvas: Settings, Import Course Content, “QTI .zip file” (for Classic Quizzes).",
    ),
}


@dataclass
class Notes:
    """What a format could not carry: sentences, each with the item that it is about."""

    topic: str
    said: list[str] = field(default_factory=list)

    def __call__(self, item: Item, sentence: str) -> None:
        """Note once that of `item` something did not fit."""
        line = f"{self.topic}, {item.id}: {sentence}"
        if line not in self.said:
            self.said.append(line)


@dataclass(frozen=True)
class Written:
    """A file that was written: its path, how many questions it holds, and what did not fit."""

    path: Path
    questions: int
    notes: tuple[str, ...]


def write_export(topic: str, format_name: str, folder: Path, root: Path | str = ".") -> Written:
    """Write the quiz items of a topic for a learning platform.

    Args:
        topic: the topic, whose items are in `chapters/quizzes/<topic>.yml`.
        format_name: one of FORMATS.
        folder: where the file goes; it is made if need be.
        root: the course's folder.

    Returns:
        What was written. The same items give the same bytes.

    Raises:
        FieldError: if the quiz file breaks its schema.
        ExportError: if an item cannot be written at all.
    """
    try:
        from unrolled.quiz.export.text import BookOnly, check
    except ModuleNotFoundError as error:  # the command's own advice is for those who grade
        words = f"{error.name} is missing: run `pip install '.[book]'` in the course's folder"
        raise ExportError(words) from error

    kind, items, notes = FORMATS[format_name], read_items(topic, root), Notes(topic)
    for item in items:
        try:
            check(item)
        except BookOnly as error:
            words = f"{topic}, {item.id}: {error} means nothing outside the book"
            raise ExportError(words) from None
    data = kind.writer()(topic, items, notes)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{topic}{kind.suffix}"
    path.write_bytes(data)
    return Written(path, len(items), tuple(notes.said))
