"""The built book, once for all tests, and a browser to read it with."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.book import kept
from tests.browser import driver
from tests.browser.weight import Scales

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def book(root):
    """Build the book as the README says, and return the folder of its HTML.

    What chapters printed is kept between runs; the pages are made anew.
    """
    html = root / "_build" / "html"
    shutil.rmtree(html, ignore_errors=True)
    shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
    environment = {name: x for name, x in os.environ.items() if not name.startswith("MAKE")}
    environment |= kept.settings(root / "_build") | {"PYTHONPATH": str(root)}
    command = ["make", "book"]
    run = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=900
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-6000:]
    assert f"Open {html / 'index.html'}" in run.stdout
    return html


@pytest.fixture(scope="session")
def site(book):
    """Serve the book and return its address."""
    with driver.served(book) as address:
        yield address


# Also those that wait until a reader comes near; one that is broken is a fault.
ALL_IMAGES = """
    Promise.all([...document.images].map((one) => { one.loading = "eager"; return one.decode(); }))
"""


# What is judged is the whole page, also where no screen has come near yet.
ALL_LAID_OUT = "* { content-visibility: visible !important }"


@pytest.fixture(scope="module")
def chromium():
    """Start Chromium for Playwright, which sees requests and faults."""
    with driver.chromium() as browser:
        yield browser


@pytest.fixture
def opened(chromium):
    """Return a function that shows a file, without a server."""
    with driver.memory_of(chromium) as context:
        page = context.new_page()

        def open_file(path):
            page.goto(path.as_uri())
            return page

        yield open_file


@pytest.fixture
def visit(chromium, site):
    """Return a function that opens a page, loads all of it and returns it with its faults.

    `page.scales` has weighed what was loaded.
    """
    contexts = []

    def open_page(name, **look):
        contexts.append(driver.memory_of(chromium, **look))
        context = contexts[-1].__enter__()
        page, faults = context.new_page(), []
        page.scales = Scales(page)
        context.route(lambda url: not url.startswith((site, "data:")), lambda way: way.abort())
        page.on("requestfailed", lambda request: faults.append(f"no {request.url}"))
        page.on("pageerror", lambda error: faults.append(f"error {error}"))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.on("response", lambda got: got.status >= 400 and faults.append(f"missing {got.url}"))
        page.goto(f"{site}/{name}")
        page.add_style_tag(content=ALL_LAID_OUT)
        page.evaluate(ALL_IMAGES)
        page.evaluate("document.fonts.ready.then(() => true)")
        return page, faults

    yield open_page
    for context in contexts:
        context.__exit__(None, None, None)
