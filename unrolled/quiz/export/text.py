r"""From the Markdown of an item to the HTML that platforms show.

Mathematics becomes `\(…\)` and `\[…\]`, which is what Moodle's MathJax filter, Canvas and OpenOlat
look for in a page. Code stays as it stands, in `<pre>`. Markup in the source is shown, not obeyed,
so that what comes out is well-formed XML whatever went in.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from string import ascii_uppercase

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from unrolled.quiz.items import Item, plain

# XML 1.0 has no place for these characters; a program under a `reading` may print them.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROLE = re.compile(r"\{[a-z][a-z0-9:_-]*\}$")


class BookOnly(ValueError):
    """The Markdown uses something that exists in the book alone."""


def html(markdown: str) -> str:
    """Return Markdown as HTML blocks that are well-formed XML, on one line but for code.

    Raises BookOnly for a MyST role or directive, or a picture: they mean nothing outside the book.
    """
    tokens = _markdown().parse(clean(markdown))
    for token in tokens:
        if token.type == "fence" and token.info.strip().startswith("{"):
            raise BookOnly(f"the directive {token.info.split()[0]}")
        before = ""
        for child in token.children or ():
            if child.type == "code_inline" and _ROLE.search(before):
                raise BookOnly(f"the role {_ROLE.search(before)[0]}")
            if child.type == "image":
                raise BookOnly("a picture")
            before = child.content if child.type == "text" else ""
    return _markdown().renderer.render(tokens, _markdown().options, {}).strip()


def check(item: Item) -> None:
    """Raise BookOnly if any Markdown of an item means something in the book alone."""
    options = () if item.kind == "reading" else [option.text for option in item.options]
    reasons = [part.says for part in (*item.options, *item.wrong, *item.steps, item)]
    for markdown in (item.stem, *options, *(s.text for s in item.steps), *reasons, item.otherwise):
        html(markdown)


def code_html(text: str) -> str:
    """Return a program, or what it printed, as preformatted HTML."""
    return f"<pre><code>{escape(clean(text), quote=False)}</code></pre>"


def stem_html(item: Item) -> str:
    """Return what is asked: the stem and, where there is one, the code."""
    return html(item.stem) + ("\n" + code_html(item.code) if item.code else "")


def option_html(item: Item, k: int) -> str:
    """Return option `k` as HTML: Markdown, or printed text for a `reading`."""
    text = item.options[k].text
    return code_html(text) if item.kind == "reading" else html(text)


def reasons_html(item: Item) -> str:
    """Return, for the right order, what is said to it and why each step stands where it stands."""
    entries = "".join(f"<li>{html(step.text)}{html(step.says)}</li>" for step in item.steps)
    return f"{html(item.says)}<ol>{entries}</ol>"


def foreseen_html(item: Item) -> str:
    """Return the words for every foreseen wrong number, each after the numbers that they are for."""
    return "".join(f"<p>{told(w.interval)}:</p>{html(w.says)}" for w in item.wrong)


def told(interval) -> str:
    """Return an interval in words: `50`, or `95 to 105`."""
    if interval.value is not None:
        return plain(interval.value)
    return f"{plain(interval.low)} to {plain(interval.high)}"


def unit_html(item: Item) -> str:
    """Return a line that names the unit of a number; "" where it has none."""
    return f"<p>(in {escape(clean(item.answer.unit))})</p>" if item.answer.unit else ""


def letter(k: int) -> str:
    """Return the letter of option `k`, counted from 0."""
    return ascii_uppercase[k]


def digits(number: float) -> str:
    """Return a number in decimal digits, without the noise of binary fractions: 0.454."""
    text = f"{number:.12g}"
    return text if "e" in text else plain(float(text))


def clean(text: str) -> str:
    """Return text with U+FFFD for every character that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


@cache
def _markdown():
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.use(dollarmath_plugin, double_inline=True)
    for name, (left, right) in _MATHEMATICS.items():
        made.add_render_rule(name, _between(left, right))
    return made


_MATHEMATICS = {
    "math_inline": (r"\(", r"\)"),
    "math_inline_double": (r"\[", r"\]"),
    "math_block": (r"<p>\[", r"\]</p>" + "\n"),
}


def _between(left, right):
    def render(self, tokens, k, options, env):
        return f"{left}{escape(tokens[k].content.strip(), quote=False)}{right}"

    return render
