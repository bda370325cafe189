"""What holds for every exercise: its reference, its stubs, its known mistakes, its variants."""

import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.learner.judged import digest, judged
from tests.learner.topics import ROOT, the_topic
from unrolled import runner
from unrolled.diagnose import name_mistake
from unrolled.exercise import topics
from unrolled.mistakes import read_mistakes


def test_reference_passes_every_check_on_secret_seeds(topic, item, seeds):
    for seed in seeds:
        report = topic.report(item, topic.answer(), seed)
        assert report.right, report.text()
        assert not report.notes


def test_reference_passes_every_check_in_the_notebook(topic, item):
    report = topic.report(item, topic.answer())
    assert report.right, report.text()
    assert report.points == topic.items[item].points


def test_stub_fails_every_check(topic, item, seeds):
    answer = topic.answer(**topic.stubs)
    for outcome in topic.run(item, answer, seeds[0]) + topic.run(item, answer):
        assert not outcome.passed, outcome.test


def test_stub_is_told_that_it_is_not_written_yet(topic, item):
    report = topic.report(item, topic.answer(**topic.stubs))
    assert report.points == 0
    assert "is not written yet" in report.mistake


def test_stub_shows_nothing_of_the_solution(topic, item):
    stub = topic.stubs[item]
    assert "SOLUTION" not in stub
    solution = topic.exercise.cell("exercise", item).source
    solution = solution.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    for line in filter(None, map(str.strip, solution.splitlines())):
        assert line not in stub


def test_item_has_a_hint_and_a_known_mistake(topic, item):
    assert topic.items[item].hint
    assert any(mistake.exercise == item for mistake in topic.mistakes)


def test_hint_reads_well_as_plain_text(topic, item):
    assert "$" not in topic.items[item].hint
    assert topic.items[item].hint.count("`") % 2 == 0


def test_mistake_fails_and_is_the_one_named_on_secret_seeds(topic, mistake, seeds):
    known = topic.mistakes[mistake]
    for seed in seeds:
        outcomes = topic.run(known.exercise, known.answer(), seed)
        assert not all(outcome.passed for outcome in outcomes), seed
        suspects = [other for other in topic.mistakes if other.exercise == known.exercise]
        assert name_mistake(known.exercise, outcomes, suspects) is known, seed


def test_mistake_fails_and_is_the_one_named_in_the_notebook(topic, mistake):
    known = topic.mistakes[mistake]
    report = topic.report(known.exercise, known.answer())
    assert not report.right
    assert report.mistake == known.says


def test_mistake_gives_results_of_its_own(topic, mistake):
    known, recorded = topic.mistakes[mistake], topic.recording.mistakes
    outcomes = topic.run(known.exercise, known.answer())
    same = [k for k, who in enumerate(recorded) if name_mistake(known.exercise, outcomes, [who])]
    same = [k for k in same if recorded[k].exercise == known.exercise]
    assert same == [mistake]


def test_what_a_mistake_says_gives_no_solution_away(topic, mistake):
    known = topic.mistakes[mistake]
    cell = topic.exercise.cell("exercise", known.exercise).source
    solution = cell.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    says, told = known.says.replace("`", ""), topic.stubs[known.exercise]
    for line in filter(None, map(str.strip, solution.splitlines())):
        right_side = re.sub(r"^(\w+ = |return )", "", line)
        assert len(right_side) < 4 or right_side in told or right_side not in says
    assert says.strip().endswith((".", "?"))


def test_recording_holds_the_mistakes_of_the_source(topic):
    fresh = [(mistake.exercise, mistake.says) for mistake in read_mistakes(topic.exercise)]
    assert [(mistake.exercise, mistake.says) for mistake in topic.recording.mistakes] == fresh


def test_variant_passes_on_secret_seeds(topic, variant, seeds):
    answer = topic.answer(**{variant.item: variant.cell})
    for seed in seeds:
        report = topic.report(variant.item, answer, seed)
        assert report.right, report.text()


def test_variant_passes_in_the_notebook(topic, variant):
    report = topic.report(variant.item, topic.answer(**{variant.item: variant.cell}))
    assert report.right, report.text()


def test_variants_are_at_least_five_an_item(topic, variants_of):
    found = variants_of(topic.name)
    assert found.keys() == topic.items.keys()
    assert min(map(len, found.values())) >= 5


def test_points_in_the_headings_are_the_points_of_the_cells(topic):
    heading, promised, total = None, {}, 0
    for cell in topic.exercise.cells:
        if cell.kind == "prose":
            heading = re.search(r"^## .*\((\d+) points?\b", cell.source, re.MULTILINE) or heading
        elif cell.points:
            promised[cell.cell_id] = (int(heading[1]), cell.points)
            total += cell.points
    assert all(told == worth for told, worth in promised.values()), promised
    opening = re.search(r"\*\*Points:\*\* (\d+)", topic.exercise.cells[0].source)
    assert opening, "the first cell says how many points there are: **Points:** N"
    assert int(opening[1]) == total


def test_check_cells_call_the_check_they_are_named_for(topic):
    for cell in topic.exercise.cells:
        if cell.kind == "check":
            assert cell.source == f'check("{cell.name}")'


def test_released_notebook_has_stable_ids_and_no_outputs(topic):
    cells = topic.notebook.cells
    assert [cell.id for cell in cells] == [cell.cell_id for cell in topic.exercise.notebook_cells]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert set(topic.notebook.metadata) == {"kernelspec", "language_info"}
    locked = Counter(cell.id.split("-")[0] for cell in cells if cell.metadata.get("nbgrader"))
    assert locked["check"] == len(topic.exercise.graded)


def test_importing_a_solution_runs_no_check(topic, monkeypatch):
    def refuse(*args):
        raise AssertionError("a check ran")

    monkeypatch.setattr(runner, "CheckFile", refuse)
    spec = importlib.util.spec_from_file_location(f"solutions.{topic.name}", topic.path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.check(next(iter(topic.items))) is None


@pytest.mark.slow
def test_jupytext_reads_the_same_cells():
    script = (
        "import json, sys, jupytext\n"
        "print(json.dumps([jupytext.read(path).cells for path in sys.argv[1:]]))"
    )
    every = [the_topic(name) for name in topics(ROOT)]
    command = [sys.executable, "-c", script, *(topic.path for topic in every)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    for topic, cells in zip(every, json.loads(run.stdout), strict=True):
        theirs = [(cell["cell_type"], cell["source"].strip()) for cell in cells]
        ours = [
            ("markdown" if cell.is_markdown else "code", cell.source.strip())
            for cell in topic.exercise.cells
        ]
        assert ours == theirs, topic.name


@pytest.mark.slow
def test_releasing_again_gives_the_committed_bytes(tmp_path):
    script = (
        "import sys; from pathlib import Path; from unrolled.release import release\n"
        "root, made, *topics = sys.argv[1:]\n"
        "for topic in topics: release(topic, Path(root), Path('course'), Path(made))"
    )
    names = topics(ROOT)
    command = [sys.executable, "-c", script, ROOT, tmp_path / "made", *names]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    for name in names:
        committed, made = ROOT / "exercises" / name, tmp_path / "made" / name
        files = {path.name for path in committed.iterdir() if path.is_file()}
        assert {path.name for path in made.iterdir()} == files
        differ = [f for f in files if (made / f).read_bytes() != (committed / f).read_bytes()]
        assert not differ, f"{name}: {differ} are out of date: run `make exercises` and commit"


def test_the_topic_was_judged_on_many_seeds_since_it_changed(topic):
    told = f"run: python -m tests.learner.judged {topic.name}"
    assert judged().get(topic.name) == digest(topic.name), told
