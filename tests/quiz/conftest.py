"""What the tests of quizzes share: a bank with every kind of item, and a course that asks it."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import mistune
import pytest

from unrolled.quiz.export import FORMATS, Notes
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


@pytest.fixture(scope="session")
def exported(bank):
    """Write the bank in a format; return the bytes and what did not fit."""

    def write(name):
        notes = Notes("quiz")
        return FORMATS[name].writer()("quiz", list(bank.values()), notes), notes.said

    return write


class _Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.code, self._in_code = [], [], False

    def handle_starttag(self, tag, attrs):
        if tag == "pre":
            self._in_code = True
            self.code.append("")

    def handle_endtag(self, tag):
        self._in_code = self._in_code and tag != "pre"
        self.words.append(" " if tag in ("p", "li", "pre", "div") else "")

    def handle_data(self, data):
        self.words.append(data)
        if self._in_code:
            self.code[-1] += data


def seen_in(html):
    """Return what a reader of HTML sees: the words, and each block of code as it stands."""
    parser = _Seen()
    parser.feed(html)
    parser.close()
    words = re.sub(r"\s+", " ", "".join(parser.words)).strip()
    return words, [block.rstrip("\n") for block in parser.code]


# Not the Markdown reader of the exporters: what two of them agree on is what was meant.
_MARKDOWN = mistune.create_markdown(plugins=["math", "table"], escape=True)


@pytest.fixture(scope="session")
def seen():
    return seen_in


@pytest.fixture(scope="session")
def meant():
    """Return what a reader should see of Markdown, by another reader of Markdown."""

    def read(markdown):
        words, code = seen_in(_MARKDOWN(markdown))
        return re.sub(r"\$\$ (.*?) \$\$", r"\\[\1\\]", words), code

    return read


@pytest.fixture(scope="session")
def asked(meant):
    """Return what a reader should see of an item's stem and code."""

    def read(item, more=""):
        words, code = meant(item.stem)
        if item.code:
            words, code = f"{words} {' '.join(item.code.split())}", [*code, item.code.rstrip()]
        return words + more, code

    return read


@pytest.fixture(scope="session")
def offered(meant):
    """Return what a reader should see of an item's options."""

    def read(item):
        if item.kind == "reading":
            return [(" ".join(o.text.split()), [o.text.rstrip("\n")]) for o in item.options]
        return [meant(option.text) for option in item.options]

    return read


def write_sources(root):
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
def write_course():
    return write_sources


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A released course that asks questions."""
    from unrolled.grading.course import Course
    from unrolled.release import release

    root = write_sources(tmp_path_factory.mktemp("quiz") / "course")
    release("quiz", root, root / "build", root / "exercises")
    return Course(root, root / "build")
