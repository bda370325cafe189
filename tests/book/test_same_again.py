"""Built again from nothing, elsewhere and on another day, a site is the same to the byte.

The book is small and has the settings of the real one. Its cells are run by the process that builds it,
because a kernel takes seconds to start.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.book.small import BIBLIOGRAPHY, OPENING, QUESTION, QUIZ, TABLE
from unrolled.book.forms import SOURCES, sources_digest
from unrolled.book.installable import png

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
TOC = """
format: jb-book
root: index
parts:
  - {caption: Start here, chapters: [{file: certificate}]}
  - {caption: Part I · Recurrence, numbered: 1, chapters: [{file: chapters/topic}]}
"""
INDEX = """
# Start

Go to {ref}`the chapter <sec-topic>`.

```{quiz-score}
```

```{other-forms}
```
"""
HEAD = (
    "(sec-topic)="
    + OPENING
    + r"""
In {numref}`fig-line` and {eq}`eq-sum`, after {cite:t}`gers2000,pascanu2013`; {ref}`sec-topic`.

```{math}
:label: eq-sum
s = a + b
```
"""
    + TABLE
    + """
```{figure} dot.png
:alt: A dot, one pixel wide
It is $x_0$.
```
"""
)
TAIL = f"\n**Exercise.** Write it down.\n{QUIZ}{BIBLIOGRAPHY}"
QUESTIONS = (
    QUESTION
    + """
- id: second
  outcome: topic.first
  difficulty: hard
  kind: order
  stem: In which order?
  steps: [{text: one, says: First.}, {text: two, says: Then.}, {text: three, says: Last.}]
  says: As they are counted.
  otherwise: Count again.
"""
)
BUILD = """
import sys
from base64 import b64encode
from io import BytesIO

import nbformat
from unrolled import diagrams, plots

_, ax = plots.axes()
ax.plot([1, 2, 4])
ax.figure.savefig(drawn := BytesIO(), format="png")
picture = {"image/png": b64encode(drawn.getvalue()).decode()}
page = nbformat.read("chapters/topic.ipynb", 4)
for cell, data in zip(page.cells[1:3], [picture, diagrams.lstm_cell()._repr_mimebundle_()]):
    cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
nbformat.write(page, "chapters/topic.ipynb")

# Then as `make book` does. What is kept out is a grammar of web addresses, which takes seconds to load.
sys.modules["rfc3987_syntax"] = None
from jupyter_book.cli.main import main
sys.argv[1:] = ["build", "-W", "-q", "."]
main()
"""
CITED = """
@misc{gers2000, author={Felix A. Gers}, title={Learning to forget}, year={2000}}
@misc{pascanu2013, author={Razvan Pascanu}, title={On the difficulty of training}, year={2013}}
"""
# In the one it is always another day than in the other. Both are as far from the environment, as `.venv/`
# is from any copy of the book.
PLACES = {
    "here": {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"},
    "there, in a folder with a longer name": {
        "TZ": "Etc/GMT+12",
        "PYTHONHASHSEED": "2",
        "LC_ALL": "C",
    },
}


def _chapter():
    """Return a page with every kind of content, as a notebook whose two code cells have to be run."""
    figure = {"figure": {"name": "fig-line", "caption": "A line."}, "image": {"alt": "It rises."}}
    cells = [
        nbformat.v4.new_markdown_cell(HEAD),
        nbformat.v4.new_code_cell("draw()", metadata={"mystnb": figure, "tags": ["hide-input"]}),
        nbformat.v4.new_code_cell("diagrams.lstm_cell()"),
        nbformat.v4.new_markdown_cell(TAIL),
    ]
    spoken = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=spoken))


def _lay_out(folder):
    """Write the book, of three pages and an exercise."""
    settings = (ROOT / "_config.yml").read_text(encoding="utf-8")
    files = {
        "_config.yml": settings.replace("execute_notebooks: cache", 'execute_notebooks: "off"'),
        "_toc.yml": TOC,
        "index.md": INDEX,
        "certificate.md": "# Your certificate\n\n```{certificate}\n```\n",
        "chapters/topic.ipynb": _chapter(),
        "chapters/quizzes/topic.yml": QUESTIONS,
        "chapters/references.bib": CITED,
        "exercises/topic/topic.ipynb": "{}",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "chapters/dot.png").write_bytes(png(1))
    (folder / "_build/epub").mkdir(parents=True)
    (folder / "_build/epub/unrolled.epub").write_text("As an e-book.")
    (folder / "_build/epub" / SOURCES).write_text(sources_digest(folder))
    for own in ("unrolled", "pyproject.toml", "LICENSE", "LICENSE-text"):  # in another place, too
        (folder / own).symlink_to(ROOT / own)


def _build(folder, environment):
    """Build the book in a folder, and return the bytes of each file of its site."""
    _lay_out(folder)
    run = subprocess.run(
        [sys.executable, "-c", BUILD],
        cwd=folder,
        env={**os.environ, **environment, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    site = folder / "_build" / "html"
    files = [path for path in site.rglob("*") if path.is_file()]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in files}


def test_a_site_built_elsewhere_on_another_day_is_the_same_to_the_byte(tmp_path):
    one, other = (_build(tmp_path / name, setting) for name, setting in PLACES.items())
    wanted = {"chapters/topic.html", "searchindex.js", "service-worker.js", "exercises/topic.zip"}
    assert wanted <= set(one)
    assert sum(name.startswith("_images/") for name in one) == 2
    assert b"unrolled-diagram" in one["chapters/topic.html"]
    assert one["forms/unrolled.epub"] == b"As an e-book."
    assert b'href="forms/unrolled.epub"' in one["index.html"]
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []
