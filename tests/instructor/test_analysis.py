"""`unrolled report`: what it says about a class is so, and the page is safe to open."""

import csv
import json
import re
import shutil
import statistics
from html.parser import HTMLParser

import pytest
from nbgrader.api import Gradebook

from unrolled import cli
from unrolled.grading.analysis import (
    STATES,
    analyse,
    discrimination,
    read_kept,
    table,
    write_report,
)
from unrolled.grading.coordinator import grade
from unrolled.grading.course import Course, CourseError
from unrolled.grading.files import kept_path
from unrolled.grading.marks import read_marks
from unrolled.mistakes import read_mistakes

TOPIC = "lstm_gates"
HOSTILE = "<img src=x onerror=alert(1)>"
CLASS = {
    "ada": {},
    "bob": {"forget_half_life": "def forget_half_life(f):\n    return 0 * f\n"},
    HOSTILE: {"forget_half_life": "def forget_half_life(f):\n    return 0 * f + 7\n"},
    "dee": {"set_forget_bias": None},
    "eve": {"split_gates": "def split_gates(a):\n    raise ValueError('<b>no</b>')\n"},
    "gus": {"set_forget_bias": "import os\n\n\ndef set_forget_bias(p, b):\n    os._exit(0)\n"},
}


@pytest.fixture(scope="module")
def graded(released_course, exercise, notebook, tmp_path_factory):
    root = tmp_path_factory.mktemp("analysed") / "course"
    shutil.copytree(released_course.root, root)
    course = Course(root, root / "build")
    swapped = next(m for m in read_mistakes(exercise) if m.says.startswith("Your gates look swap"))
    texts = {student: notebook(own) for student, own in CLASS.items()}
    texts["cy"] = notebook({"lstm_step": swapped.code})
    texts["fay"] = "{"
    for student, text in texts.items():
        folder = course.folder / "submitted" / student / TOPIC
        folder.mkdir(parents=True)
        (folder / f"{TOPIC}.ipynb").write_text(text)
    results = grade(course, TOPIC)
    assert {result.state for result in results} == {"graded", "unreadable"}
    return course


@pytest.fixture(scope="module")
def analysis(graded):
    return analyse(graded, TOPIC)


def test_every_part_counts_every_submission_once(analysis):
    assert len(analysis.students) == len(CLASS) + 2
    for item in analysis.items:
        assert tuple(item.states) == STATES
        assert sum(item.states.values()) == len(analysis.students)
        assert item.difficulty == item.states["right"] / len(analysis.students)


def test_each_way_of_not_being_right_is_told_apart(analysis):
    states = {item.name: item.states for item in analysis.items}
    # fay's file is unreadable: not written everywhere.
    assert states["forget_half_life"] == dict(zip(STATES, (5, 2, 0, 0, 1), strict=True))
    assert states["set_forget_bias"] == dict(zip(STATES, (5, 0, 0, 1, 2), strict=True))
    assert states["split_gates"] == dict(zip(STATES, (6, 0, 1, 0, 1), strict=True))
    assert states["lstm_param_count"]["right"] == 7
    assert "1 submission is unreadable" in analysis.about[0]


def test_mistakes_name_who_made_them_and_the_rest_is_undiagnosed(analysis):
    (made,) = [m for m in analysis.mistakes if m.item == "lstm_step"]
    assert made.students == ("cy",)
    assert made.says.startswith("Your gates look swapped")
    undiagnosed = {item.name: set(item.undiagnosed) for item in analysis.items}
    assert undiagnosed["forget_half_life"] == {"bob", HOSTILE}
    assert not undiagnosed["split_gates"]  # it raised: that says itself what is wrong


def test_what_was_kept_before_parts_had_a_state_is_judged_again(graded, exercise, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(graded.root, root)
    course = Course(root, root / "build")
    path = kept_path(course, TOPIC, "ada")
    kept = json.loads(path.read_text())
    items = {item.name: item.points for item in exercise.items}
    found = read_kept(course, TOPIC, "ada", items)["items"]["lstm_step"]
    assert (found["points"], found["state"], found["says"]) == (6, "right", "")
    assert found["passed"] == found["checks"] > 1
    found = read_kept(course, TOPIC, "cy", items)["items"]["lstm_step"]
    assert 0 < found["passed"] < found["checks"]
    path.write_text(json.dumps({k: kept[k] for k in ("key", "points", "remark")}))
    assert read_kept(course, TOPIC, "ada", items) is None
    assert "1 submission is not graded yet" in analyse(course, TOPIC).about[0]
    states = {result.student: result.state for result in grade(course, TOPIC, jobs=1)}
    assert {student for student, state in states.items() if state != "unchanged"} == {"ada"}


@pytest.mark.parametrize(
    "damage", ["", "[]", "null", '{"items": {}}', '{"items": [], "readable": 1}']
)
def test_a_damaged_note_counts_as_not_graded(course, hand_in, exercise, damage):
    hand_in("ada", "{}")
    path = kept_path(course, TOPIC, "ada")
    path.parent.mkdir(parents=True)
    path.write_text(damage)
    with pytest.raises(CourseError, match="run `unrolled grade lstm_gates`"):
        analyse(course, TOPIC)


def test_discrimination_is_pearsons_correlation_with_the_other_items():
    item, rest = [1, 1, 0, 0, 1], [9, 7, 2, 4, 3]
    of_ones, of_zeros = statistics.fmean([9, 7, 3]), statistics.fmean([2, 4])
    # The textbook form of the point-biserial correlation: a difference of two means.
    by_hand = (of_ones - of_zeros) / statistics.pstdev(rest) * (3 / 5 * 2 / 5) ** 0.5
    assert discrimination(item, rest) == pytest.approx(by_hand)
    assert discrimination([1, 0], [0, 5]) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("item", "rest"), [([1, 1, 1], [1, 2, 3]), ([0, 1, 0], [4, 4, 4]), ([1], [1])]
)
def test_discrimination_is_undefined_where_nothing_varies(item, rest):
    assert discrimination(item, rest) is None


@pytest.mark.parametrize("columns", [70, 80, 120])
def test_the_table_fits_the_terminal_and_obeys_no_name(analysis, columns):
    lines = table(analysis, columns).splitlines()
    assert max(map(len, lines)) <= columns
    assert all(line.isprintable() for line in lines)
    row = next(line for line in lines if line.startswith("forget_half_life"))
    assert re.split(r" {2,}|(?<=%) ", row)[1:3] == ["3", "62%"]


def test_marks_given_by_a_person_are_in_the_totals(graded):
    with Gradebook(graded.db_url) as gradebook:
        gradebook.find_grade("written-limits", TOPIC, TOPIC, "ada").manual_score = 2.5
        gradebook.find_grade("check-forget_half_life", TOPIC, TOPIC, "bob").manual_score = 1
        gradebook.find_grade("check-lstm_step", TOPIC, TOPIC, "cy").extra_credit = 0.5
        gradebook.find_submission(TOPIC, "dee").notebooks[0].late_submission_penalty = 4
        gradebook.db.commit()
        theirs = {
            s.student.id: max(0.0, s.score - s.late_submission_penalty)
            for s in gradebook.assignment_submissions(TOPIC)
        }
    marks = read_marks(graded, TOPIC)
    assert {student: mark.total for student, mark in marks.by_student.items()} == theirs
    assert marks.out_of == 30
    assert (theirs["ada"], theirs["bob"], theirs["dee"]) == (29.5, 25, 20)
    again = analyse(graded, TOPIC)
    assert sorted(again.totals) == sorted(theirs.values())
    folder = write_report(graded, again)
    with (folder / "totals.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["ada"]["automatic"], rows["ada"]["by_hand"], rows["ada"]["total"]) == (
        "27", "2.5", "29.5",
    )  # fmt: skip


class Page(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_page_asks_nobody_and_runs_nothing(graded, analysis):
    text = (write_report(graded, analysis) / "index.html").read_text(encoding="utf-8")
    tags = Page(text).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object", "image"}
    for _, attributes in tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "@import" not in text
    assert all("url(#" in found for found in re.findall(r"url\(.", text))
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_page_reads_without_its_pictures_and_in_both_themes(graded, analysis):
    text = (write_report(graded, analysis) / "index.html").read_text(encoding="utf-8")
    tags = Page(text).tags
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    assert len(drawings) == 3
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert len(drawing["aria-label"]) > 60
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "prefers-color-scheme: dark" in text
    # No ink of its own: what is neither a fill of ours nor the page's colour would vanish on dark.
    assert not re.search(r"#(000000|333333|ffffff)\b", text)
    for item in analysis.items:
        assert text.count(item.name) >= 3


def test_the_same_class_gives_the_same_page(graded, analysis):
    page = write_report(graded, analysis) / "index.html"
    before = page.read_bytes()
    assert write_report(graded, analysis) / "index.html" == page
    assert page.read_bytes() == before


def test_the_command_prints_the_table_and_where_the_page_is(graded, monkeypatch, capsys):
    monkeypatch.chdir(graded.root)
    assert cli.main(["report", TOPIC]) == 0
    out = capsys.readouterr().out
    assert "Mistakes made:" in out
    assert f"{graded.folder}/report/{TOPIC}/index.html" in out
    with (graded.folder / "report" / TOPIC / "items.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["item"] == "split_gates"
    assert rows[0]["raised"] == "1"
    assert rows[0]["difficulty"] == "0.75"


def test_a_class_that_is_not_graded_is_told_what_to_do(course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    assert cli.main(["report", TOPIC]) == 1
    assert "run `unrolled grade lstm_gates`" in capsys.readouterr().err
