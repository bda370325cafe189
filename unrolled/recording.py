"""What an exercise folder holds in place of the reference: its results for the public seed.

The file is JSON: the items with points, hints and argument names; for each check the calls it
makes of the reference and their results, and those that the reference makes of its own parts
meanwhile; for each known mistake what it would have answered; for each quiz item its sealed replies.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from unrolled.answer import LearnerError, Replay
from unrolled.exercise import Item
from unrolled.question import Question
from unrolled.sealed import Sealed

FORMAT = 2


class RecordingFileError(Exception):
    """The recording is missing or not readable; the message says what to do."""


@dataclass(frozen=True)
class RecordedMistake:
    """A known mistake with its results for the public seed: `answers[test][k]`."""

    exercise: str
    says: str
    answers: dict[str, list]

    @property
    def raises(self) -> bool:
        """Whether any call ends in an exception."""
        return any(isinstance(x, LearnerError) for given in self.answers.values() for x in given)

    def predict(self, test, k, call):
        """Return the recorded result of the k-th call in `test`; LookupError if there is none."""
        return self.answers[test][k]


@dataclass(frozen=True)
class Recording:
    """The parts of an exercise folder that `check(...)` needs besides the check file."""

    topic: str
    items: dict[str, Item]
    calls: dict[str, list[tuple]]
    inner: dict[str, list[tuple]]
    mistakes: list[RecordedMistake]
    quizzes: dict[str, Sealed] = field(default_factory=dict)

    def reference(self, test: str) -> Replay:
        """Return a stand-in for the reference that plays back the calls of `test`."""
        return Replay(self.calls.get(test, ()), self.inner.get(test, ()))

    def write(self, path: Path) -> None:
        """Write the recording to `path`, the same bytes for the same content."""
        data = {
            "format": FORMAT,
            "topic": self.topic,
            "items": [asdict(item) for item in self.items.values()],
            "calls": _calls_to_json(self.calls),
            "inner": _calls_to_json(self.inner),
            "mistakes": [
                {**vars(mistake), "answers": {t: to_json(a) for t, a in mistake.answers.items()}}
                for mistake in self.mistakes
            ],
        }
        if self.quizzes:
            data["quizzes"] = [_quiz_to_json(sealed) for sealed in self.quizzes.values()]
        text = json.dumps(data, indent=None, separators=(",", ":"), ensure_ascii=False)
        # One record a line keeps differences readable.
        text = text.replace('},{"exercise"', '},\n{"exercise"').replace(']],"test_', ']],\n"test_')
        path.write_text(text + "\n", encoding="utf-8")


def read(path: Path | str) -> Recording:
    """Read a recording; raise RecordingFileError, saying what to do, if that cannot be done."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']}, not {FORMAT}")
        items = [_item_from_json(item) for item in data["items"]]
        quizzes = [_quiz_from_json(quiz) for quiz in data.get("quizzes", ())]
        return Recording(
            topic=data["topic"],
            items={item.name: item for item in items},
            calls=_calls_from_json(data["calls"]),
            inner=_calls_from_json(data["inner"]),
            mistakes=[
                RecordedMistake(
                    **{**m, "answers": {t: from_json(a) for t, a in m["answers"].items()}}
                )
                for m in data["mistakes"]
            ],
            quizzes={sealed.question.item.name: sealed for sealed in quizzes},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingFileError(
            f"{path} cannot be read ({error}). Get the exercise folder again; your notebook can stay."
        ) from error


def _item_from_json(item):
    return Item(**{**item, "arguments": tuple(item["arguments"])})


def _quiz_to_json(sealed):
    told = {"salt": sealed.salt, "entries": sealed.entries, "levels": list(sealed.levels)}
    return asdict(sealed.question) | told


def _quiz_from_json(quiz):
    asked = {name: quiz[name] for name in ("kind", "choices", "otherwise")}
    question = Question(item=_item_from_json(quiz["item"]), **asked)
    return Sealed(question, quiz["salt"], dict(quiz["entries"]), tuple(quiz["levels"]))


def _calls_to_json(calls_of):
    return {
        test: [[name, to_json(args), to_json(result)] for name, args, result in calls]
        for test, calls in calls_of.items()
    }


def _calls_from_json(calls_of):
    return {
        test: [(name, from_json(args), from_json(result)) for name, args, result in calls]
        for test, calls in calls_of.items()
    }


def to_json(value: object) -> object:
    """Turn plain data, arrays and LearnerErrors into JSON; raise TypeError for anything else."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | np.floating):
        return {"float": _digits(value)}
    if isinstance(value, np.bool_ | np.integer):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return {"array": list(value.shape), "data": [_digits(x) for x in value.ravel()]}
    if isinstance(value, tuple):
        return {"tuple": [to_json(x) for x in value]}
    if isinstance(value, list):
        return [to_json(x) for x in value]
    if isinstance(value, dict):
        return {"dict": {str(key): to_json(x) for key, x in value.items()}}
    if isinstance(value, LearnerError):
        return {"error": [value.type_name, value.message]}
    raise TypeError(f"a {type(value).__name__} cannot be recorded")


def from_json(value: object) -> object:
    """Turn what `to_json` made back into data."""
    if isinstance(value, list):
        return [from_json(x) for x in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = [item for item in value.items() if item[0] != "data"]
    if kind == "float":
        return float(content)
    if kind == "array":
        return np.array([float(x) for x in value["data"]]).reshape(content)
    if kind == "tuple":
        return tuple(from_json(x) for x in content)
    if kind == "dict":
        return {key: from_json(x) for key, x in content.items()}
    return LearnerError(*content)


def _digits(x):
    """Seven significant digits: far more than a comparison needs, half the size of all of them."""
    x = float(x)
    return float(f"{x:.7g}") if np.isfinite(x) else str(x)
