"""A server of workers for the tests of a file, and a fresh worker for each."""

import pytest

from unrolled.grading.zygote import Zygote


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as server:
        yield server


@pytest.fixture
def worker(zygote):
    with zygote.worker() as fresh:
        yield fresh
