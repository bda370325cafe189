"""`unrolled quiz export` writes what is asked, says what did not fit, and how to take it in."""

import shutil
import sys

import pytest

from unrolled.cli import main
from unrolled.quiz.export import FORMATS

ITEM = """\
- id: only
  outcome: a.b
  difficulty: easy
  stem: {stem}
  options:
    - text: this
      right: true
      says: It is.
    - text: that
      says: It is not.
"""


@pytest.fixture
def here(tmp_path, monkeypatch, write_course):
    root = write_course(tmp_path / "course")
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize("name", FORMATS)
def test_all_topics_are_exported_by_default(here, capsys, name):
    assert main(["quiz", "export", "--format", name]) == 0
    told = capsys.readouterr()
    files = {f"{topic}{FORMATS[name].suffix}" for topic in ("quiz", "midterm")}
    assert {path.name for path in (here / "build" / "quiz").iterdir()} == files
    for file in files:
        assert f"build/quiz/{file}: 6 questions" in told.out
    assert told.out.endswith(FORMATS[name].how + "\n")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_items_give_the_same_bytes(here, name, capsys):
    for folder in ("first", "second"):
        assert main(["quiz", "export", "quiz", "--format", name, "--to", folder]) == 0
    (first,), (second,) = (list((here / f).iterdir()) for f in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_what_a_format_cannot_carry_is_said_with_the_name_of_the_item(here, capsys):
    assert main(["quiz", "export", "midterm", "--format", "gift"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("unrolled: midterm, order_of_a_step: GIFT has no ordering")


def test_an_install_without_the_books_packages_is_told_which_to_add(here, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    monkeypatch.delitem(sys.modules, "unrolled.quiz.export.text", raising=False)
    monkeypatch.delattr("unrolled.quiz.export.text", raising=False)
    assert main(["quiz", "export", "--format", "gift"]) == 1
    assert "markdown_it is missing: run `pip install '.[book]'`" in capsys.readouterr().err


def test_an_unknown_topic_names_the_known_ones(here, capsys):
    assert main(["quiz", "export", "nothing", "--format", "gift"]) == 1
    assert "there is no quiz on 'nothing'; known quizzes: midterm, quiz" in capsys.readouterr().err


def test_a_course_without_quizzes_is_told_so(here, capsys):
    shutil.rmtree(here / "chapters" / "quizzes")
    assert main(["quiz", "export", "--format", "gift"]) == 1
    assert "no quizzes yet" in capsys.readouterr().err


def test_a_broken_quiz_file_is_named_with_line_and_field(here, capsys):
    path = here / "chapters" / "quizzes" / "quiz.yml"
    path.write_text(ITEM.format(stem="''"))
    assert main(["quiz", "export", "quiz", "--format", "gift"]) == 1
    assert "quiz.yml:4: [1].stem: expected some text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("'See {ref}`sec-gates`.'", "the role {ref}"),
        ("'![a picture](gates.png)'", "a picture"),
        ('"```{figure} gates.png\\n```"', "the directive {figure}"),
    ],
)
def test_what_exists_in_the_book_alone_is_refused_by_name(here, capsys, stem, words):
    path = here / "chapters" / "quizzes" / "quiz.yml"
    path.write_text(ITEM.format(stem=stem))
    assert main(["quiz", "export", "quiz", "--format", "qti21"]) == 1
    error = capsys.readouterr().err
    assert error == f"unrolled: quiz, only: {words} means nothing outside the book\n"


@pytest.mark.parametrize("name", FORMATS)
def test_characters_that_xml_cannot_hold_do_not_break_a_file(here, name, capsys):
    path = here / "chapters" / "quizzes" / "quiz.yml"
    path.write_text(ITEM.format(stem='"a \\u0001 \\u001b \\ud800 \\uffff b"'), "utf-8")
    assert main(["quiz", "export", "quiz", "--format", name]) == 0


def test_the_command_offers_every_format(capsys):
    with pytest.raises(SystemExit):
        main(["quiz", "export", "--help"])
    assert "{" + ",".join(FORMATS) + "}" in capsys.readouterr().out
