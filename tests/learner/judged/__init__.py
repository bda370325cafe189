"""What was judged on 200 seeds, and what those verdicts hang on.

Judging every mistake, variant and mutant of the course on 200 seeds takes longer than everything
else in the suite. It is done when something changes: `python -m tests.learner.judged` judges each
topic that has changed and notes a digest of the files that its verdicts hang on. The suite fails where
a digest is out of date, and judges everything again on fewer seeds: those say what another version of
NumPy changes, which no digest sees.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.learner.topics import ROOT, the_topic

MANY = 200
PATH = Path(__file__).with_name("judged.json")
TESTS = ("tests/learner/test_many_seeds.py", "tests/learner/test_mutants.py")
# Of one topic, and of all: what is judged, what judges, and what draws the numbers.
OWN = (
    "solutions/mistakes/{}.yml",
    "tests/checks/test_{}.py",
    "tests/variants/{}.py",
    "tests/learner/equivalent_mutants/{}.yml",
)
SHARED = (
    "tests/learner/judging/*.py",
    "tests/learner/mutants/*.py",
    *TESTS,
    "unrolled/answer.py",
    "unrolled/carrying.py",
    "unrolled/diagnose.py",
    "unrolled/exercise.py",
    "unrolled/expect.py",
    "unrolled/mistakes.py",
    "unrolled/runner.py",
    "unrolled/standin.py",
)


def digest(topic: str) -> str:
    """Return a digest of all that the verdicts on a topic hang on; a file may be missing."""
    cells = [cell.source for cell in the_topic(topic).exercise.cells if not cell.is_markdown]
    paths = [ROOT / name.format(topic) for name in OWN]
    paths += [path for name in SHARED for path in sorted(ROOT.glob(name))]
    found = hashlib.sha256(json.dumps(cells).encode())
    for path in paths:
        found.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        found.update(path.read_bytes() if path.exists() else b"")
    return found.hexdigest()


def judged() -> dict[str, str]:
    """Return the digest of each topic at the time it was last judged on MANY seeds."""
    return json.loads(PATH.read_text(encoding="utf-8"))
