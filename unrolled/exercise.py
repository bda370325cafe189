"""Read an exercise from its one source, `solutions/<topic>.py`.

The file is a py:percent notebook and an importable module at once. Every code cell says what it is
in its header line::

    # %% given="setup"                                   locked, the learner runs it as it stands
    # %% exercise="lstm_step"                            the learner fills it in
    # %% check="lstm_step" points=6 outcome="lstm_gates.step"
    # %% quiz="half_life" points=1                       a question of chapters/quizzes/<topic>.yml
    # %% quiz="half_life" bank="midterm" points=1        a question of chapters/quizzes/midterm.yml
    # %% [markdown]                                      prose
    # %% [markdown] hint="lstm_step"                     folded under the task and in the report
    # %% [markdown] written="limits" points=3 outcome="lstm_gates.limits"    marked by a person
"""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_HEADER = re.compile(r"^# %%(?P<markdown> \[markdown\])?(?P<keys>.*)$")
_KEY = re.compile(r'(\w+)=("[^"]*"|\d+(?:\.\d+)?)')
_KINDS = ("given", "exercise", "check", "quiz", "hint", "written")


class ExerciseError(ValueError):
    """The source of an exercise is not well formed; the message names file and line."""


@dataclass(frozen=True)
class Cell:
    """One cell of an exercise: its kind, its name, its source and where it stands."""

    kind: str  # given, exercise, check, quiz, hint, written or prose; question, answer: of a quiz
    name: str
    source: str
    line: int
    points: float = 0
    outcome: str = ""
    bank: str = ""  # of a quiz: the file of chapters/quizzes/ that holds its question

    @property
    def is_markdown(self) -> bool:
        """Whether the cell is Markdown rather than code."""
        return self.kind in ("prose", "hint", "written", "question")

    @property
    def cell_id(self) -> str:
        """The stable id of the cell in every notebook made from it, e.g. `check-lstm_step`."""
        return f"{self.kind}-{self.name}"


@dataclass(frozen=True)
class Item:
    """One graded part: the function or quiz answer asked for, its points, and more on a function."""

    name: str
    points: float
    outcome: str
    hint: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """An exercise as read from `path`; `cells` in order."""

    topic: str
    path: Path
    cells: tuple[Cell, ...] = field(repr=False)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The functions that are graded automatically, in the order of their checks."""
        hints = {cell.name: cell.source for cell in self.cells if cell.kind == "hint"}
        return tuple(
            Item(
                name=cell.name,
                points=cell.points,
                outcome=cell.outcome,
                hint=hints.get(cell.name, ""),
                arguments=_arguments(self.path, self.cell("exercise", cell.name)),
            )
            for cell in self.cells
            if cell.kind == "check"
        )

    @cached_property
    def graded(self) -> tuple[Item, ...]:
        """All that is graded automatically, functions and quiz answers, in the notebook's order."""
        functions = {item.name: item for item in self.items}
        return tuple(
            functions[cell.name] if cell.kind == "check" else Item(cell.name, cell.points, "")
            for cell in self.cells
            if cell.kind in ("check", "quiz")
        )

    @property
    def quizzes(self) -> tuple[Cell, ...]:
        """The cells that ask a question of a quiz bank."""
        return tuple(cell for cell in self.cells if cell.kind == "quiz")

    def bank_path(self, quiz: Cell) -> Path:
        """Return the path of the quiz file that a quiz cell takes its question from."""
        return self.path.parent.parent / "chapters" / "quizzes" / f"{quiz.bank or self.topic}.yml"

    @property
    def banks(self) -> list[Path]:
        """The quiz files that the exercise takes questions from."""
        return sorted({self.bank_path(quiz) for quiz in self.quizzes})

    @cached_property
    def notebook_cells(self) -> tuple[Cell, ...]:
        """The cells of the notebook: a quiz becomes its question, an answer cell and a check cell."""
        if not self.quizzes:
            return self.cells
        from unrolled.quiz.notebook import quiz_cells  # learners' machines know no quiz bank

        return tuple(
            made
            for cell in self.cells
            for made in (quiz_cells(self, cell) if cell.kind == "quiz" else (cell,))
        )

    @property
    def written(self) -> tuple[Cell, ...]:
        """The cells that a person marks."""
        return tuple(cell for cell in self.cells if cell.kind == "written")

    def cell(self, kind: str, name: str) -> Cell:
        """Return the cell of that kind and name; raise ExerciseError if there is none."""
        for cell in self.cells:
            if cell.kind == kind and cell.name == name:
                return cell
        raise ExerciseError(f'{self.path}: there is no cell {kind}="{name}"')

    def source(self, **replaced: str) -> str:
        """Return the module's code, with the exercise cells named in `replaced` exchanged."""
        return "\n\n".join(
            replaced.get(cell.name, cell.source) if cell.kind == "exercise" else cell.source
            for cell in self.cells
            if not cell.is_markdown
        )

    def load(self, **replaced: str) -> dict:
        """Run the module's code in a fresh namespace and return it; the checks in it do nothing."""
        code = self._compile(**replaced) if replaced else self._code
        namespace = {"__name__": f"solutions.{self.topic}"}
        exec(code, namespace)
        return namespace

    @cached_property
    def _code(self):
        """The reference, compiled once: a grader loads it for every error it carries forward."""
        return self._compile()

    def _compile(self, **replaced):
        return compile(self.source(**replaced), str(self.path), "exec")


def read(path: Path | str) -> Exercise:
    """Read the exercise at `path`; raise ExerciseError, with file and line, if it is malformed."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ExerciseError(f"there is no exercise at {path}") from None
    cells = tuple(_cells(path, text))
    exercise = Exercise(topic=path.stem, path=path, cells=cells)
    _validate(exercise)
    return exercise


def course_root(start: Path | str = ".") -> Path:
    """Return the course's folder: `start` or the nearest folder above that holds solutions/."""
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if (folder / "solutions").is_dir() and (folder / "chapters").is_dir():
            return folder
    raise ExerciseError(
        f"no course found at {start} or above: run this inside the folder that holds solutions/"
    )


def read_topic(topic: str, root: Path | str | None = None) -> Exercise:
    """Read `solutions/<topic>.py` of the course at `root` (by default the one around us)."""
    root = Path(root) if root else course_root()
    path = root / "solutions" / f"{topic}.py"
    if not path.is_file():
        known = ", ".join(topics(root)) or "none"
        raise ExerciseError(f"there is no topic {topic!r}; known topics: {known}")
    return read(path)


def topics(root: Path | str | None = None) -> list[str]:
    """Return the names of all topics that have an exercise, sorted."""
    root = Path(root) if root else course_root()
    return sorted(path.stem for path in (root / "solutions").glob("*.py"))


def _cells(path, text):
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("# %%")]
    counts = {"prose": 0}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        where = f"{path}:{start + 1}"
        header = _HEADER.match(lines[start])
        keys = dict(_KEY.findall(header["keys"]))
        if _KEY.sub("", header["keys"]).strip():
            raise ExerciseError(f"{where}: cannot read the keys of this cell: {lines[start]}")
        keys = {key: value.strip('"') for key, value in keys.items()}
        body = "\n".join(lines[start + 1 : end]).strip("\n")
        if header["markdown"]:
            body = "\n".join(_unquote(line, where) for line in body.splitlines())
        kinds = [key for key in keys if key in _KINDS]
        if not kinds and header["markdown"]:
            counts["prose"] += 1
            kind, name = "prose", str(counts["prose"])
        elif len(kinds) == 1:
            kind = kinds[0]
            name = keys.pop(kind)
        else:
            raise ExerciseError(
                f"{where}: a code cell needs exactly one of given, exercise, check or quiz"
            )
        points = float(keys.pop("points", 0))
        outcome, bank = keys.pop("outcome", ""), keys.pop("bank", "") if kind == "quiz" else ""
        cell = Cell(kind, name, body, start + 1, points, outcome, bank)
        if keys:
            raise ExerciseError(f"{where}: unknown key {next(iter(keys))!r}")
        if cell.is_markdown != bool(header["markdown"]):
            raise ExerciseError(f"{where}: a {kind} cell is the wrong type of cell")
        yield cell


def _unquote(line, where):
    if not line.startswith("#"):
        raise ExerciseError(f"{where}: every line of a Markdown cell starts with '# '")
    return line[2:] if line.startswith("# ") else line[1:]


def _validate(exercise):
    seen = {}
    for cell in exercise.cells:
        where = f"{exercise.path}:{cell.line}"
        if cell.cell_id in seen:
            raise ExerciseError(f"{where}: {cell.kind} {cell.name!r} stands here twice")
        seen[cell.cell_id] = cell
        if cell.kind in ("check", "quiz", "written") and cell.points <= 0:
            raise ExerciseError(f"{where}: {cell.kind} {cell.name!r} needs points=…")
        if cell.kind in ("check", "written") and not cell.outcome:
            raise ExerciseError(f'{where}: {cell.kind} {cell.name!r} needs outcome="…"')
        if cell.kind == "quiz":
            _validate_quiz(exercise, cell, where)
        if cell.kind == "exercise":
            for mark in ("### BEGIN SOLUTION", "### END SOLUTION"):
                if mark not in cell.source:
                    raise ExerciseError(f"{where}: {cell.name!r} has no {mark}")
            _arguments(exercise.path, cell)
    for cell in exercise.cells:
        partner = {"check": "exercise", "hint": "exercise", "exercise": "check"}.get(cell.kind)
        if partner and f"{partner}-{cell.name}" not in seen:
            raise ExerciseError(
                f"{exercise.path}:{cell.line}: {cell.kind} {cell.name!r} has no {partner} cell"
            )


def _validate_quiz(exercise, cell, where):
    if cell.source or cell.outcome:
        raise ExerciseError(f"{where}: quiz {cell.name!r} takes its text and outcome from the bank")
    if not cell.name.isidentifier() or keyword.iskeyword(cell.name):
        raise ExerciseError(f"{where}: {cell.name!r} cannot be the name of an answer")
    if any(
        cell.name == other.name for other in exercise.cells if other.kind in ("exercise", "given")
    ):
        raise ExerciseError(f"{where}: quiz {cell.name!r} has the name of another cell")


def _arguments(path, cell):
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        raise ExerciseError(f"{path}:{cell.line + error.lineno}: {error.msg}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == cell.name:
            return tuple(argument.arg for argument in node.args.args)
    raise ExerciseError(f"{path}:{cell.line}: the cell defines no function {cell.name!r}")
