"""A source that is not well formed is refused in one sentence, with file and line."""

import pytest

from unrolled.exercise import ExerciseError, course_root, read, read_topic, topics
from unrolled.mistakes import MistakeError, read_mistakes

GOOD = '''\
# ---
# jupyter: {}
# ---

# %% [markdown]
# # Title
#
# Prose.

# %% given="setup"
check = lambda name: None

# %% exercise="double"
def double(x, by=2):
    """Return x times by."""
    ### BEGIN SOLUTION
    return x * by
    ### END SOLUTION

# %% [markdown] hint="double"
# What is `x + x`?

# %% check="double" points=2 outcome="topic.double"
check("double")

# %% [markdown] written="why" points=1.5 outcome="topic.why"
# Because.
'''


@pytest.fixture
def source(tmp_path):
    def write(text):
        path = tmp_path / "solutions" / "topic.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_good_source_is_read_in_full(source):
    exercise = read(source(GOOD))
    assert [cell.cell_id for cell in exercise.cells] == [
        "prose-1",
        "given-setup",
        "exercise-double",
        "hint-double",
        "check-double",
        "written-why",
    ]
    (item,) = exercise.items
    assert (item.name, item.points, item.outcome) == ("double", 2, "topic.double")
    assert item.hint == "What is `x + x`?"
    assert item.arguments == ("x", "by")
    assert [cell.points for cell in exercise.written] == [1.5]
    assert exercise.cells[0].source == "# Title\n\nProse."


def test_load_exchanges_the_cells_it_is_given_and_no_others(source):
    exercise = read(source(GOOD))
    assert exercise.load()["double"](4) == 8
    assert exercise.load(double="def double(x):\n    return 0")["double"](4) == 0
    assert exercise.load()["double"](4) == 8


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('# %% given="setup"', "# %%", 10, "exactly one of given, exercise, check or quiz"),
        ('# %% given="setup"', '# %% given="a" check="b"', 10, "exactly one of"),
        ('# %% given="setup"', "# %% given=setup", 10, "cannot read the keys"),
        ('# %% given="setup"', '# %% given="setup" colour="red"', 10, "unknown key 'colour'"),
        ('# %% given="setup"', '# %% hint="double"', 10, "wrong type of cell"),
        ("# Prose.", "Prose.", 5, "every line of a Markdown cell starts with"),
        (" points=2", "", 23, "check 'double' needs points="),
        (' outcome="topic.double"', "", 23, "check 'double' needs outcome="),
        (" points=1.5", "", 26, "written 'why' needs points="),
        (' outcome="topic.why"', "", 26, "written 'why' needs outcome="),
        ("### BEGIN SOLUTION", "", 13, "'double' has no ### BEGIN SOLUTION"),
        ("### END SOLUTION", "", 13, "'double' has no ### END SOLUTION"),
        ("def double(x, by=2):", "def triple(x, by=2):", 13, "defines no function 'double'"),
        ("return x * by", "return x *", 17, "invalid syntax"),
        ('hint="double"', 'hint="triple"', 20, "hint 'triple' has no exercise cell"),
        ('check="double" ', 'check="triple" ', 13, "exercise 'double' has no check cell"),
        ('written="why"', 'hint="double"', 26, "hint 'double' stands here twice"),
    ],
)
def test_a_malformed_source_is_refused_with_file_and_line(source, old, new, line, words):
    assert GOOD.count(old) == 1
    path = source(GOOD.replace(old, new))
    with pytest.raises(ExerciseError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert words in str(refused.value)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(ExerciseError, match="there is no exercise at"):
        read(tmp_path / "gone.py")


def test_an_unknown_topic_lists_the_known_ones(source, tmp_path):
    source(GOOD)
    with pytest.raises(ExerciseError, match="no topic 'tipic'; known topics: topic"):
        read_topic("tipic", tmp_path)
    assert topics(tmp_path) == ["topic"]


def test_a_cell_that_is_not_there_is_named(source):
    exercise = read(source(GOOD))
    with pytest.raises(ExerciseError, match='there is no cell exercise="triple"'):
        exercise.cell("exercise", "triple")


def test_the_course_is_found_from_any_folder_inside_it(tmp_path, root):
    assert course_root(root / "exercises" / "lstm_gates") == root
    with pytest.raises(ExerciseError, match="no course found at"):
        course_root(tmp_path)


@pytest.fixture
def mistakes(source, tmp_path):
    def write(text):
        exercise = read(source(GOOD))
        path = tmp_path / "solutions" / "mistakes" / "topic.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path, exercise

    return write


ENTRY = '- exercise: double\n  replace: "x * by"\n  by: "x + by"\n  says: "You add."\n'


def test_a_mistake_is_the_reference_with_one_passage_replaced(mistakes):
    _, exercise = mistakes(ENTRY)
    (mistake,) = read_mistakes(exercise)
    assert mistake.answer().double(5) == 7
    assert exercise.load()["double"](5) == 10


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (ENTRY + ENTRY.replace("x * by", "x ** by"), 5, "stands there 0 times"),
        (ENTRY.replace("x * by", "x"), 1, "'replace' must stand exactly once in double"),
        (ENTRY.replace("  says", "  say"), 1, "an entry has exactly the fields"),
        (ENTRY + '- "double"\n', 5, "an entry has exactly the fields"),
        (ENTRY.replace("double", "triple"), 1, "there is no exercise 'triple'"),
    ],
)
def test_a_malformed_mistake_is_refused_with_file_and_line(mistakes, text, line, words):
    path, exercise = mistakes(text)
    with pytest.raises(MistakeError) as refused:
        read_mistakes(exercise)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert words in str(refused.value)


def test_a_topic_without_a_mistakes_file_has_none(source):
    assert read_mistakes(read(source(GOOD))) == []
