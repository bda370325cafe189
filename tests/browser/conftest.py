"""A small book that has quizzes and nothing to execute, and a browser to read it with."""

import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import driver

ROOT = Path(__file__).parents[2]
CONF = """
project = "A small book"
extensions = ["myst_parser", "unrolled.book.accessible", "unrolled.book.quiz"]
myst_enable_extensions = ["dollarmath"]
html_theme = "sphinx_book_theme"
root_doc = "index"
"""
INDEX = """
# Start

```{toctree}
chapters/every_kind
chapters/lstm_gates
```

```{quiz-score}
```
"""


@pytest.fixture(scope="session")
def small_book(tmp_path_factory):
    """Build a book of three pages, and return the folder of its HTML."""
    source = tmp_path_factory.mktemp("book")
    quizzes = source / "chapters" / "quizzes"
    quizzes.mkdir(parents=True)
    (source / "conf.py").write_text(CONF)
    (source / "index.md").write_text(INDEX)
    banks = (Path(__file__).with_name("every_kind.yml"), ROOT / "chapters/quizzes/lstm_gates.yml")
    for bank in banks:
        shutil.copyfile(bank, quizzes / bank.name)
        page = f"# About {bank.stem}\n\n```{{quiz}} {bank.stem}\n```\n"
        (source / "chapters" / f"{bank.stem}.md").write_text(page)
    html = source / "html"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", source, html]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return html


@pytest.fixture(scope="session")
def small_site(small_book):
    """Serve the small book and return its address."""
    with driver.served(small_book) as address:
        yield address


# Not for the session: two of Playwright's cannot be open at once, and tests/book has one, too.
@pytest.fixture(scope="module")
def chromium():
    with driver.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def _desktop(chromium):
    with driver.memory_of(chromium) as context:
        _without_icons(context)
        yield context


@pytest.fixture
def page(_desktop):
    """Return an empty page on a desktop, in light colours; what it keeps is forgotten afterwards."""
    with driver.page_in(_desktop) as page:
        yield page
        page.evaluate("localStorage.clear()")


@pytest.fixture
def pages(chromium):
    """Return a function that opens a page of a given size, theme and state of scripts."""

    @contextmanager
    def pages(**how):
        with driver.memory_of(chromium, **how) as context, driver.page_in(context) as page:
            _without_icons(context)
            yield page

    return pages


def _without_icons(context):
    """Leave out the theme's script of icons: half a megabyte on each page, and no part of a quiz."""
    context.route("**/fontawesome/*/js/*", lambda route: route.abort())


@pytest.fixture
def violations():
    return driver.violations
