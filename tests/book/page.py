"""A chapter's page: its text, its cells, and one run of it, for the tests of every chapter."""

import ast
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import yaml

from tests.book import kept

ROOT = Path(__file__).parents[2]
_TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
#: The pages of the book: those of `_toc.yml`, and two that Sphinx makes.
PAGES = [_TOC["root"], *(page["file"] for part in _TOC["parts"] for page in part["chapters"])]
PAGES += ["genindex", "search"]
#: The pages that have a number.
CHAPTERS = [
    page["file"] for part in _TOC["parts"] if "numbered" in part for page in part["chapters"]
]
TOPICS = sorted(path.stem for path in (ROOT / "solutions").glob("*.py"))


class Page:
    """The page of a topic, as its author wrote it.

    `text` is the whole file; `cells` holds of each code cell where it starts in the text, its code,
    and its code with the options above it.
    """

    def __init__(self, topic):
        self.topic = topic
        self.path = ROOT / "chapters" / f"{topic}.md"
        self.text = self.path.read_text(encoding="utf-8")
        self.cells = []
        for match in re.finditer(r"^```\{code-cell\} ipython3\n(.*?)^```$", self.text, re.M | re.S):
            code = re.sub(r"\A---\n.*?^---\n", "", match[1], flags=re.M | re.S)
            self.cells.append((match.start(), re.sub(r"\A(:\w+:.*\n)+", "", code), match[1]))

    @property
    def code(self):
        """The code of all cells."""
        return "\n".join(code for _, code, _ in self.cells)

    def prose(self, captions=True):
        """Return the sentences: code, equations and options go, captions too unless wanted."""

        def caption(cell):
            found = re.search(r"caption: \|\n((?: {6}.*\n)+)", cell[0])
            return re.sub(r"^ {6}", "", found[1], flags=re.M) if found and captions else ""

        text = re.sub(r"\A---\n.*?^---\n", "", self.text, flags=re.M | re.S)
        text = re.sub(r"^```\{code-cell\}.*?^```$", caption, text, flags=re.M | re.S)
        text = re.sub(r"^\$\$.*?^\$\$$", "", text, flags=re.M | re.S)
        others = r"^```\{(?:math|bibliography|quiz|outcomes)\}.*?^```$"
        return re.sub(others, "", text, flags=re.M | re.S)

    def typed_numbers(self):
        """Return the numbers with a decimal point that are typed into the sentences, as text."""
        words = re.sub(r"`[^`]*`|\$[^$]*\$|\{[\w:]+\}", "", self.prose())
        return set(re.findall(r"\d+\.\d+", words))

    def glued(self):
        """Return the names of the numbers that the text takes from the code."""
        return set(re.findall(r"\{glue:text\}`([\w-]+)`", self.text))

    def solved(self):
        """Return those functions of the exercise that the page prints, wholly or in part.

        A function counts when the page names it in code, or holds one of its own assignments or
        returns word for word.
        """
        solution = ROOT / "solutions" / f"{self.topic}.py"
        tree = ast.parse(solution.read_text(encoding="utf-8"))
        statements = {
            ast.unparse(node)
            for node in ast.walk(ast.parse(self.code))
            if isinstance(node, ast.stmt)
        }
        found = set()
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            own = [n for n in ast.walk(function) if isinstance(n, (ast.Assign, ast.Return))]
            lines = {ast.unparse(node) for node in own}
            if re.search(rf"\b{function.name}\(", self.code) or lines & statements:
                found.add(function.name)
        return found

    def cell_of(self, label, name):
        """Return the code of the first cell below an equation that gives a value to `name`."""
        start = self.text.index(f":label: {label}\n")
        return next(
            code
            for at, code, _ in self.cells
            if at > start
            and (re.match(rf"(\w+, )*{name}\b.* = ", code) or re.search(rf"^{name} = ", code, re.M))
        )

    def run(self):
        """Return the names of the page as the book ran it; run it once where it has kept none.

        Among them is `shown`, what it gave to the text by name.
        """
        return _names(self.path, tuple(code for _, code, _ in self.cells))


def number(chapter, name):
    """Return a number as the text shows it: 1.2 × 10⁻⁷ is 1.2e-07."""
    text = chapter.shown[name].replace("\u00a0×\u00a010", "e").replace("−", "-").replace(",", "")
    return float(text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


@cache
def _names(path, cells):
    found = kept.find(ROOT / "_build", cells, lambda: _run(path, cells))
    return found or _run(path, cells)


@cache
def _run(path, cells):
    import matplotlib.pyplot as plt
    import myst_nb
    import pytest
    import torch

    chapter = SimpleNamespace(shown={})

    def glue(name, value, display=True):
        assert name not in chapter.shown, f"{name} is shown twice"
        chapter.shown[name] = value

    threads, backend = torch.get_num_threads(), plt.get_backend()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(myst_nb, "glue", glue)
        plt.switch_backend("agg")
        try:
            for code in cells:
                exec(compile(code, str(path), "exec"), vars(chapter))
        finally:
            plt.close("all")
            plt.ioff()
            plt.switch_backend(backend)
            torch.set_num_threads(threads)
    return chapter
