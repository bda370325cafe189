"""What the tests of the learner's path share: every topic, item, mistake and variant in turn."""

from types import SimpleNamespace

import pytest

from tests.learner.judging import Judge, TimeUp
from tests.learner.topics import ROOT, read_variants, the_topic
from unrolled.exercise import topics

# Few: test_many_seeds.py asks on many. These go through the runner, as a grader does.
SEEDS = [b"secret %d" % k for k in range(3)]


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
    return Judge


@pytest.fixture
def judge(topic, item):
    return Judge(topic, item)


@pytest.fixture(scope="session")
def time_up():
    return TimeUp


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
