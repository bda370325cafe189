"""Images know their size, wait until they are near, and say in words what they show."""

import re
import subprocess
import sys

import pytest
from PIL import Image

from unrolled.book.images import complete


def test_images_get_their_size_and_all_but_the_first_wait():
    html = '<img alt="a" src="x/a.png"/> <img alt="b" src="b.svg" style="width: 3em;"/>'
    sizes = {"x/a.png": (40, 30), "b.svg": (7, 5)}
    assert complete(html, sizes.get) == (
        '<img width="40" height="30" alt="a" src="x/a.png"/> '
        '<img loading="lazy" alt="b" src="b.svg" style="width: 3em;"/>'
    )
    assert complete('<img src="elsewhere.png">', sizes.get) == '<img src="elsewhere.png">'


CONF = 'extensions = ["myst_nb", "unrolled.book.images"]\nnb_execution_mode = "force"\n'
HEAD = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n  display_name: Python 3\n---\n# Page\n\n"
WITHOUT = {
    "a figure": ("```{figure} dot.png\nA dot.\n```\n", "index.md:9"),
    "an image": ("![](dot.png)\n", "index.md:9"),
    "in a cell": (
        "```{code-cell} ipython3\nfrom IPython.display import Image\nImage('dot.png')\n```\n",
        "index.md:1",
    ),
    "in HTML": ('Text.\n\n<p><img src="dot.png"></p>\n', "index.md:11"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("text", "where"), WITHOUT.values(), ids=WITHOUT)
def test_a_figure_without_words_ends_the_build(tmp_path, text, where):
    run = _build(tmp_path, text)
    assert run.returncode != 0
    assert re.search(rf"{re.escape(where)}.* no alternative text", run.stderr), run.stderr


@pytest.mark.slow
def test_a_figure_with_words_is_built_with_its_size(tmp_path):
    run = _build(tmp_path, "![A dot](dot.png)\n")
    assert run.returncode == 0, run.stderr
    html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert '<img width="3" height="2" alt="A dot" src="_images/dot.png"' in html


def _build(folder, text):
    (folder / "conf.py").write_text(CONF)
    Image.new("L", (3, 2)).save(folder / "dot.png")
    (folder / "index.md").write_text(HEAD + text)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", folder, folder / "html"]
    if "{code-cell}" not in text:  # a kernel takes seconds to start
        command += ["-D", "nb_execution_mode=off"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)
