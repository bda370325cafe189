"""Quiz items as data: `chapters/quizzes/<topic>.yml`, a list of questions of five kinds.

- id: additive_memory            a name, used once in the file
  outcome: lstm_gates.problem    the learning outcome that the question tests
  difficulty: medium             easy, medium or hard
  kind: one                      one (if absent), several, number, order or reading
  stem: |                        the question: Markdown with $mathematics$
    ...

`one` and `several` have `options`, in the order in which they are shown:

  options:
    - text: ...                  one paragraph of Markdown
      right: true                for `one` on exactly one; for `several` on some, not on all
      says: ...                  why it is right or wrong

`number` has an answer, wrong numbers that we foresee, and words for all others:

  answer:
    value: 69
    tolerance: 0.5               absolute, in the answer's unit; `tolerance: 1%` is relative
    unit: steps                  may be absent
  says: ...                      why the answer is right
  wrong:                         may be absent
    - value: 50                  and what lies within the answer's tolerance of it
      says: ...
    - from: 95                   or a range, ends included
      to: 105
      says: ...
  otherwise: ...                 for any other number

`order` has steps, given in the right order and shown in that of `shuffled_order`:

  steps:
    - text: ...                  one paragraph of Markdown
      says: ...                  why it stands there
  says: ...                      once the order is right
  otherwise: ...                 while it is not

`reading` asks what a program prints. Its options are such prints, not Markdown:

  code: |                        a Python program
    ...
  options:
    - text: ...                  what somebody might think that it prints
      says: ...
    - computed: true             on exactly one, the right one: its text is made by running the code
      says: ...
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from unrolled.quiz.fields import read_yaml

KINDS = ("one", "several", "number", "order", "reading")
DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Option:
    """One option: its Markdown (of a `reading`: plain printed text), whether it is right, and why."""

    text: str
    right: bool
    says: str
    computed: bool = False  # the text was printed by the item's code


@dataclass(frozen=True)
class Interval:
    """The numbers from `low` to `high`, ends included; `value` is the one that was meant, if one."""

    low: float
    high: float
    value: float | None = None

    @property
    def slack(self) -> float:
        """How far outside a number still counts: decimals are not stored exactly."""
        return 1e-9 * max(abs(self.low), abs(self.high))

    def __contains__(self, number):
        """Say whether a number lies inside, with that slack."""
        return self.low - self.slack <= number <= self.high + self.slack


@dataclass(frozen=True)
class Answer:
    """The right number: the interval around it, its tolerance as written, and its unit."""

    interval: Interval
    tolerance: float  # a share of the value if `relative`, otherwise in the answer's unit
    relative: bool
    unit: str = ""

    @property
    def value(self) -> float:
        """The number itself."""
        return self.interval.value


@dataclass(frozen=True)
class Wrong:
    """Wrong numbers that we foresee, and what to say to them."""

    interval: Interval
    says: str


@dataclass(frozen=True)
class Step:
    """One step of a sequence: its Markdown, and why it stands where it stands."""

    text: str
    says: str


@dataclass(frozen=True)
class Item:
    """One question: its name, the outcome it tests, its Markdown and what its kind needs."""

    id: str
    outcome: str
    difficulty: str  # one of DIFFICULTIES
    kind: str  # one of KINDS
    stem: str
    options: tuple[Option, ...]  # of one, several and reading
    line: int  # where it begins in its file
    code: str = ""  # of reading
    answer: Answer | None = None  # of number
    wrong: tuple[Wrong, ...] = ()  # of number
    steps: tuple[Step, ...] = ()  # of order, in the right order
    says: str = ""  # of number and order: what to say to the right answer
    otherwise: str = ""  # of number and order: what to say to any other answer

    @property
    def right(self) -> int:
        """The position of the one right option, counted from 0."""
        (position,) = self.rights
        return position

    @property
    def rights(self) -> tuple[int, ...]:
        """The positions of all right options, counted from 0."""
        return tuple(k for k, option in enumerate(self.options) if option.right)


def plain(number):
    """Return a number as a person writes it: `69` for 69.0, `0.453` for 0.453."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def shuffled_order(item):
    """Return the order in which the steps of an item are shown before anybody has moved them.

    It depends on the item's id and the steps' texts alone, so it is the same in the book and in an
    export, and knowing how it is made does not lead back to the right order. It is never the right
    order itself.

    Arguments:
        item: an `Item` of the kind `order`.

    Returns:
        A tuple of positions in `item.steps`: the first is that of the step shown first.
    """
    positions = range(len(item.steps))
    for turn in range(1000):

        def draw(k, turn=turn):
            return hashlib.sha256(f"{item.id} {turn} {item.steps[k].text}".encode()).digest()

        order = tuple(sorted(positions, key=draw))
        if order != tuple(positions):
            return order
    raise ValueError(f"{item.id}: {len(item.steps)} steps cannot be shuffled")


def quiz_path(topic, root="."):
    """Return the path of a topic's quiz file under the course's folder `root`."""
    return Path(root) / "chapters" / "quizzes" / f"{topic}.yml"


def read_items(topic_or_path, root="."):
    """Read the quiz items of a topic; the code of a `reading` is run, once in a process.

    Arguments:
        topic_or_path: the name of a topic (str), or the path of a file that ends in `.yml`.
        root: the course's folder, where a topic is looked up.

    Returns:
        A list of `Item`, in the order of the file.

    Raises:
        FieldError: if the file breaks the schema; the message names file, line and field.
        FileNotFoundError: if there is no such file.
    """
    from unrolled.quiz.schema import read_item  # the schema builds what is defined here

    path = Path(topic_or_path)
    if path.suffix != ".yml":
        path = quiz_path(topic_or_path, root)
    document = read_yaml(path.read_text(encoding="utf-8"), path)
    items, lines = [], {}
    for field in document.items():
        item = read_item(field)
        if item.id in lines:
            raise field.error(f"the id {item.id} is already used on line {lines[item.id]}")
        lines[item.id] = item.line
        items.append(item)
    return items
