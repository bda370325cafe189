"""Which mutants of a topic's references pass the checks, and which of these may."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from tests.learner.judging import Judge
from tests.learner.mutants import mutants
from tests.learner.topics import HOW_MANY

SEEDS = tuple(b"mutants %d" % k for k in range(HOW_MANY))
EQUIVALENT = Path(__file__).parents[1] / "equivalent_mutants"


def equivalent(topic, item):
    """Return {what was changed: why that makes no difference} for the listed mutants of an item."""
    path = EQUIVALENT / f"{topic.name}.yml"
    listed = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    assert listed.keys() <= topic.items.keys(), f"{path.name} lists items that are not there"
    entries = [(entry["change"], entry["because"]) for entry in listed.get(item, [])]
    assert len(dict(entries)) == len(entries), "a mutant is listed twice"
    return dict(entries)


@cache
def mutants_of(topic, item):
    """Return every mutant of the reference of `item`: {what was changed: cell}."""
    others = {"sigmoid", *topic.items} - {item}
    names = others & topic.exercise.load().keys()
    return mutants(topic.exercise.cell("exercise", item).source, names)


def judged(topic, item, seeds=SEEDS):
    """Judge all mutants of an item.

    Returns {what was changed: (the seeds on which it passes, on how many it was judged)}: none where
    the cell itself cannot be run, and fewer than asked for where it does not come to its end.
    """
    judge, found = Judge(topic, item), {}
    for change, cell in mutants_of(topic, item).items():
        try:
            answer = judge.answer(**{item: cell})
        except Exception:
            found[change] = [], 0
        else:
            found[change] = judge.passes_on(answer, seeds)
    return found
