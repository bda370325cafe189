"""Run the checks with plain pytest: on the reference, or on a notebook in a confined worker.

pytest tests/checks
pytest tests/checks --submission path/to/lstm_gates.ipynb
"""

from pathlib import Path

import nbformat
import pytest

from unrolled.answer import Answer, Reference
from unrolled.check import local
from unrolled.exercise import read_topic
from unrolled.expect import notes
from unrolled.runner import PUBLIC_SEED, generator

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    parser.addoption("--submission", type=Path, help="a notebook to check, e.g. lstm_gates.ipynb")


def pytest_collection_modifyitems(config, items):
    """With --submission, keep the checks of that notebook's topic alone."""
    path = config.getoption("--submission", None)
    if path is None:
        return
    if not path.is_file():
        raise pytest.UsageError(f"there is no notebook {path}")
    wanted = f"test_{path.stem}.py"
    if not (ROOT / "tests" / "checks" / wanted).is_file():
        raise pytest.UsageError(f"no checks for {path.name}: a notebook keeps its topic's name")
    checks = [item for item in items if item.path.parent == ROOT / "tests" / "checks"]
    items[:] = [item for item in items if item not in checks or item.path.name == wanted]
    modules = [item.parent for item in items if item.path.name == wanted]
    items += questions(modules[0]) if modules else []


def questions(module):
    """Return a test for each question of a quiz that the exercise asks: the answer is right."""
    from unrolled.quiz.notebook import quiz_keys

    def check(lookup, key):
        report = key.mark(lookup)
        assert report.right, report.text()

    keys = quiz_keys(read_topic(module.path.stem.removeprefix("test_"), ROOT))
    return [
        pytest.Function.from_parent(
            module, name=f"test_{name}_is_right", callobj=lambda lookup, key=key: check(lookup, key)
        )
        for name, key in keys.items()
    ]


@pytest.fixture(scope="module")
def exercise(request):
    return read_topic(request.path.stem.removeprefix("test_"), ROOT)


@pytest.fixture(scope="module")
def lookup(request, exercise):
    path = request.config.getoption("--submission", None)
    if path is None:
        namespace = exercise.load()
        yield lambda name: local(namespace[name], namespace)
        return
    from unrolled.grading.room import Room
    from unrolled.grading.submission import read_submission
    from unrolled.grading.zygote import Zygote

    released = ROOT / "exercises" / exercise.topic / f"{exercise.topic}.ipynb"
    submission = read_submission(path, nbformat.read(released, as_version=4))
    with Zygote() as zygote:
        room = Room(submission.work, zygote)
        room.open()
        yield room.lookup
        room.close()


@pytest.fixture
def answer(lookup):
    token = notes.set([])
    yield Answer(lookup)
    notes.reset(token)


@pytest.fixture(scope="module")
def reference(exercise):
    return Reference(exercise)


@pytest.fixture
def rng(request):
    return generator(PUBLIC_SEED, request.node.name)
