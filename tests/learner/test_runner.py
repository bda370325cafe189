"""The runner opens a check file once, gives each check its own draw, and passes nothing by default."""

import textwrap

import pytest

from unrolled.answer import Answer
from unrolled.runner import CheckFile, CheckFileError, Context, belongs_to, generator

HEAD = "import pytest\nfrom unrolled.expect import notes, require\n"


@pytest.fixture
def check_file(tmp_path):
    def write(text, exercises=("f",)):
        path = tmp_path / "test_topic.py"
        path.write_text(HEAD + textwrap.dedent(text), encoding="utf-8")
        return CheckFile(path, exercises)

    return write


def run(checks, seed=b"s", exercise="f"):
    return checks.run(exercise, Context(Answer({}.__getitem__), lambda test: None, seed))


@pytest.mark.parametrize(
    ("test", "owner"),
    [
        ("test_lstm_step_is_right", "lstm_step"),
        ("test_lstm_step", "lstm_step"),
        ("test_lstm_step_backward_is_right", "lstm_step_backward"),
        ("test_lstm_stepping", None),
        ("test_other", None),
    ],
)
def test_a_test_belongs_to_the_longest_name_it_begins_with(test, owner):
    assert belongs_to(test, ["lstm_step", "lstm_step_backward"]) == owner


def test_a_draw_depends_on_seed_and_test_alone():
    def draw(seed, test):
        return generator(seed, test).random(3).tolist()

    assert draw(b"a", "test_f") == draw(b"a", "test_f")
    assert draw(b"a", "test_f") != draw(b"b", "test_f")
    assert draw(b"a", "test_f") != draw(b"a", "test_g")


def test_every_run_draws_the_same_numbers_again(check_file):
    checks = check_file("""
    def test_f_draws(rng):
        raise ValueError(rng.random())
    """)
    first, again, other = run(checks), run(checks), run(checks, b"other")
    assert first[0].failure.args == again[0].failure.args != other[0].failure.args


@pytest.mark.parametrize(
    "body",
    [
        "assert False",
        "raise ValueError",
        "raise SystemExit(0)",
        "pytest.skip('no')",
        "pytest.fail('no')",
        "pytest.xfail('no')",
        "pytest.importorskip('no_such_module')",
        "require(0, 'no')",
    ],
)
def test_only_a_check_that_ran_to_its_end_passes(check_file, body):
    (outcome,) = run(check_file(f"def test_f_works():\n    {body}"))
    assert not outcome.passed
    assert outcome.failure is not None


@pytest.mark.parametrize("mark", ["skip", "xfail", "skipif(True, reason='x')"])
def test_a_marked_check_passes_no_more_than_another(check_file, mark):
    (outcome,) = run(check_file(f"@pytest.mark.{mark}\ndef test_f_works():\n    assert False"))
    assert not outcome.passed


def test_a_check_is_told_by_its_docstring_in_one_line(check_file):
    checks = check_file('''
    def test_f_works():
        """it works
        in every case"""

    def test_f_has_no_words():
        pass
    ''')
    assert [o.behaviour for o in run(checks)] == ["it works in every case", "test_f_has_no_words"]
    assert all(outcome.passed for outcome in run(checks))


def test_notes_belong_to_the_check_that_made_them(check_file):
    checks = check_file("""
    def test_f_first():
        notes.get().append("first")

    def test_f_second():
        pass
    """)
    assert [outcome.notes for outcome in run(checks)] == [["first"], []]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_f_x(:", "cannot be read"),
        ("import no_such_module\ndef test_f_x(): pass", "cannot be read"),
        ("def test_f_x(): pass\ndef test_g_x(): pass", "test_g_x belongs to no exercise"),
        ("x = 1", "there is no test for 'f'"),
    ],
)
def test_a_broken_check_file_is_refused(check_file, text, words):
    with pytest.raises(CheckFileError, match=words):
        check_file(text)


def test_a_configuration_of_the_place_changes_nothing(check_file, tmp_path, monkeypatch):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('read')\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    (outcome,) = run(check_file("def test_f_works():\n    pass"))
    assert outcome.passed
