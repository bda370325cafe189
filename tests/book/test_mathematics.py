"""Mathematics is typeset while the book is built, wherever it stands; what is wrong ends the build."""

import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tests.book.small import QUESTION
from unrolled.book.mathematics import aligned, style, unnumbered
from unrolled.book.typesetter import TexError, Typesetter

pytestmark = pytest.mark.slow
CONF = """
project = "A small book"
extensions = ["myst_nb", "unrolled.book.mathematics", "unrolled.book.quiz"]
myst_enable_extensions = ["amsmath", "dollarmath"]
nb_execution_mode = "force"
nb_render_markdown_format = "myst"
html_theme = "sphinx_book_theme"
html_math_renderer = "katex"
root_doc = "index"
"""
HEAD = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n  display_name: Python 3\n---\n"
PAGE = r"""
# What is $h_t$?

In text $a_1 < a_2$, and {eq}`eq-sum` is a sum, {eq}`eq-two` two lines.

```{math}
:label: eq-sum
s = \sum_{k=1}^{K} w_k
```

```{math}
:label: eq-two
a &= b \\
c &= d
```

$$
\begin{aligned} e &= f \\ g &= \bigl(\begin{smallmatrix}1 & 1\\ 0 & 1\end{smallmatrix}\bigr) \end{aligned}
$$

\begin{align}
p &= q \\
r &= \text{über}
\end{align}

| symbol | $n$ |
| --- | --- |
| $W_{xh}$ | $(D, H)$ |

```{figure} dot.png
:alt: A dot

It is $x_0$.
```

```{code-cell} ipython3
from IPython.display import Markdown

Markdown("It gives $y_9 = \\frac{1}{2}$.")
```

## The size of $\lVert v \rVert$

```{quiz} topic
```
"""


def _build(folder, page, quiz=QUESTION):
    (folder / "conf.py").write_text(CONF)
    Image.new("L", (1, 1)).save(folder / "dot.png")
    (folder / "index.md").write_text(f"{HEAD}\n# Start\n\n```{{toctree}}\npage\n```\n")
    (folder / "page.md").write_text(HEAD + page, encoding="utf-8")
    quizzes = folder / "chapters" / "quizzes"
    quizzes.mkdir(parents=True)
    (quizzes / "topic.yml").write_text(quiz, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", folder, folder / "html"]
    if "{code-cell}" not in page:  # a kernel takes seconds to start
        command += ["-D", "nb_execution_mode=off"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    run = _build(folder, PAGE)
    assert run.returncode == 0, run.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def page(built):
    return BeautifulSoup((built / "page.html").read_text(encoding="utf-8"), "html.parser")


def _tex(element):
    """Return the TeX of the formulas in an element, as their MathML names it."""
    return [found.text for found in element.select("math annotation")]


def test_formulas_are_typeset_wherever_they_stand(page):
    article = page.find("article")
    assert r"h_t" in _tex(article.h1)
    assert r"\lVert v \rVert" in _tex(article.h2)
    assert _tex(article.table) == ["n", "W_{xh}", "(D, H)"]
    assert _tex(article.figcaption) == ["x_0"]
    assert _tex(article.select_one(".cell_output")) == [r"y_9 = \frac{1}{2}"]
    assert _tex(article.select_one(".quiz-question")) == ["z_5", "u_6", "u_8"]
    assert _tex(article.select_one(".quiz-key")) == ["u_7"]
    hidden = [found["class"] for found in article.select(".katex > [aria-hidden=true]")]
    assert len(hidden) == len(_tex(article))  # each formula is heard once
    assert hidden.count(["katex-mathml"]) == 1  # the head of a column is heard as it is seen
    text = re.sub(r"<annotation.*?</annotation>", "", str(article), flags=re.S)
    assert "\\(" not in text
    assert "\\[" not in text


def test_equations_are_numbered_once_and_references_lead_to_them(page):
    labelled = page.find(id="equation-eq-sum"), page.find(id="equation-eq-two")
    assert [block.select_one(".eqno").text[:3] for block in labelled] == ["(1)", "(2)"]
    links = page.select('a[href^="#equation-eq-"]:not(.headerlink)')
    assert [link.text for link in links] == ["(1)", "(2)"]
    assert len(page.select(".eqno")) == 3  # the environment of amsmath has one, too
    assert not page.select(".eqn-num")  # KaTeX's own counter


def test_titles_are_typeset_in_the_navigation_and_plain_in_the_tab(built, page):
    assert page.title.text.startswith("What is h_t?")
    index = BeautifulSoup((built / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert "h_t" in _tex(index.select_one('article a[href="page.html"]'))


def test_a_page_needs_no_script_and_no_other_host_for_its_formulas(built, page):
    assert not [script for script in page.select("script") if "MathJax" in str(script).lower()]
    sheet = built / "_static" / "katex" / "katex.css"
    fonts = re.findall(r"url\(([^)]*)\)", sheet.read_text(encoding="utf-8"))
    assert "fonts/KaTeX_Math-Italic.woff2" in fonts
    assert "fonts/KaTeX_Fraktur-Regular.woff2" not in fonts
    for font in fonts:
        assert (sheet.parent / font).read_bytes()[:4] == b"wOF2"
    assert (sheet.parent / "fonts" / "KaTeX_Main-Regular.woff2").stat().st_size < 15_000


BAD = {
    "in text": ("# Page\n\nOne line.\nIt is $a$ and\nthen $\\foo$.\n", "page.md:11"),
    "on its own": ("# Page\n\n$$\na\n+ \\frac{1\n$$\n", "page.md:10"),
    "labelled": ("# Page\n\n```{math}\n:label: eq-x\n\\foo\n```\n", "page.md:11"),
    "a strange letter": ("# Page\n\nIt is $é$.\n", "page.md:9"),
    "in a cell": ("# Page\n\n```{code-cell} ipython3\nfrom IPython.display import Markdown\n\n"
        'Markdown("So $\\\\foo$.")\n```\n', "page.md:"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "where"), BAD.values(), ids=BAD)
def test_bad_tex_ends_the_build_with_file_and_line(tmp_path, text, where):
    run = _build(tmp_path, text)
    assert run.returncode != 0
    assert where in run.stderr


def test_bad_tex_in_a_quiz_is_found_in_the_quiz(tmp_path):
    run = _build(tmp_path, "# Page\n\n```{quiz} topic\n```\n", QUESTION.replace("$u_7$", "$\\foo$"))
    assert run.returncode != 0
    assert "topic.yml:9: Undefined control sequence: \\foo" in run.stderr


def test_lines_of_a_block_are_split_and_paragraphs_are_equations():
    assert aligned("a = b\n") == "a = b"
    assert aligned("a &= b \\\\\nc &= d") == "\\begin{split}a &= b \\\\\nc &= d\\end{split}"
    assert aligned("a\n\nb") == "\\begin{gathered}a\\\\b\\end{gathered}"


def test_environments_do_not_count():
    tex = r"\begin{align}a\end{align} \begin{aligned}b\end{aligned} \begin{align*}c\end{align*}"
    wanted = (
        r"\begin{align*}a\end{align*} \begin{aligned}b\end{aligned} \begin{align*}c\end{align*}"
    )
    assert unnumbered(tex) == wanted


def test_one_process_answers_many_and_survives_a_fault():
    typesetter = Typesetter()
    try:
        first = typesetter.html("a")
        with pytest.raises(TexError, match="Undefined control sequence"):
            typesetter.html(r"\foo")
        with pytest.raises(TexError):  # it is still wrong when it is met again
            typesetter.html(r"\foo")
        assert typesetter.html("a") == first
        assert typesetter.html("a", display=True) != first
    finally:
        typesetter.close()


def test_fonts_follow_the_classes_of_the_pages():
    assert style('<p class="plain">')[1] == [f"KaTeX_Main-{x}" for x in (
        "Bold", "BoldItalic", "Italic", "Regular")]  # fmt: skip
    assert "KaTeX_Size1-Regular" in style('<i class="delimsizing size1"><i class="katex">')[1]
