"""`unrolled new <topic>`: the files of a new topic, small but whole, to be replaced part by part.

What it writes teaches a leaky average with one item, and passes the tests that hold for every topic.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from unrolled.exercise import ExerciseError

_TEMPLATES = Path(__file__).parent / "templates"

# Where each template goes, under the course's folder.
FILES = {
    "chapter.md": "chapters/{topic}.md",
    "quiz.yml": "chapters/quizzes/{topic}.yml",
    "solution.py": "solutions/{topic}.py",
    "mistakes.yml": "solutions/mistakes/{topic}.yml",
    "checks.py": "tests/checks/test_{topic}.py",
    "variants.py": "tests/variants/{topic}.py",
}


def write_topic(topic: str, root: Path) -> Iterator[str]:
    """Write the files of `topic` below `root`, add it to _toc.yml, and yield what to do next.

    Raises ExerciseError, before anything is written, if the name will not do or a file exists.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", topic) or keyword.iskeyword(topic):
        raise ExerciseError(f"{topic!r} is no topic's name: use snake_case, as in peephole_cells")
    paths = {name: root / place.format(topic=topic) for name, place in FILES.items()}
    for path in paths.values():
        if path.exists():
            raise ExerciseError(f"{path} is there already; choose another name")
    title = topic.replace("_", " ").capitalize()
    for name, path in paths.items():
        text = (_TEMPLATES / name).read_text(encoding="utf-8")
        text = text.replace("__topic__", topic).replace("__label__", topic.replace("_", "-"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("__title__", title), encoding="utf-8")
        yield f"wrote {path.relative_to(root)}"
    _append_to_toc(topic, root / "_toc.yml")
    yield f"added chapters/{topic} at the end of _toc.yml"
    yield "Now: replace what the files say, run `make exercises`, then `make test`."


def _append_to_toc(topic, path):
    """Add the chapter to the last part, leaving the file's own lines as they are."""
    text = path.read_text(encoding="utf-8").rstrip("\n")
    indent = re.findall(r"^( *)- file:", text, re.M)[-1]
    text += f"\n{indent}- file: chapters/{topic}\n"
    last = yaml.safe_load(text)["parts"][-1]["chapters"][-1]
    if last != {"file": f"chapters/{topic}"}:
        raise ExerciseError(f"{path} does not end with a list of chapters; add chapters/{topic}")
    path.write_text(text, encoding="utf-8")
