"""An error costs its own points only: what follows correctly from it earns the later ones."""

import collections

import numpy as np
import pytest

from unrolled import carrying
from unrolled.answer import Answer, Reference

SEED = b"a grader's secret"

WRONG_STEPS = {
    "gates swapped": ("f * c + i * g", "i * c + f * g"),
    "no tanh on c": ("o * np.tanh(c)", "o * c"),
    "no bias": (' + params["b_h"]', ""),
    "no recurrent term": (' + h @ params["W_hh"]', ""),
    "no forget gate": ("f * c + i * g", "c + i * g"),
    "states in the wrong order": ("return h, c", "return c, h"),
    "old cell state lost": ("f * c + i * g", "i * g"),
}
CONSTANT_GATES = """
def split_gates(a):
    zero = np.zeros((a.shape[0], a.shape[1] // 4))
    return zero, zero, zero, zero
"""
CONSTANT_STEP = """
def lstm_step(x, h, c, params):
    return np.zeros_like(h), np.zeros_like(c)
"""
CONSTANT_FORWARD = """
def lstm_forward(xs, h0, c0, params):
    return np.zeros((len(xs), *h0.shape)), np.zeros((len(xs), *c0.shape))
"""
ECHO_STEP = """
def lstm_step(x, h, c, params):
    return h, c
"""
ECHO_FORWARD = """
def lstm_forward(xs, h0, c0, params):
    return np.stack([h0] * len(xs)), np.stack([c0] * len(xs))
"""


def patched(topic, item, old, new):
    cell = topic.exercise.cell("exercise", item).source
    assert cell.count(old) == 1
    return cell.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return i, f, g, o", "return f, i, g, o"),
        ("return i, f, g, o", "return i, f, o, g"),
        ("np.tanh(a[:, 2 * H : 3 * H])", "sigmoid(a[:, 2 * H : 3 * H])"),
    ],
)
def test_wrong_split_gates_costs_its_own_points_only(lstm_gates, old, new):
    answer = lstm_gates.answer(split_gates=patched(lstm_gates, "split_gates", old, new))
    assert not lstm_gates.report("split_gates", answer, SEED).right
    for item in ("lstm_step", "lstm_forward"):
        report = lstm_gates.report(item, answer, SEED)
        assert report.right, report.text()
        assert "follows correctly from your own earlier part" in report.text()


@pytest.mark.parametrize("what", WRONG_STEPS)
def test_wrong_lstm_step_costs_its_own_points_only(lstm_gates, what):
    answer = lstm_gates.answer(lstm_step=patched(lstm_gates, "lstm_step", *WRONG_STEPS[what]))
    assert not lstm_gates.report("lstm_step", answer, SEED).right
    report = lstm_gates.report("lstm_forward", answer, SEED)
    assert report.right, report.text()
    assert "follows correctly from your own earlier part" in report.text()


def test_a_mistake_of_its_own_still_costs_points(lstm_gates):
    answer = lstm_gates.answer(
        lstm_step=patched(lstm_gates, "lstm_step", *WRONG_STEPS["gates swapped"]),
        lstm_forward=patched(
            lstm_gates, "lstm_forward", "lstm_step(x, h, c, params)", "lstm_step(x, h0, c, params)"
        ),
    )
    report = lstm_gates.report("lstm_forward", answer, SEED)
    assert not report.right
    assert "follows correctly" not in report.text()


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        ({"split_gates": CONSTANT_GATES, "lstm_step": CONSTANT_STEP}, "lstm_step"),
        ({"split_gates": CONSTANT_GATES}, "lstm_step"),
        ({"lstm_step": CONSTANT_STEP, "lstm_forward": CONSTANT_FORWARD}, "lstm_forward"),
        ({"lstm_step": ECHO_STEP, "lstm_forward": ECHO_FORWARD}, "lstm_forward"),
    ],
    ids=["constant both", "constant gates", "constant step", "step that echoes"],
)
def test_an_earlier_part_that_computes_nothing_carries_nothing(lstm_gates, cells, part):
    report = lstm_gates.report(part, lstm_gates.answer(**cells), SEED)
    assert not report.right
    assert "follows correctly" not in report.text()


@pytest.mark.parametrize(
    ("one", "other", "follows"),
    [
        ((3, 1), (1, 5), True),
        ((7, 3, 1), (1, 5), True),
        ((90, 1, 1, 1), (90, 1, 1), False),
        ((2000, 1, 1), (1, 1), False),
    ],
)
def test_an_earlier_part_that_returns_more_than_there_is_carries_nothing(
    lstm_gates, one, other, follows
):
    gates = f"""
def split_gates(a):
    return np.ones({one}), np.ones({other}), np.ones(1), np.ones(1)
"""
    answer, reference = lstm_gates.answer(split_gates=gates), Reference(lstm_gates.exercise)
    params = {"W_xh": np.ones((4, 20)), "W_hh": np.ones((5, 20)), "b_h": np.ones(20)}
    args = np.ones((3, 4)), np.ones((3, 5)), np.ones((3, 5)), params
    following = reference.using(answer, "split_gates").lstm_step(*args)
    assert (following is not None) == follows


def test_what_stands_in_for_a_part_does_not_tell_which_of_its_results_count(lstm_gates):
    """For each input there are several states, of which one leads to what is asked for."""
    tables = []

    def look(name, calls):
        tables.append(calls)
        return answer.lookup(name)

    wrong = patched(lstm_gates, "lstm_step", *WRONG_STEPS["no tanh on c"])
    answer = lstm_gates.answer(lstm_step=wrong)
    answer = Answer(answer.lookup, with_stand_ins=look)
    lstm_gates.report("lstm_forward", answer, SEED)
    table = tables[0]["lstm_step"]
    batch = max(len(args[0]) for args, _ in table)
    whole = [args for args, _ in table if len(args[0]) == batch]
    alike = collections.Counter(args[0].tobytes() for args in whole)
    assert sorted(alike.values()) == [1, 7, 7, 7, 7, 7]  # the first state is given
    assert len({args[1].tobytes() for args in whole}) == len(whole)


def test_what_is_in_both_tables_is_not_what_counts(lstm_gates):
    """Who asks for what the first does not hold is given a second, and may have kept the first."""
    tables = []

    def look(name, calls):
        tables.append(calls)
        return lambda *args: 1 / 0

    wrong = patched(lstm_gates, "lstm_step", *WRONG_STEPS["no tanh on c"])
    answer = Answer(lstm_gates.answer(lstm_step=wrong).lookup, with_stand_ins=look)
    assert not lstm_gates.report("lstm_forward", answer, SEED).right

    def rows(table):
        return {tuple(arg.tobytes() for arg in args[:3]) for args, _ in table}

    first, second = tables[:2]
    assert len(rows(first["lstm_step"])) == 1 + 5 * 7
    assert rows(first["lstm_step"]) < rows(second["lstm_step"])
    assert first["split_gates"] == []  # what the forward pass does not ask itself
    assert second["split_gates"]


@pytest.mark.parametrize(
    ("most", "sizes"),
    [
        # Of a sequence of six steps, twelve calls are made and 48 with those of its three rows.
        (11, []),
        (12, [6]),
        (47, [1 + 5 * 3]),
        (48, [6, 48]),
        (95, [6, 48]),
        (96, [1 + 5 * 2, 4 * (1 + 2 * 5 + 2 * 6)]),
        (2000, [1 + 5 * 7, 4 * (1 + 7 * 5 + 7 * 6)]),
    ],
)
def test_no_table_grows_past_its_bound(lstm_gates, monkeypatch, most, sizes):
    monkeypatch.setattr(carrying, "MAX_CALLS", most)
    tables = []

    def look(name, calls):
        tables.append(calls)
        return lambda *args: 1 / 0

    wrong = patched(lstm_gates, "lstm_step", *WRONG_STEPS["no tanh on c"])
    answer = Answer(lstm_gates.answer(lstm_step=wrong).lookup, with_stand_ins=look)
    lstm_gates.report("lstm_forward", answer, SEED)
    found = [sum(map(len, table.values())) for table in tables]
    assert found[: len(sizes)] == sizes
    assert max(found, default=0) <= most


def test_whether_a_result_depends_on_anything_is_found_out_once(lstm_gates):
    answer = lstm_gates.answer(
        lstm_step=patched(lstm_gates, "lstm_step", *WRONG_STEPS["no tanh on c"])
    )
    asked = []

    def look(name):
        function = answer.lookup(name)
        return lambda *args: asked.append(name) or function(*args)

    watched = Answer(look, with_stand_ins=answer.with_stand_ins)
    assert lstm_gates.report("lstm_forward", watched, SEED).right
    assert watched.depending == {"lstm_forward"}
    assert asked.count("lstm_step") == (6 + 3 * 6) + 1 + 4  # steps of three sequences

    constant = lstm_gates.answer(lstm_step=CONSTANT_STEP, lstm_forward=CONSTANT_FORWARD)
    assert not lstm_gates.report("lstm_forward", constant, SEED).right
    assert constant.depending == set()


def test_what_is_asked_to_see_whether_a_part_depends_on_anything_is_no_call_of_the_check(
    lstm_gates,
):
    wrong = patched(lstm_gates, "lstm_step", *WRONG_STEPS["no tanh on c"])
    outcomes = lstm_gates.run("lstm_forward", lstm_gates.answer(lstm_step=wrong), SEED)
    made = {outcome.test: [call.function for call in outcome.calls] for outcome in outcomes}
    assert made["test_lstm_forward_works_for_a_single_step"] == ["lstm_forward", "lstm_step"]
    assert len(made["test_lstm_forward_gives_the_right_states"]) == 1 + 6


def test_the_call_shown_is_the_learners_and_not_one_made_to_carry_forward(lstm_gates):
    cell = patched(lstm_gates, "lstm_step", "o * np.tanh(c)", "o * c")
    report = lstm_gates.report("lstm_step", lstm_gates.answer(lstm_step=cell), SEED)
    assert dict(report.facts)["called"].startswith("lstm_step(x (3, 4), h (3, 5)")


def test_an_earlier_part_that_raises_shows_where(lstm_gates):
    cell = patched(lstm_gates, "lstm_step", 'params["W_xh"]', 'params["W_xh"].T')
    report = lstm_gates.report("lstm_forward", lstm_gates.answer(lstm_step=cell), SEED)
    assert dict(report.facts)["raised"].startswith("ValueError: matmul")


@pytest.fixture
def notebook(lstm_gates, monkeypatch):
    """Run the exercise's code with other cells, as a notebook would; return its names."""
    monkeypatch.chdir(lstm_gates.folder)

    def run(**cells):
        namespace = {"__name__": "__main__"}
        exec(lstm_gates.exercise.source(**cells), namespace)
        return namespace

    return run


def test_the_notebook_carries_a_wrong_split_gates_forward(lstm_gates, notebook):
    cell = patched(lstm_gates, "split_gates", "return i, f, g, o", "return f, i, g, o")
    names = notebook(split_gates=cell)
    own = names["split_gates"]
    assert not names["check"]("split_gates").right
    for item in ("lstm_step", "lstm_forward"):
        report = names["check"](item)
        assert report.right, report.text()
        assert "follows correctly from your own earlier part" in report.text()
    assert names["split_gates"] is own


def test_the_notebook_does_not_carry_past_a_mistake_of_its_own(lstm_gates, notebook):
    names = notebook(
        split_gates=patched(lstm_gates, "split_gates", "return i, f, g, o", "return f, i, g, o"),
        lstm_step=patched(lstm_gates, "lstm_step", "o * np.tanh(c)", "o * c"),
    )
    report = names["check"]("lstm_step")
    assert not report.right
    assert "follows correctly" not in report.text()


def test_the_notebook_carries_nothing_past_constant_gates(notebook):
    assert not notebook(split_gates=CONSTANT_GATES)["check"]("lstm_step").right


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong_part", "later"), [("split_gates", "lstm_step"), ("lstm_step", "lstm_forward")]
)
def test_notebook_and_grader_agree_on_what_follows(lstm_gates, notebook, wrong_part, later):
    for mistake in lstm_gates.mistakes:
        if mistake.exercise == wrong_part:
            cells = {wrong_part: mistake.code}
            shown = notebook(**cells)["check"](later)
            graded = lstm_gates.report(later, lstm_gates.answer(**cells), SEED)
            assert shown.right == graded.right, mistake.where
            assert shown.notes == graded.notes, mistake.where
