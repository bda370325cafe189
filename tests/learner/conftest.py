"""What the tests of the learner's path share: every topic, read once, and answers made by hand."""

import importlib.util
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from unrolled import recording
from unrolled.answer import Answer, Reference
from unrolled.check import local
from unrolled.exercise import read_topic, topics
from unrolled.mistakes import read_mistakes
from unrolled.report import make_report
from unrolled.runner import PUBLIC_SEED, CheckFile, Context

ROOT = Path(__file__).parents[2]
SEEDS = [b"secret %d" % k for k in range(20)]


class Topic:
    """One topic as the tests need it: its source, its checks, its mistakes, its recording."""

    def __init__(self, name):
        self.name = name
        self.path = ROOT / "solutions" / f"{name}.py"
        self.folder = ROOT / "exercises" / name
        self.exercise = read_topic(name, ROOT)
        self.items = {item.name: item for item in self.exercise.items}
        self.check_path = ROOT / "tests" / "checks" / f"test_{name}.py"
        self.check_file = CheckFile(self.check_path, self.items)
        self.reference = Reference(self.exercise)
        self.mistakes = read_mistakes(self.exercise)
        self.recording = recording.read(self.folder / f"{name}.json")
        self.notebook = nbformat.read(self.folder / f"{name}.ipynb", as_version=4)
        self.stubs = {
            cell.id.removeprefix("exercise-"): cell.source
            for cell in self.notebook.cells
            if cell.id.startswith("exercise-")
        }

    def answer(self, **cells):
        """Return an answer with these cells and the reference's for the rest."""
        namespace = self.exercise.load(**cells)
        return Answer(lambda name: local(namespace[name], namespace))

    def run(self, item, answer, seed=None):
        """Run the checks of `item`: live with `seed`, as in a notebook without."""
        if seed is None:
            return self.check_file.run(item, Context(answer, self.recording.reference, PUBLIC_SEED))
        return self.check_file.run(item, Context(answer, lambda test: self.reference, seed))

    def report(self, item, answer, seed=None):
        """Return the report on `item`."""
        suspects = self.recording.mistakes if seed is None else self.mistakes
        return make_report(self.items[item], self.run(item, answer, seed), suspects)


the_topic = cache(Topic)


def load(path):
    """Load a file of Python that is no test: a helper of these tests, or the variants of a topic."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
judging, mutation = load(HERE / "judging.py"), load(HERE / "mutants.py")


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture
def topic(request):
    return the_topic(request.param)


@pytest.fixture
def lstm_gates():
    return the_topic("lstm_gates")


@pytest.fixture(scope="session")
def seeds():
    return SEEDS


@pytest.fixture(scope="session")
def variants_of():
    return read_variants


@pytest.fixture(scope="session")
def judge_of():
    return judging.Judge


@pytest.fixture
def judge(topic, item):
    return judging.Judge(topic, item)


@pytest.fixture(scope="session")
def time_up():
    return judging.TimeUp


@pytest.fixture(scope="session")
def mutants():
    return mutation.mutants


@pytest.fixture
def mutants_of_item(topic, item):
    """Every mutant of the reference of `item`: {what was changed: cell}."""
    others = {"sigmoid", *topic.items} - {item}
    names = others & topic.exercise.load().keys()
    return mutation.mutants(topic.exercise.cell("exercise", item).source, names)


def pytest_generate_tests(metafunc):
    """Run a test for every topic, item, mistake or variant, by the name of its argument."""
    names = topics(ROOT)
    if "item" in metafunc.fixturenames:
        pairs = [(name, item) for name in names for item in the_topic(name).items]
        _parametrize(metafunc, "item", pairs, [f"{name}-{item}" for name, item in pairs])
    elif "mistake" in metafunc.fixturenames:
        pairs = [(name, k) for name in names for k in range(len(the_topic(name).mistakes))]
        lines = [the_topic(n).mistakes[k].where.rsplit(":", 1)[1] for n, k in pairs]
        ids = [
            f"{n}-{the_topic(n).mistakes[k].exercise}-line{line}"
            for (n, k), line in zip(pairs, lines, strict=True)
        ]
        _parametrize(metafunc, "mistake", pairs, ids)
    elif "variant" in metafunc.fixturenames:
        found = [
            (name, SimpleNamespace(item=item, what=what, cell=cell))
            for name in names
            for item, cells in read_variants(name).items()
            for what, cell in cells.items()
        ]
        ids = [f"{name}-{variant.item}-{variant.what}" for name, variant in found]
        _parametrize(metafunc, "variant", found, ids)
    elif "topic" in metafunc.fixturenames:
        metafunc.parametrize("topic", names, indirect=True)


def _parametrize(metafunc, argument, pairs, ids):
    metafunc.parametrize(("topic", argument), pairs, indirect=["topic"], ids=ids)


@cache
def read_variants(name):
    """Return the variants of a topic, {} where it has none yet."""
    path = ROOT / "tests" / "variants" / f"{name}.py"
    if not path.is_file():
        return {}
    return load(path).VARIANTS
