"""A wrong earlier part hides no mistake of a later one from the grader, and costs no right one."""

import pytest

WRONG_STEP = """
def lstm_step(x, h, c, params):
    i, f, g, o = split_gates(x @ params["W_xh"] + params["b_h"])
    c = f * c + i * g
    return o * np.tanh(c), c
"""
FORWARD = """
def lstm_forward(xs, h0, c0, params):
    h, c, hs, cs = h0, c0, [], []
    for x in xs:
        h, c = lstm_step({args})
        hs.append(h)
        cs.append(c)
    return np.stack(hs), np.stack(cs)
"""


def test_a_mistake_that_the_wrong_step_hides_costs_its_points(judged, notebook, exercise):
    # This step reads no hidden state: with it, nobody sees that the hidden state is not advanced.
    own = {"lstm_step": WRONG_STEP, "lstm_forward": FORWARD.format(args="x, h0, c, params")}
    points = {name: report.points for name, report in judged(notebook(own)).reports.items()}
    full = {item.name: item.points for item in exercise.items}
    assert points == full | {"lstm_step": 0, "lstm_forward": 0}


@pytest.mark.parametrize("args", ["x, h, c, params", "x, params=params, h=h, c=c"])
def test_a_right_part_on_the_same_step_earns_its_points(judged, notebook, args):
    own = {"lstm_step": WRONG_STEP, "lstm_forward": FORWARD.format(args=args)}
    verdict = judged(notebook(own))
    report = verdict.reports["lstm_forward"]
    assert report.right, report.text()
    assert "follows correctly from your own earlier part" in report.text()
    assert verdict.reports["lstm_step"].points == 0


def test_a_part_that_ends_the_worker_while_it_is_watched_costs_itself_alone(
    judged, notebook, exercise
):
    watched = "    if 'StandIn' in str(type(lstm_step)):\n        os._exit(3)\n    h, c, hs"
    forward = FORWARD.format(args="x, h, c, params").replace("    h, c, hs", watched, 1)
    own = {"lstm_step": WRONG_STEP, "lstm_forward": forward}
    verdict = judged(notebook(own, code="import os"))
    points = {name: report.points for name, report in verdict.reports.items()}
    full = {item.name: item.points for item in exercise.items}
    assert points == full | {"lstm_step": 0, "lstm_forward": 0}
