"""Wrong never passes: every small change to a reference is failed, unless it changes nothing."""

from pathlib import Path

import numpy as np
import pytest
import yaml

# What raises or has another shape does so whatever is drawn; numbers are wrong on every draw.
FEW, MANY = 5, 50
SEEDS = [b"mutants %d" % k for k in range(MANY)]
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.yml")


def equivalent(topic, item):
    """Return {what was changed: why that makes no difference} for the listed mutants of an item."""
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")).get(topic.name, {})
    entries = [(entry["change"], entry["because"]) for entry in listed.get(item, [])]
    assert len(dict(entries)) == len(entries), "a mutant is listed twice"
    return dict(entries)


def judge_mutants(judge, item, cells, time_up):
    """Return {change: the seeds on which it passes} and {change: on how many it was judged}.

    A mutant is judged on a few seeds, and one that gives numbers of the right shape on many more.
    """
    answers, passed, judged = {}, {}, {}
    for change, cell in cells.items():
        passed[change], judged[change] = [], 0
        try:
            answers[change] = judge.answer(**{item: cell})
            if judge.margin(answers[change], SEEDS[0]) < np.inf:
                judged[change] = MANY
            else:
                judged[change] = FEW
        except Exception:  # the cell itself cannot be run: there is no answer
            continue
    for k, seed in enumerate(SEEDS):
        for change in [change for change, number in judged.items() if k < number]:
            try:
                if judge.passes(answers[change], seed):
                    passed[change].append(seed)
            except time_up:
                judged[change] = k  # it never ends: once is enough
        judge.forget()
    return passed, judged


@pytest.mark.slow
def test_every_mutant_is_failed_unless_it_is_equivalent(
    topic, item, judge, mutants_of_item, time_up, record_property
):
    passed, judged = judge_mutants(judge, item, mutants_of_item, time_up)
    survivors, listed = {change for change in passed if passed[change]}, equivalent(topic, item)
    figures = {
        "mutants": len(passed),
        "that give numbers": sum(number == MANY for number in judged.values()),
        "equivalent": len(survivors),
    }
    record_property(item, figures)
    print(f"{topic.name} {item}: {figures}")
    assert len(passed) > 20
    hole = f"these pass: strengthen the checks, or say in {EQUIVALENT.name} why it is no fault"
    assert sorted(survivors - listed.keys()) == [], hole
    assert sorted(listed.keys() - survivors) == [], "these are listed and do not pass (any more)"
    assert {len(passed[change]) for change in survivors} <= {MANY}, "some pass on some seeds only"


@pytest.mark.slow
def test_the_runner_gives_mutants_the_same_verdict(topic, item, mutants_of_item):
    listed = equivalent(topic, item)
    for change, cell in list(mutants_of_item.items())[::7]:
        if ".append(hs)" in change or ".append(cs)" in change:
            continue  # a list that holds itself takes seconds to turn down
        try:
            answer = topic.answer(**{item: cell})
        except Exception:
            continue
        outcomes = topic.run(item, answer, SEEDS[0])
        assert all(outcome.passed for outcome in outcomes) == (change in listed), change


def test_every_listed_equivalent_says_why(topic, item):
    for change, why in equivalent(topic, item).items():
        assert " → " in change
        assert len(why.split()) >= 3, change


CELL = '''
def f(a, b, axis=1):
    """A docstring that is left alone."""
    H = a.shape[1] // 4
    total = []
    for x in a:
        if x[0] < b["w"]:
            total.append(-np.tanh(x[H : 2 * H]) + b["v"])
    return np.stack(total, axis=axis), np.zeros_like(a)
'''


@pytest.mark.parametrize(
    "change",
    [
        "H = a.shape[1] // 4 → H = a.shape[1] / 4",
        "H = a.shape[1] // 4 → H = a.shape[1 - 1] // 4",
        "H = a.shape[1] // 4 → H = a.shape[1] // 8",
        "H = a.shape[1] // 4 → H = a.shape[1] // 2",
        "H = a.shape[1] // 4 → H = 5",
        "H = a.shape[1] // 4 → pass",
        "for x in a: → for x in a[::-1]:",
        "for x in a: → for x in a[1:]:",
        "for x in a: → for x in b:",
        "if x[0] < b['w']: → if x[0] <= b['w']:",
        "if x[0] < b['w']: → if not x[0] < b['w']:",
        "if x[0] < b['w']: → if x[0] < b['v']:",
        "if x[0] < b['w']: → if x[1] < b['w']:",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(np.tanh(x[H:2 * H]) + b['v'])",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(-np.tanh(x[H:2 * H]))",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(b['v'])",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(-x[H:2 * H] + b['v'])",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(-sigmoid(x[H:2 * H]) + b['v'])",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(-np.tanh(x[2 * H:H]) + b['v'])",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(-np.tanh(x[H:]) + b['v'])",
        "total.append(-np.tanh(x[H:2 * H]) + b['v']) → total.append(-np.tanh(x[H:2 * H:2]) + b['v'])",
        "return (np.stack(total, axis=axis), np.zeros_like(a)) → return (np.stack(total), np.zeros_like(a))",
        "return (np.stack(total, axis=axis), np.zeros_like(a)) → return (np.concatenate(total, axis=axis), np.zeros_like(a))",
        "return (np.stack(total, axis=axis), np.zeros_like(a)) → return (np.zeros_like(a), np.stack(total, axis=axis))",
        "return (np.stack(total, axis=axis), np.zeros_like(a)) → return (np.stack(total, axis=axis), np.stack(total, axis=axis))",
        "return (np.stack(total, axis=axis), np.zeros_like(a)) → return (np.stack(total, axis=axis), np.ones_like(a))",
        "def f(a, b, axis=1): → def f(b, a, axis=1):",
        "def f(a, b, axis=1): → def f(a, b, axis=0):",
    ],
)
def test_a_mutation_of_every_kind_is_made(mutants, change):
    made = mutants(CELL, {"sigmoid"})
    assert change in made
    compile(made[change], "mutant", "exec")


def test_mutants_are_all_different_and_none_is_the_cell_itself(mutants):
    made = mutants(CELL)
    assert len(set(made.values())) == len(made)
    assert mutants(CELL) == made
    assert not any("docstring" in source for source in made.values())


def test_a_cell_that_never_ends_is_stopped(lstm_gates, judge_of, time_up):
    cell = "def lstm_param_count(D, H, biases=1):\n    while True:\n        pass"
    judge = judge_of(lstm_gates, "lstm_param_count")
    with pytest.raises(time_up):
        judge.passes(judge.answer(lstm_param_count=cell), SEEDS[0])
