"""Wrong never passes: every small change to a reference is failed, unless it changes nothing."""

import pytest

from tests.learner import judging
from tests.learner.mutants import mutants
from tests.learner.mutants.survivors import EQUIVALENT, SEEDS, equivalent, judged, mutants_of


@pytest.mark.slow
def test_every_mutant_is_failed_unless_it_is_equivalent(topic, item, record_property):
    found, listed = judged(topic, item), equivalent(topic, item)
    survivors = {change for change, (passed, _) in found.items() if passed}
    figures = {
        "mutants": len(found),
        "judged on every seed": sum(number == len(SEEDS) for _, number in found.values()),
        "equivalent": len(survivors),
    }
    record_property(item, figures)
    print(f"{topic.name} {item}: {figures}")
    assert len(found) > 20
    hole = f"these pass: strengthen the checks, or say in {EQUIVALENT.name}/ why it is no fault"
    assert sorted(survivors - listed.keys()) == [], hole
    assert sorted(listed.keys() - survivors) == [], "these are listed and do not pass (any more)"
    counts = {len(found[change][0]) for change in survivors}
    assert counts <= {len(SEEDS)}, "some pass on some seeds only"


@pytest.mark.slow
def test_the_runner_gives_mutants_the_same_verdict(topic, item):
    listed, cells = equivalent(topic, item), mutants_of(topic, item)
    few = max(1, len(cells) // 12)
    for change in {*list(cells)[::few], *listed}:
        try:
            answer = topic.answer(**{item: cells[change]})
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
def test_a_mutation_of_every_kind_is_made(change):
    made = mutants(CELL, {"sigmoid"})
    assert change in made
    compile(made[change], "mutant", "exec")


def test_mutants_are_all_different_and_none_is_the_cell_itself():
    made = mutants(CELL)
    assert len(set(made.values())) == len(made)
    assert mutants(CELL) == made
    assert not any("docstring" in source for source in made.values())


def test_a_cell_that_never_ends_is_stopped(lstm_gates, judge_of, monkeypatch):
    monkeypatch.setattr(judging, "SECONDS", 0.1)
    cell = "def lstm_param_count(D, H, biases=1):\n    while True:\n        pass"
    judge = judge_of(lstm_gates, "lstm_param_count")
    assert judge.passes_on(judge.answer(lstm_param_count=cell), SEEDS) == ([], 1)
