"""Markdown that a learner wrote does nothing in the page that shows it, and reads as it was."""

import copy
import functools
import re
import shutil
import subprocess
import time
from pathlib import Path

import nbformat
import nbgrader
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from unrolled.grading.markdown import GAP, MAX_MARKDOWN, harmless, listed
from unrolled.grading.submission import rebuild

TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
RUN = "document.title='run'"

ACTIVE = [
    f"<script>{RUN}</script>",
    f"<SCRIPT >{RUN}</SCRIPT>",
    f"text <img src=x onerror={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg\nonload={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<!-- --><script>{RUN}</script>",
    f"<?xml version='1'?><script>{RUN}</script>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<base href=//example.org>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=//example.org>",
    "<form action=//example.org><input name=x></form>",
    "<javascript:alert(1)>",
    "<a@example.org>",
    "[x](javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](\njavascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\\script:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//example.org)",
    "[x](/formgrader/api)",
    "[x](#top)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x][y]\n\n[y]:\njavascript:alert(1)",
    "[x][y]\n\n[y]: <javascript:alert(1)>",
    "[y]\n\n[y]: javascript:alert(1) 'title'",
    "[y][]\n\n[y]: data:text/html,x",
    "[a\\](javascript:alert(1))",
    "[a\\\\](javascript:alert(1))",
    "[[x]](javascript:alert(1))",
    "[`x`](javascript:alert(1))",
    "[x](https://example.org 'a\" onmouseover=\"alert(1)')",
    '[x](https://example.org" onmouseover="alert(1))',
    '[x](https://example.org/"onclick="alert(1))',
    "![x](https://example.org/pixel.png)",
    "![x](javascript:alert(1))",
    "![x](attachment:nothing.png)",
    "![x][y]\n\n[y]: https://example.org/pixel.png",
    "[![x](https://example.org/pixel.png)](javascript:alert(1))",
    f"```mermaid\n</pre><script>{RUN}</script>\n```",
    f'```x" onmouseover="{RUN}\ncode\n```',
    f"    <script>{RUN}</script>",
    f"`<script>{RUN}</script>`",
    f"# <img src=x onerror={RUN}>",
    f"| a | <img src=x onerror={RUN}> |\n|---|---|\n| [x](javascript:alert(1)) | b |",
    f"- [ ] <img src=x onerror={RUN}>",
    f"term\n: <img src=x onerror={RUN}>",
    f"$<img src=x onerror={RUN}>$",
    f"$$</p><script>{RUN}</script>$$",
    f"\\begin{{a}}<script>{RUN}</script>\\end{{a}}",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
]
TEX = [
    r"$\href{javascript:alert(1)}{x}$",
    r"$$\href {javascript:alert(1)}{x}$$",
    r"\\(\href{javascript:alert(1)}{x}\\)",
    r"\begin{equation}\href{javascript:alert(1)}{x}\end{equation}",
    r"&#36;\href{javascript:alert(1)}{x}&#36;",
    r"$\&#104;ref{javascript:alert(1)}{x}$",
    r"&dollar;&bsol;href{javascript:alert(1)}{x}&dollar;",
    r"$\\href{javascript:alert(1)}{x}$",
    r"$\mmlToken{mi}[href='javascript:alert(1)']{x}$",
    r"$\let\x\href\x{javascript:alert(1)}{x}$",
    r"$\require{html}\class{x}{y}\cssId{x}{y}\style{x}{y}$",
]
FORBIDDEN = "script style iframe img svg object embed form base meta link input".split()
MACROS = re.compile(r"\\(href|mmlToken|let|require|class|cssId|style|def)(?![a-zA-Z])")


@functools.cache
def exporter() -> HTMLExporter:
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    config.HTMLExporter.extra_template_paths = [
        str(TEMPLATES.parent / "static/node_modules/bootstrap/dist/css")
    ]
    return HTMLExporter(config=config)


def page(markdown: str) -> str:
    """Return nbgrader's feedback page of a notebook that holds one such cell."""
    basis = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(markdown)])
    grades = {"notebook": "x", "score": 0, "max_score": 0, "late_penalty": 0}
    html, _ = exporter().from_notebook_node(basis, {"nbgrader": grades})
    return html


def shown(html: str) -> BeautifulSoup:
    body = html[html.index('id="notebook-container"') - 30 :]  # half a megabyte of CSS goes before
    found = BeautifulSoup(body, "html.parser").find(id="notebook-container")
    assert found
    return found


def trouble(part: BeautifulSoup) -> list[str]:
    """Return everything in a part of a page that acts, loads or leads anywhere but to the web."""
    found = [
        str(tag)
        for tag in part.find_all(True)
        if (tag.name in FORBIDDEN and tag.get("type") != "checkbox")
        or any(name.startswith("on") for name in tag.attrs)
        or "mermaid" in str(tag.get("class"))
    ]
    for link in part.find_all("a"):
        address = link.get("href", "")
        # nbconvert's own mark beside a heading leads to that heading.
        if not re.match(r"https?://", address) and "anchor-link" not in link.get("class", []):
            found.append(str(link))
    return found


def trouble_in(markdown):
    return trouble(shown(page(markdown)))


@pytest.mark.parametrize("markdown", ACTIVE)
def test_what_would_act_is_shown_and_does_nothing(markdown):
    assert trouble_in(harmless(markdown)) == []


def test_the_page_would_act_on_it_otherwise():
    """Without this, the test above could pass for a reader that needs no protection."""
    acts = [
        markdown for markdown in ACTIVE if "attachment" not in markdown and trouble_in(markdown)
    ]
    assert len(acts) > 20
    for kind in ("<script>", "(javascript:", "[y]: javascript:", "pixel.png", "mermaid"):
        assert any(kind in markdown for markdown in acts), kind


@pytest.mark.parametrize("markdown", TEX)
def test_tex_makes_no_links_and_sets_no_attributes(markdown):
    part = shown(page(harmless(markdown)))
    assert trouble(part) == []
    assert not MACROS.search(part.get_text())


def test_text_code_mathematics_and_web_links_read_as_they_were():
    markdown = (
        "If `x<y` and *a* < b, then **c**: $x_t = f \\odot c_{t-1}$ & see "
        "[Gers](https://example.org/a_b?c=d), https://example.org\n\n"
        "- `h[0](x)` and `d['k']: 3`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "$$\\begin{aligned} a &= b \\\\ c &< d \\end{aligned}$$\n\n```python\nif a<b: c = d[0]\n```"
    )
    before, after = shown(page(markdown)), shown(page(harmless(markdown)))
    assert after.get_text().replace(GAP, "") == before.get_text()
    assert [a["href"] for a in after.find_all("a")] == [a["href"] for a in before.find_all("a")]
    assert len(after.find_all(["strong", "em", "li", "table", "code"])) == len(
        before.find_all(["strong", "em", "li", "table", "code"])
    )


def test_a_line_shown_as_plain_text_is_exactly_that():
    line = "my *file* [x](https://example.org) `a` $b$ <b>c</b> \\d &amp; _e_ #1 $$ x $$ - x.ipynb"
    part = shown(page(f"**About**\n\n{listed([line, line])}"))
    assert [found.get_text() for found in part.find_all("li")] == [line, line]
    assert part.find(["a", "code", "b", "em"]) is None
    assert "tex2jax_ignore" in part.find("ul")["class"]


@pytest.mark.parametrize(
    "piece", ["$", "\\begin{a}", "[", "> ", "*", "`", "<a ", "- ", "|", "![", "&#"]
)
def test_a_cell_made_to_be_slow_is_rendered_in_seconds(piece):
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    began = time.process_time()
    markdown2html_mistune(harmless(piece * (10 * MAX_MARKDOWN // len(piece))))
    assert time.process_time() - began < 10


def test_every_markdown_cell_of_a_submission_is_made_harmless(release):
    cells = [
        {"name": cell.id, "cell_type": cell.cell_type, "source": cell.source}
        for cell in release.cells
    ]
    attack = "<script>1</script>[x](javascript:1)"
    for cell in cells:
        if cell["name"].startswith(("written", "prose", "hint")):
            cell["source"] = attack
    for kind in ("markdown", "raw"):
        cells.append({"name": "", "cell_type": kind, "source": attack})
    made = rebuild(copy.deepcopy(cells), release).notebook
    text = "".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    assert text.count(harmless(attack)) == 3  # the written answer and both added cells
    assert attack not in text


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_no_script_runs_in_a_browser(tmp_path):
    def title(markdown):
        html = re.sub(r'<script[^>]*src="https?://.*?</script>', "", page(markdown))
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=2000", "--dump-dom", path.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return BeautifulSoup(done.stdout, "html.parser").title.get_text()

    everything = "\n\n".join(part for part in ACTIVE if "http-equiv" not in part)
    assert title("\n\n".join(ACTIVE[:4])) == "run"
    assert title(harmless(everything)) == "x"
