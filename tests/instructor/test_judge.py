"""Every part of a submission gets the points it earns, whatever the other parts do."""

import nbformat
import pytest

from unrolled.grading.judge import Judge
from unrolled.grading.zygote import ZygoteDied

RIGHT = {
    "split_gates": 3,
    "lstm_param_count": 2,
    "lstm_step": 6,
    "lstm_forward": 6,
    "lstm97_step": 4,
    "forget_half_life": 3,
    "set_forget_bias": 3,
}


def points(verdict):
    return {name: report.points for name, report in verdict.reports.items()}


def without(*names):
    return RIGHT | dict.fromkeys(names, 0)


def test_a_right_notebook_earns_everything(judged, notebook):
    assert points(judged(notebook())) == RIGHT


def test_a_notebook_left_alone_earns_nothing_and_says_why(judged, notebook):
    verdict = judged(notebook(dict.fromkeys(RIGHT)))
    assert points(verdict) == dict.fromkeys(RIGHT, 0)
    for name, report in verdict.reports.items():
        assert report.reason == f"{name} is not written yet."


def test_a_known_mistake_is_named_and_costs_its_part_alone(judged, notebook, judge):
    for mistake in judge._mistakes[::7]:
        verdict = judged(notebook({mistake.exercise: mistake.code}))
        assert verdict.reports[mistake.exercise].mistake == mistake.says
        assert verdict.reports[mistake.exercise].points == 0


def test_an_error_is_carried_forward_and_the_report_says_so(judged, notebook, exercise):
    wrong = exercise.cell("exercise", "split_gates").source.replace("[:, :H]", "[:, H : 2 * H]", 1)
    verdict = judged(notebook({"split_gates": wrong}))
    assert points(verdict) == without("split_gates")
    assert "follows correctly from your own earlier part" in verdict.reports["lstm_step"].text()


LOOP = "def forget_half_life(f):\n    while True:\n        pass\n"
DEADLY = {
    "a loop in a function": (LOOP, "longer"),
    "a loop in a cell": ("while True:\n    pass\n", "Stopped: it took longer than"),
    "memory in a function": (
        "def forget_half_life(f):\n    kept = []\n    while True:\n"
        "        kept.append(np.ones(10_000_000))\n",
        "",
    ),
    "memory in a cell": ("kept = [b'x' * 10**7 for _ in range(10**6)]\n", "MemoryError"),
    "an exit in a function": (
        "import os\ndef forget_half_life(f):\n    os._exit(0)\n",
        "exited with code 0",
    ),
    "an exit in a cell": ("import os\nos._exit(3)\n", "Stopped: exited with code 3"),
    "a crash": (
        "import ctypes\ndef forget_half_life(f):\n    ctypes.string_at(0)\n",
        "Stopped",
    ),
    "recursion without end": (
        "def forget_half_life(f):\n    return forget_half_life(f)\n",
        "RecursionError",
    ),
    "a system exit": ("import sys\ndef forget_half_life(f):\n    sys.exit(0)\n", "SystemExit"),
    "no Python": ("def forget_half_life(f:\n", "SyntaxError"),
}


@pytest.mark.parametrize(("code", "words"), DEADLY.values(), ids=DEADLY)
def test_what_kills_a_worker_costs_that_part_alone(judged, notebook, code, words):
    verdict = judged(notebook({"forget_half_life": code}))
    assert points(verdict) == without("forget_half_life")
    assert words in verdict.reports["forget_half_life"].text()


def test_two_deadly_parts_cost_two_parts(judged, notebook):
    exits = "import os\ndef {}(*args):\n    os._exit(0)\n"
    own = {name: exits.format(name) for name in ("lstm_param_count", "set_forget_bias")}
    assert points(judged(notebook(own))) == without(*own)


ODD = {
    "a generator": "(x for x in [1.0])",
    "nothing": "None",
    "not a number": "np.nan * f",
    "text": "'3.1'",
    "an object": "object()",
    "a class": "dict",
    "itself": "forget_half_life",
    "a set": "{1.0}",
    "far too much": "np.ones(10**8)",
    "a deep list": "__import__('functools').reduce(lambda x, _: [x], range(10**5), 1)",
    "complex numbers": "f + 0j",
    "an array of objects": "np.array([object()])",
    "dates": "np.datetime64('2020')",
    "a masked array": "np.ma.masked_all(np.shape(f))",
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_an_answer_that_is_no_answer_earns_nothing_and_breaks_nothing(judged, notebook, value):
    verdict = judged(
        notebook({"forget_half_life": f"def forget_half_life(f):\n    return {value}\n"})
    )
    assert points(verdict) == without("forget_half_life")
    text = verdict.reports["forget_half_life"].text()
    assert "Traceback" not in text
    assert "site-packages" not in text


def test_the_checks_draw_other_numbers_than_on_a_learners_machine(judged, notebook):
    """Answers made for the public seed, by memory of what was asked, earn nothing."""
    from unrolled.runner import PUBLIC_SEED, generator

    test = "test_forget_half_life_of_a_number"
    (first, *_) = generator(PUBLIC_SEED, test).uniform(0.05, 0.999, size=4).tolist()
    own = (
        "asked = []\ndef forget_half_life(f):\n    asked.append(np.max(f))\n"
        f"    if {first!r} in asked:\n        return np.log(2) / np.abs(np.log(f))\n    return 0 * f\n"
    )
    assert points(judged(notebook({"forget_half_life": own}))) == without("forget_half_life")


def test_the_same_work_is_asked_the_same_and_other_work_something_else(
    judge, zygote, release, notebook, tmp_path, monkeypatch
):
    from unrolled.grading.submission import read_submission

    seeds = []
    real = judge._course.__class__.seed

    def spy(course, topic, digest):
        seeds.append(real(course, topic, digest))
        return seeds[-1]

    monkeypatch.setattr(judge._course.__class__, "seed", spy)
    for text in (notebook(), notebook(), notebook({"lstm_step": None})):
        path = tmp_path / "lstm_gates.ipynb"
        path.write_text(text)
        judge.judge(read_submission(path, release).work, zygote)
    assert seeds[0] == seeds[1] != seeds[2]


def test_outputs_are_the_workers_own_and_forged_ones_are_gone(judged, notebook):
    def edit(made):
        for cell in made.cells:
            if cell.cell_type == "code":
                cell.outputs = [nbformat.v4.new_output("stream", text="forged")]

    verdict = judged(notebook(code="print('mine')", edit=edit))
    assert verdict.outputs["added-1"][0]["text"] == "mine\n"
    assert "forged" not in str(verdict.outputs)


def test_a_judge_serves_one_submission_after_another(released_course, notebook, judged):
    assert points(judged(notebook(code="np = None\nsigmoid = None"))) != RIGHT
    assert points(judged(notebook())) == RIGHT
    assert isinstance(Judge(released_course, "lstm_gates"), Judge)


@pytest.mark.parametrize(
    ("tries", "verdict"),
    [
        (["killed", "", "unused"], 2),
        (["lost", "killed", ""], 3),
        (["killed", "killed", "killed"], 3),  # then it is the notebook that does it
        (["", "unused"], 1),
    ],
)
def test_what_was_judged_while_a_worker_was_taken_is_judged_again(
    judge, monkeypatch, tries, verdict
):
    numbered = iter(enumerate(tries, 1))
    monkeypatch.setattr(judge, "_judge", lambda work, zygote: next(numbered))
    assert judge.judge(None, None) == verdict


def test_a_server_that_ends_each_time_costs_no_mark(judge, monkeypatch):
    monkeypatch.setattr(judge, "_judge", lambda work, zygote: (None, "lost"))
    with pytest.raises(ZygoteDied):
        judge.judge(None, None)
