"""Every known mistake in an earlier part, carried into every later one, alone and with another.

What a part builds on is read from its reference: the names of other parts in its cell.
"""

import ast
from itertools import product

import pytest

from tests.learner.topics import read_variants

SEEDS = [b"carried %d" % k for k in range(10)]
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


def that_return_something(judge, mistakes):
    """Return those mistakes that give results, and no exception, in the checks of their own part."""
    found = []
    for mistake in mistakes:
        outcomes, _ = judge.findings(judge.answer(**{mistake.exercise: mistake.code}), SEEDS[0])
        if not any(call.error for outcome in outcomes for call in outcome.calls):
            found.append(mistake)
    return found


def test_what_parts_build_on_is_read_from_the_reference(lstm_gates):
    built = {item: builds_on(lstm_gates, item) for item in lstm_gates.items}
    assert {item: parts for item, parts in built.items() if parts} == {
        "lstm_step": ["split_gates"],
        "lstm_forward": ["split_gates", "lstm_step"],
    }


def test_a_right_part_on_a_wrong_one_earns_its_own_points(topic, item, judge, judge_of):
    """However the right part is written, unless the earlier one raises an exception."""
    rights = {"the reference": topic.exercise.cell("exercise", item).source}
    rights |= read_variants(topic.name).get(item, {})
    for early in builds_on(topic, item):
        before, mistakes = judge_of(topic, early), mistakes_of(topic, early)
        carrying = that_return_something(before, mistakes)
        assert carrying
        for mistake in mistakes:
            assert not before.passes_on(before.answer(**{early: mistake.code}), SEEDS)[0], (
                mistake.where
            )
        for mistake, (what, cell) in product(mistakes, rights.items()):
            seeds = SEEDS if what == "the reference" else SEEDS[:1]
            if what == "the reference" or cell_calls(cell, early):
                answer = judge.answer(**{early: mistake.code, item: cell})
                earned = judge.passes_on(answer, seeds)[0]
                assert earned == (seeds if mistake in carrying else []), (mistake.where, what)


def test_what_is_carried_is_told_and_earns_all_points(topic, item, judge_of):
    for early in builds_on(topic, item):
        mistakes = mistakes_of(topic, early)
        carrying = that_return_something(judge_of(topic, early), mistakes)
        for mistake in mistakes:
            report = topic.report(item, topic.answer(**{early: mistake.code}), SEEDS[0])
            assert report.right == (mistake in carrying), (mistake.where, report.text())
            assert (FOLLOWS in report.text()) == report.right, mistake.where
            assert report.points == (topic.items[item].points if report.right else 0)


def test_a_right_part_on_two_wrong_ones_earns_its_own_points(topic, item, judge, judge_of):
    early = builds_on(topic, item)
    carrying = {
        part: that_return_something(judge_of(topic, part), mistakes_of(topic, part))
        for part in early
    }
    for first, second in product(early, early):
        if first not in builds_on(topic, second):
            continue
        for one, two in product(carrying[first], carrying[second]):
            answer = judge.answer(**{first: one.code, second: two.code})
            assert judge.passes(answer, SEEDS[0]), (one.where, two.where)


def test_a_wrong_part_on_a_wrong_one_earns_nothing(topic, item, judge, record_property):
    """Unless nobody can tell, for together they give what the reference gives."""
    pairs = cancelled = 0
    for early in builds_on(topic, item):
        for mistake, late in product(mistakes_of(topic, early), mistakes_of(topic, item)):
            answer = judge.answer(**{early: mistake.code, item: late.code})
            passed = judge.passes_on(answer, SEEDS)[0]
            pairs += 1
            if passed:
                cancelled += 1
                assert passed == SEEDS, (mistake.where, late.where)
                assert judge.findings(answer, SEEDS[0])[1] < 1, (mistake.where, late.where)
    record_property("pairs, cancelled", (pairs, cancelled))
    print(f"{topic.name} {item}: of {pairs} pairs {cancelled} cancel")


def cell_calls(cell, name):
    """Return whether a cell calls the function of that name, and so builds on it."""
    nodes = ast.walk(ast.parse(cell))
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes)
