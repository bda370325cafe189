"""What the tests of quizzes share: a bank with every kind of item, and a course that asks it."""

import shutil
from pathlib import Path

import pytest

from unrolled.quiz.items import read_items

HERE = Path(__file__).parent
BANK = HERE / "bank.yml"

# A file of Markdown and code, as authors write it; the cells are ended by their own headers.
SOLUTION = '''\
# %% [markdown]
# # Exercise: questions (7 points)

# %% given="setup"
from unrolled import checks

check = checks("quiz", globals())

# %% exercise="double"
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% [markdown] hint="double"
# What is x + x?

# %% check="double" points=1 outcome="quiz.tests"
check("double")

# %% quiz="plain_choice" points=1

# %% quiz="several_of_five" points=2

# %% quiz="steps_to_half" points=1

# %% quiz="order_of_a_step" bank="midterm" points=1

# %% quiz="what_it_prints" points=1
'''
CHECKS = '''\
from unrolled.expect import agree


def test_double_of_a_number(answer, reference, rng):
    """twice the number comes back"""
    x = rng.normal()
    agree(answer.double(x), reference.double(x), "y")
'''


@pytest.fixture(scope="session")
def bank():
    """Every item of the bank by its id."""
    return {item.id: item for item in read_items(BANK)}


def write_course(root):
    """Write the sources of a course with one topic, whose exercise asks questions of two banks."""
    for name in ("solutions", "chapters/quizzes", "tests/checks", "exercises"):
        (root / name).mkdir(parents=True)
    for name in ("quiz", "midterm"):
        shutil.copyfile(BANK, root / "chapters" / "quizzes" / f"{name}.yml")
    (root / "solutions" / "quiz.py").write_text(SOLUTION)
    (root / "tests" / "checks" / "test_quiz.py").write_text(CHECKS)
    shutil.copyfile(HERE.parents[1] / "nbgrader_config.py", root / "nbgrader_config.py")
    return root


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A released course that asks questions."""
    from unrolled.grading.course import Course
    from unrolled.release import release

    root = write_course(tmp_path_factory.mktemp("quiz") / "course")
    release("quiz", root, root / "build", root / "exercises")
    return Course(root, root / "build")
