"""Every known mistake in an earlier part, carried into every later one, alone and with another.

What a part builds on is read from its reference: the names of other parts in its cell.
"""

import ast
from contextlib import contextmanager
from itertools import product

import pytest

from unrolled.answer import Answer
from unrolled.check import local
from unrolled.expect import same

SEEDS = [b"carried %d" % k for k in range(20)]
FOLLOWS = "follows correctly from your own earlier part"

pytestmark = pytest.mark.slow


def builds_on(topic, item):
    """Return the parts that the reference of `item` calls, and those that these call, in order."""
    tree = ast.parse(topic.exercise.cell("exercise", item).source)
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    direct = [name for name in topic.items if name in called and name != item]
    return [name for name in topic.items if any(name in [d, *builds_on(topic, d)] for d in direct)]


def mistakes_of(topic, item):
    return [mistake for mistake in topic.mistakes if mistake.exercise == item]


def results(judge, answer, seed):
    """Return what the item's calls gave in every check, an exception told by its words."""
    calls = [call for outcome in judge.findings(answer, seed)[0] for call in outcome.calls]
    mine = [call for call in calls if call.function == judge.item]
    return [str(call.error) if call.error else call.result for call in mine]


def that_return_something(judge, mistakes):
    """Return those mistakes that give results, and no exception, in the checks of their own part."""
    found = []
    for mistake in mistakes:
        outcomes, _ = judge.findings(judge.answer(**{mistake.exercise: mistake.code}), SEEDS[0])
        if not any(call.error for outcome in outcomes for call in outcome.calls):
            found.append(mistake)
    return found


def in_a_notebook(topic, **cells):
    """Return an answer whose earlier parts can be replaced, as those of a notebook can."""
    namespace = topic.exercise.load(**cells)

    @contextmanager
    def replacing(functions):
        own = {name: namespace[name] for name in functions}
        namespace.update(functions)
        try:
            yield
        finally:
            namespace.update(own)

    return Answer(lambda name: local(namespace[name], namespace), replacing=replacing)


def test_what_parts_build_on_is_read_from_the_reference(lstm_gates):
    built = {item: builds_on(lstm_gates, item) for item in lstm_gates.items}
    assert {item: parts for item, parts in built.items() if parts} == {
        "lstm_step": ["split_gates"],
        "lstm_forward": ["split_gates", "lstm_step"],
    }


def test_a_right_part_on_a_wrong_one_earns_its_own_points(topic, item, judge_of):
    for early in builds_on(topic, item):
        judge, mistakes = judge_of(topic, early), mistakes_of(topic, early)
        carrying = that_return_something(judge, mistakes)
        assert carrying
        answers = [(mistake, judge.answer(**{early: mistake.code})) for mistake in mistakes]
        for (mistake, answer), seed in product(answers, SEEDS):
            assert not judge.passes(answer, seed), mistake.where
            report = topic.report(item, answer, seed)
            assert report.right == (mistake in carrying), (mistake.where, seed, report.text())
            assert (FOLLOWS in report.text()) == report.right, mistake.where
            assert report.points == (topic.items[item].points if report.right else 0)


def test_a_right_part_on_two_wrong_ones_earns_its_own_points(topic, item, judge_of):
    early = builds_on(topic, item)
    carrying = {
        part: that_return_something(judge_of(topic, part), mistakes_of(topic, part))
        for part in early
    }
    for first, second in product(early, early):
        if first not in builds_on(topic, second):
            continue
        for one, two in product(carrying[first], carrying[second]):
            answer = topic.answer(**{first: one.code, second: two.code})
            report = topic.report(item, answer, SEEDS[0])
            assert report.right, (one.where, two.where, report.text())


def test_a_wrong_part_on_a_wrong_one_earns_nothing(topic, item, judge, record_property):
    """Unless nobody can tell: two mistakes may cancel, or the earlier one hide the later.

    Cancelled: together they give what the reference gives. Hidden: the right part gives the very
    same on that earlier one. In a notebook the check can put a right earlier part in the place of
    the learner's, and so finds what is hidden.
    """
    cancelled = hidden = 0
    for early in builds_on(topic, item):
        for mistake, late in product(mistakes_of(topic, early), mistakes_of(topic, item)):
            cells = {early: mistake.code, item: late.code}
            answer = judge.answer(**cells)
            passed = [judge.passes(answer, seed) for seed in SEEDS[:10]]
            if not any(passed):
                continue
            pair = mistake.where, late.where
            assert all(passed), pair
            if judge.findings(answer, SEEDS[0])[1] < 1:
                cancelled += 1
                continue
            follows = judge.answer(**{early: mistake.code})
            assert same(*(results(judge, who, SEEDS[0]) for who in (answer, follows))), pair
            hidden += 1
            report = topic.report(item, in_a_notebook(topic, **cells))
            assert not report.right, pair
            assert FOLLOWS not in report.text(), pair
    record_property("cancelled, hidden", (cancelled, hidden))
    print(f"{topic.name} {item}: {cancelled} pairs cancel, {hidden} hide")
