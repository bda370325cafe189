"""No flicker: on many seeds every right answer passes and every known mistake fails and is named.

Both by far: a right answer, in float32 too, comes ten times closer than the checks ask for, and a
mistake is off by ten times more than they allow. `-s` prints the figures.
"""

import numpy as np
import pytest

from tests.learner.topics import HOW_MANY
from unrolled.diagnose import name_mistake
from unrolled.recording import RecordedMistake

SEEDS = [b"many %d" % k for k in range(HOW_MANY)]
ROOM = 10

pytestmark = pytest.mark.slow


def test_right_answers_pass_by_far_on_many_seeds(topic, item, judge, variants_of):
    answers = {"the reference": judge.answer()}
    for what, cell in variants_of(topic.name).get(item, {}).items():
        answers[what] = judge.answer(**{item: cell})
    largest = dict.fromkeys(answers, 0.0)
    for seed in SEEDS:
        for what, answer in answers.items():
            largest[what] = max(largest[what], judge.findings(answer, seed)[1])
    what = max(largest, key=largest.get)
    print(f"{topic.name} {item}: the largest error is {largest[what]:.3g} tolerances ({what})")
    assert {what: error for what, error in largest.items() if error > 1 / ROOM} == {}


def test_mistakes_fail_by_far_and_are_named_on_many_seeds(topic, item, judge):
    mistakes = [mistake for mistake in topic.mistakes if mistake.exercise == item]
    answers = [judge.answer(**{item: mistake.code}) for mistake in mistakes]
    smallest = np.full(len(mistakes), np.inf)
    for seed in SEEDS:
        found, margins = zip(*(judge.findings(answer, seed) for answer in answers), strict=True)
        suspects = [
            RecordedMistake(item, mistake.says, _results(item, outcomes))
            for mistake, outcomes in zip(mistakes, found, strict=True)
        ]
        for k, outcomes in enumerate(found):
            assert not all(outcome.passed for outcome in outcomes), (mistakes[k].where, seed)
            named = name_mistake(item, outcomes, suspects)
            assert named is suspects[k], (mistakes[k].where, seed, named and named.says)
        smallest = np.minimum(smallest, margins)
    k = int(np.argmin(smallest))
    where = mistakes[k].where.rsplit("/", 1)[1]
    print(f"{topic.name} {item}: the smallest fault is {smallest[k]:.3g} tolerances ({where})")
    assert [m.where for m, s in zip(mistakes, smallest, strict=True) if s < ROOM] == []


def _results(item, outcomes):
    """Return {test: what the item's calls gave}, as a recording holds it."""
    return {
        outcome.test: [call.error or call.result for call in outcome.calls if call.function == item]
        for outcome in outcomes
    }
