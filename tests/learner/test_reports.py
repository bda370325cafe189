"""What a learner reads after a check, as text and as HTML."""

import html.parser
import sys

import numpy as np
import pytest

from unrolled import expect
from unrolled.answer import Answer, Call, LearnerError
from unrolled.exercise import Item
from unrolled.report import Report, describe, make_report
from unrolled.runner import Outcome


def wrong(topic, item, old, new):
    cell = topic.exercise.cell("exercise", item).source
    assert cell.count(old) == 1
    return topic.report(item, topic.answer(**{item: cell.replace(old, new)}))


def test_a_right_answer_reads_in_full(lstm_gates):
    assert lstm_gates.report("lstm_step", lstm_gates.answer()).text() == (
        "lstm_step: right (6 points)\n"
        "  ✓ h and c come back, each of shape (B, H)\n"
        "  ✓ h and c have the right values\n"
        "  ✓ h and c are right for a batch of one and with large states\n"
        "  ✓ h and c are right for other numbers of rows, inputs and units"
    )


def test_a_known_mistake_reads_in_full(lstm_gates):
    lines = wrong(lstm_gates, "lstm_step", "f * c + i * g", "i * c + f * g").text().splitlines()
    shapes = "x (3, 4), h (3, 5), c (3, 5), params {W_xh (4, 20), W_hh (5, 20), b_h (20,)}"
    assert lines[:6] == [
        "lstm_step: not yet, 1 of 4 checks pass (6 points)",
        "  ✓ h and c come back, each of shape (B, H)",
        "  ✗ h and c have the right values",
        f"      called:    lstm_step({shapes})",
        "      found:     h differs in 15 of 15 numbers; c differs in 15 of 15 numbers.",
        "      first at:  h[0, 0] (row 0, unit 0)",
    ]
    got, expected = (float(line.split(":")[1]) for line in lines[6:8])
    assert lines[6].strip().startswith("got:")
    assert lines[7].strip().startswith("expected:")
    assert got != expected
    assert lines[8].startswith(
        "      → Your gates look swapped: the forget gate must scale the *old*"
    )
    assert lines[9] == "  ✗ h and c are right for a batch of one and with large states"
    assert lines[-1] == f"  Hint: {lstm_gates.items['lstm_step'].hint}"


def test_the_first_wrong_time_step_is_found(lstm_gates):
    report = wrong(
        lstm_gates, "lstm_forward", "lstm_step(x, h, c, params)", "lstm_step(x, h0, c, params)"
    )
    facts = dict(report.facts)
    assert facts["first at"] == "hs[1, 0, 0] (time step 1, row 0, unit 0)"
    assert "every step starts again from h0" in report.mistake


def test_parts_that_are_right_are_named_beside_the_wrong_one(lstm_gates):
    report = wrong(lstm_gates, "lstm_step", "o * np.tanh(c)", "o * c")
    assert dict(report.facts)["found"].endswith("of 15 numbers; c is right.")


def test_arrays_in_lists_are_told_by_their_shapes_too(lstm_gates):
    parts = [{"W": np.zeros((2, 3)), "b": np.zeros(3)}, {"W": np.zeros((2, 3))}]
    chunks = [(np.zeros((2, 3)), np.zeros(2)), (np.zeros(1), 1.5)]
    call = Call("clip", (parts, chunks, [["a", "b"], []], 0.25), {})
    told = "[{W (2, 3), b (3,)}, {W (2, 3)}], [((2, 3), (2,)), ((1,), 1.5)], [['a', 'b'], []], 0.25"
    assert describe(call, lstm_gates.items["split_gates"]) == f"clip({told})"


def test_a_number_alone_has_no_place(lstm_gates):
    report = wrong(lstm_gates, "lstm_param_count", "4 * H", "5 * H")
    assert "first at" not in dict(report.facts)
    assert dict(report.facts)["found"] == "the number of parameters has the wrong value."


def test_an_unknown_mistake_still_shows_the_place(lstm_gates):
    report = wrong(lstm_gates, "lstm_step", "o * np.tanh(c)", "o * np.tanh(c) + (c > 0)")
    assert report.mistake == ""
    assert {"called", "found", "first at", "got", "expected"} == dict(report.facts).keys()


def test_a_shape_in_another_order_is_called_that(lstm_gates):
    report = wrong(
        lstm_gates,
        "lstm_forward",
        "np.stack(hs), np.stack(cs)",
        "np.stack(hs, axis=2), np.stack(cs, axis=2)",
    )
    facts = dict(report.facts)
    assert facts["found"] == "hs has its axes in another order."
    assert (facts["got"], facts["expected"]) == ("shape (3, 5, 6)", "shape (6, 3, 5)")


def test_an_exception_shows_the_learners_own_line_and_no_other():
    code = "def f(x):\n    return helper(x)\n\n\ndef helper(x):\n    return x.dot(undefined)\n"
    namespace = {"__name__": "__main__"}
    exec(compile(code, "<cell>", "exec"), namespace)
    from unrolled.check import local

    with pytest.raises(LearnerError) as caught:
        local(namespace["f"], namespace)(1)
    assert caught.value.line_number == 6
    assert caught.value.function == "helper"
    assert "has no attribute 'dot'" in str(caught.value)


@pytest.mark.parametrize("cells", ["stub", "wrong", "raises", "nothing", "deep"])
def test_no_report_shows_a_traceback_or_a_framework_path(lstm_gates, cells):
    cell = {
        "stub": lstm_gates.stubs["lstm_step"],
        "wrong": "def lstm_step(x, h, c, params):\n    return h, c",
        "raises": "def lstm_step(x, h, c, params):\n    return h.no_such_thing",
        "nothing": "def lstm_step(x, h, c, params):\n    pass",
        "deep": "def lstm_step(*args):\n    return lstm_step(*args)",
    }[cells]
    report = lstm_gates.report("lstm_step", lstm_gates.answer(lstm_step=cell))
    for shown in (report.text(), report._repr_html_()):
        assert "Traceback" not in shown
        assert 'File "' not in shown
        for word in ("pytest", "site-packages", "unrolled/", "answer.py"):
            assert word not in shown


@pytest.mark.parametrize(
    ("returned", "found"),
    [
        ("None", "Nothing came back"),
        ("h", "One array came back; 2 values were asked for, in this order: h, c"),
        ("h, c, c", "3 values came back; 2 values were asked for"),
        ("h, None", "c is None; an array of shape (3, 5) was wanted"),
        ("h, 'c'", "c is a str that does not hold plain numbers"),
        ("{'h': h, 'c': c}", "One dict came back"),
        ("h[0], c[0]", "h has the wrong shape"),
        ("h * 1j, c", "h is an array that does not hold plain numbers"),
        ("h, [[1.0], [1.0, 2.0]]", "c is a list that does not hold plain numbers"),
        ("h * float('nan'), c", "h contains nan"),
    ],
)
def test_what_came_back_instead_is_told(lstm_gates, returned, found):
    cell = f"def lstm_step(x, h, c, params):\n    return {returned}"
    report = lstm_gates.report("lstm_step", lstm_gates.answer(lstm_step=cell))
    assert found in dict(report.facts)["found"]


def test_a_name_that_is_missing_says_which_cell_to_run(lstm_gates):
    def lookup(name):
        raise KeyError(name)

    report = lstm_gates.report("lstm_step", Answer(lookup))
    assert (
        report.mistake
        == "There is no lstm_step yet. Run the cell that defines it, then this one again."
    )
    assert dict(report.facts) == {}


def test_writing_into_arguments_is_a_note_and_costs_nothing(lstm_gates):
    cell = (
        "def set_forget_bias(params, bias):\n"
        "    H = len(params['b_h']) // 4\n"
        "    params['b_h'][H : 2 * H] = bias\n"
        "    return params\n"
    )
    report = lstm_gates.report("set_forget_bias", lstm_gates.answer(set_forget_bias=cell))
    assert report.right
    assert "set_forget_bias writes into the arrays it is given" in report.text()


HOSTILE = "<script>alert('x')</script> & `<b>` *<i>*"


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)


@pytest.mark.parametrize("where", ["facts", "mistake", "notes", "passed", "failed", "hint"])
def test_html_escapes_whatever_a_learner_wrote(where):
    values = dict(passed=(), failed=("no",), facts=(), mistake="", notes=())
    item = Item("f", 1, "o", hint=HOSTILE if where == "hint" else "")
    if where == "mistake":
        values["mistake"] = HOSTILE
    elif where == "facts":
        values["facts"] = ((HOSTILE, HOSTILE),)
    elif where != "hint":
        values[where] = (HOSTILE,)
    shown = Report(item=item, **values)._repr_html_()
    tags = Tags()
    tags.feed(shown)
    assert "alert(&#x27;x&#x27;)" in shown
    assert not {"script", "b", "i"} & set(tags.found)


def test_html_escapes_the_message_of_an_exception(lstm_gates):
    cell = f"def lstm_step(*args):\n    raise ValueError({HOSTILE!r})"
    shown = lstm_gates.report("lstm_step", lstm_gates.answer(lstm_step=cell))._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_html_shows_code_and_emphasis_as_such():
    report = Report(Item("f", 1, "o", hint="Is `4 * H` the *old* one?"), (), ("no",))
    assert "Is <code>4 * H</code> the <em>old</em> one?" in report._repr_html_()
    unmatched = Report(Item("f", 1, "o", hint="a ` alone, 2 * 3 * 4"), (), ("no",))
    assert "a ` alone, 2 * 3 * 4" in unmatched._repr_html_()


def test_html_and_text_say_the_same(lstm_gates):
    report = wrong(lstm_gates, "lstm_step", "f * c + i * g", "i * c + f * g")
    shown = report._repr_html_()
    for words in (report.headline, *report.passed, *report.failed, *dict(report.facts).values()):
        assert words in shown
    assert "<details><summary>Hint</summary>" in shown


def test_an_item_without_any_positive_verdict_earns_nothing():
    report = make_report(Item("f", 3, "o"), [], [])
    assert not report.right
    assert report.points == 0


def test_a_failure_that_is_no_mismatch_is_told_in_its_own_words():
    outcome = Outcome("test_f", "it works", False, KeyError("b_h"))
    assert dict(make_report(Item("f", 3, "o"), [outcome], []).facts)["found"] == "'b_h'"


def test_notes_reach_the_report_once(lstm_gates):
    outcome = Outcome("test_f", "it works", True, notes=["said once", "said once"])
    assert make_report(Item("f", 3, "o"), [outcome], []).notes == ("said once",)


def test_expect_works_outside_a_runner():
    assert expect.notes.get(None) is None
    expect.agree([1.0, 2.0], (1.0, 2.0), "a, b")
    with pytest.raises(expect.Mismatch, match="b has the wrong value"):
        expect.agree([1.0, 2.0], (1.0, 3.0), "a, b", carried=lambda: None)
    assert "pytest" in sys.modules
