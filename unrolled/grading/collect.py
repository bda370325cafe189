"""`unrolled import`: a class's submissions, downloaded from Canvas or Moodle as one zip file.

What is relied on, read in the sources of both platforms:

Canvas (`lib/content_zipper.rb`): flat names `<name>_<user number>_<file number>_<file name>`, with
`_LATE` after the name, and without the name where marking is anonymous (`anon_<code>`). Only the
newest attempt is in the archive; a file handed in again is called `lstm_gates-1.ipynb`.

Moodle (`mod/assign/classes/downloader.php`): a folder for each participant,
`<full name>_<participant number>_assignsubmission_file/`, before 4.1 with a `_` at its end; or, as
chosen at the download, the same as the beginning of a flat name.

A student's id is what the roster says, else the name in plain letters and the platform's number,
`ada-lovelace-123456`: readable, and the same at the next download.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from unrolled.grading.course import Course, CourseError
from unrolled.grading.files import MAX_NOTEBOOK_BYTES
from unrolled.grading.sheet import read_sheet
from unrolled.grading.table import shown

MAX_ENTRIES = 50_000
_CANVAS = re.compile(
    r"(?:(?P<name>\w*?)_(?P<late>LATE_)?(?P<number>\d+)|(?P<hidden>(?:LATE_)?anon_[A-Za-z0-9]+))_"
    r"(?:(?P<upload>\d+)_(?P<file>.+)|(?:text|link)\.html)"
)
_MOODLE = re.compile(
    r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?"
)
_OF_THE_SYSTEM = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._|Thumbs\.db$)")


@dataclass(frozen=True)
class Upload:
    """A file in the archive: whose it is, what it is called, and what tells newer from older."""

    number: str
    name: str
    file: str
    entry: zipfile.ZipInfo
    age: tuple
    late: bool = False


@dataclass(frozen=True)
class Line:
    """What became of one student's files, or of one entry of the archive."""

    who: str
    state: str  # imported, unchanged, not imported
    told: str = ""


class Roster:
    """Which student id each platform number or name has.

    A CSV file with a column `student_id`; every other column may identify a student (a number, a
    name, an e-mail address). The export of a Canvas gradebook serves too (its `SIS Login ID` is the
    student id, or `SIS User ID`), and Moodle's grading worksheet (`Username`, `ID number` or
    `Email address`, whichever it has first).
    """

    def __init__(self, path: Path | str):
        sheet = read_sheet(path)
        own = sheet.column("student_id")
        titles = ("SIS Login ID", "SIS User ID", "Username", "ID number", "Email address")
        column = own if own is not None else sheet.column(*titles)
        if column is None:
            raise CourseError(f"{path} has no column student_id, nor any of {', '.join(titles)}")
        identify = [sheet.column("ID"), sheet.column("Identifier")]
        if own is not None:
            identify = list(range(len(sheet.header)))
        elif identify == [None, None]:
            raise CourseError(f"{path} has no column ID (Canvas) or Identifier (Moodle)")
        self._ids: dict[str, set[str]] = {}
        for number, row in enumerate(sheet.rows, 2):
            student = row[column].strip()
            if not student:
                continue
            if not good_id(student):
                raise CourseError(f"{path}, row {number}: {student!r} cannot name a folder")
            for k in identify:
                if k is not None and row[k].strip():
                    participant = re.fullmatch(r"\D+ (\d+)", row[k].strip())
                    key = participant[1] if participant and own is None else row[k]
                    self._ids.setdefault(_key(key), set()).add(student)
        self._ids.pop("", None)  # a cell of punctuation names nobody

    def find(self, upload: Upload) -> set[str]:
        """Return the ids that the upload's number stands for; if it has none, those of its name."""
        return self._ids.get(_key(upload.number)) or self._ids.get(_key(upload.name), set())


def _key(text):
    """Return what a name or number is compared by: its letters and digits alone."""
    return re.sub(r"[\W_]", "", text).casefold()


def good_id(student: str) -> bool:
    """Return whether a student id can be the name of a folder, here and for nbgrader."""
    return (
        0 < len(student) <= 100
        and student.isprintable()
        and not student.startswith((".", "-"))
        and not set(student) & set('/\\:*?"<>|')
        and student == student.strip()
    )


def import_archive(
    course: Course,
    topic: str,
    archive: Path | str,
    roster: Path | str | None = None,
    force: bool = False,
) -> list[Line]:
    """Put each student's newest notebook where `unrolled grade` looks for it.

    archive: the zip file as downloaded. roster: see `Roster`. force: replace what a student has
    handed in before; without it, that stays. Nothing is unpacked under a name from the archive.
    Returns a line for each student and each entry that is nobody's. Raises CourseError if the
    archive or the roster cannot be read at all.
    """
    course.exercise(topic)
    known = Roster(roster) if roster else None
    lines: list[Line] = []
    try:
        with zipfile.ZipFile(archive) as bundle:
            if len(bundle.infolist()) > MAX_ENTRIES:
                raise CourseError(f"{archive} holds more than {MAX_ENTRIES} files")
            for student, uploads in sorted(_by_student(bundle, known, lines).items()):
                lines.append(_take(course, topic, bundle, student, uploads, force))
    except OSError as error:
        raise CourseError(f"{archive} cannot be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise CourseError(f"{archive} is not a zip file, or is damaged: {error}") from None
    return lines


def import_and_print(
    course: Course, topic: str, archive: str, roster: str | None, force: bool
) -> int:
    """Import an archive and say what became of each file; return 1 if no notebook was in it."""
    lines = import_archive(course, topic, archive, roster, force)
    for line in lines:
        if line.told or line.state == "not imported":
            print(f"{shown(line.who)}: {line.state}{': ' if line.told else ''}{shown(line.told)}")
    states = [line.state for line in lines]
    print(
        ", ".join(
            f"{states.count(s)} {s}"
            for s in ("imported", "unchanged", "not imported")
            if states.count(s) or s == "imported"
        )
    )
    return int("imported" not in states and "unchanged" not in states)


def _by_student(bundle, roster, lines) -> dict[str, list[Upload]]:
    """Sort the archive's files by student; files that are nobody's get a line."""
    students: dict[str, list[Upload]] = {}
    unsure = set()
    for index, entry in enumerate(bundle.infolist()):
        name = entry.orig_filename
        if entry.is_dir() or _OF_THE_SYSTEM.search(name):
            continue
        wrong = _wrong_with(entry)
        upload = None if wrong else read_name(entry, index)
        if upload is None:
            lines.append(Line(name, "not imported", wrong or "its name tells no student"))
            continue
        found = roster.find(upload) if roster else set()
        if len(found) > 1:
            if upload.number not in unsure:
                told = f"the roster has several ids: {', '.join(sorted(found))}"
                lines.append(Line(default_id(upload), "not imported", told))
            unsure.add(upload.number)
            continue
        student = next(iter(found)) if found else default_id(upload)
        students.setdefault(student, []).append(upload)
    return students


def _wrong_with(entry):
    """Say what is wrong with an entry of the archive, if anything is."""
    name = entry.orig_filename
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[/\\]", name):
        return "an absolute path"
    if ".." in re.split(r"[/\\]", name):
        return "a path that leads out of the archive"
    if "\\" in name or not name.isprintable() or len(name) > 1000:
        return "a name with characters that no platform gives"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        return "a link or device, not a file"
    return ""


def read_name(entry: zipfile.ZipInfo, index: int = 0) -> Upload | None:
    """Return what an entry's name tells of it, in either platform's layout; None if nothing."""
    *folders, base = entry.orig_filename.split("/")
    again = re.search(r"[-_ ]\(?(\d{1,6})\)?\.ipynb\Z", base)
    suffix = int(again[1]) if again else 0
    for folder in folders:
        moodle = _MOODLE.fullmatch(folder)
        if moodle and not moodle["file"]:
            age = (entry.date_time, suffix, index)
            return Upload(moodle["number"], moodle["name"], base, entry, age)
    moodle = _MOODLE.fullmatch(base)
    if moodle and moodle["file"]:
        age = (entry.date_time, suffix, index)
        return Upload(moodle["number"], moodle["name"], moodle["file"], entry, age)
    canvas = _CANVAS.fullmatch(base)
    if canvas:
        age = (int(canvas["upload"] or 0), suffix, index)
        hidden, file = canvas["hidden"] or "", canvas["file"] or base
        number = canvas["number"] or hidden.removeprefix("LATE_")
        late = bool(canvas["late"] or hidden.startswith("LATE_"))
        return Upload(number, canvas["name"] or "", file, entry, age, late)
    return None


def default_id(upload: Upload) -> str:
    """Return the student id for one whom no roster names: a readable prefix, then the number."""
    words = re.sub(r"[\W_]+", "-", upload.name.casefold()).strip("-")[:40].strip("-")
    return f"{words}-{upload.number}" if words else f"student-{upload.number}"


def _take(course, topic, bundle, student, uploads, force) -> Line:
    notebooks = [u for u in uploads if u.file.lower().endswith(".ipynb")]
    if not notebooks:
        names = ", ".join(upload.file for upload in uploads[:5])
        return Line(student, "not imported", f"no notebook, only {names}")
    named = re.compile(rf"{re.escape(topic)}(?:[-_ ]\(?\d{{1,6}}\)?){{0,3}}\.ipynb", re.I)
    ours = [u for u in notebooks if named.fullmatch(u.file)] or notebooks
    if len(ours) > 1 and ours is notebooks:
        names = ", ".join(upload.file for upload in notebooks[:5])
        told = f"{len(ours)} notebooks, and none is called {topic}.ipynb: {names}"
        return Line(student, "not imported", told)
    newest = max(ours, key=lambda upload: upload.age)
    try:
        content = _content(bundle, newest)
        state, told = _put(course, topic, student, content, force)
    except UnusableEntry as error:
        return Line(student, "not imported", f"{newest.file}: {error}")
    notes = [told] if told else []
    if ours is notebooks and not named.fullmatch(newest.file):
        notes.append(f"was called {newest.file}")
    others = [upload.file for upload in notebooks if upload is not newest]
    if others:
        notes.append(f"took {newest.file}, the newest, and left {', '.join(others[:5])}")
    if newest.late:
        notes.append("late, says Canvas, but not when: for a penalty write timestamp.txt beside it")
    return Line(student, state, "; ".join(notes))


class UnusableEntry(Exception):
    """A file cannot be taken from the archive, or not be put in its place; the message says why."""


def _content(bundle, upload):
    """Return an entry's bytes, and never more than a notebook may have, whatever the entry says."""
    entry = upload.entry
    if entry.flag_bits & 1:
        raise UnusableEntry("it is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnusableEntry("it is compressed in a way that neither platform uses")
    try:
        with bundle.open(entry) as file:
            content = file.read(MAX_NOTEBOOK_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
            zlib.error) as error:  # fmt: skip
        raise UnusableEntry(f"it is damaged: {error}") from None
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise UnusableEntry(f"it is larger than {MAX_NOTEBOOK_BYTES // 10**6} MB")
    return content


def _put(course, topic, student, content, force) -> tuple[str, str]:
    """Write a submission whole; what is there stays unless forced. Links are not followed."""
    folder = course.folder / "submitted" / student / topic
    path = folder / f"{topic}.ipynb"
    told = ""
    try:
        if folder.is_symlink() or folder.parent.is_symlink():
            raise UnusableEntry(f"{folder} is a link")
        if path.is_symlink() or path.exists():
            if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
                return "unchanged", ""
            if not force:
                raise UnusableEntry("another one was handed in before; --force replaces it")
            told = "replaced an earlier one"
            if (folder / "timestamp.txt").exists():
                told += ", whose timestamp.txt is still there"
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{path.name}.part"
        partial.unlink(missing_ok=True)  # it might be a link
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        raise UnusableEntry(f"{path} cannot be written: {error.strerror}") from None
    return "imported", told
