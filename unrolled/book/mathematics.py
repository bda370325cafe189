"""Mathematics that is typeset while the book is built: a page needs no script and no other host for it.

Set `html_math_renderer: katex`. A formula that KaTeX does not understand ends the build with its file
and line. The style sheet and the fonts, cut down to what the book uses, are served from the site.
"""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.util.math import get_node_equation_number

from unrolled.book.place import place
from unrolled.book.served import pages, serve
from unrolled.book.typesetter import KATEX, TexError, Typesetter, katex_version
from unrolled.book.webfonts import subset

_SHEET = "katex/katex.css"
_FACE = re.compile(
    r"(?P<head>@font-face\{[^}]*font-family:\"?(?P<family>\w+)\"?;[^}]*?)"
    r"src:url\(fonts/(?P<font>[\w-]+)\.woff2\)[^}]*\}"
)
_RULE = re.compile(r"([^{}]+)\{[^{}]*font-family:\"?(KaTeX_\w+)")
_NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|equation|gather|multline)\}")


class MathematicsError(SphinxError):
    """TeX that cannot be typeset."""

    category = "Mathematics"


class Mathematics:
    """What Sphinx calls for formulas, with the process that typesets them."""

    def __init__(self, output="htmlAndMathml"):
        self._typesetter = Typesetter(output)

    def inline(self, translator, node):
        """Write a formula in a line of text."""
        html = self._html(node, node.astext(), display=False)
        if _is_whole_head(node):
            html = spoken_as_seen(html)
        translator.body.append(translator.starttag(node, "span", "", CLASS="math notranslate"))
        translator.body.append(f"{html}</span>")
        raise nodes.SkipNode

    def block(self, translator, node):
        """Write a formula on a line of its own, with its number; a wide one scrolls in its box."""
        tex = node.astext() if node.get("nowrap") else aligned(node.astext())
        html = self._html(node, unnumbered(tex), display=True)
        translator.body.append(translator.starttag(node, "div", CLASS="math notranslate"))
        translator.body.append(f'<div class="math-scroll">{html}</div>')
        if node.get("number"):
            number = get_node_equation_number(translator, node)
            translator.body.append(f'<span class="eqno">({number})')
            translator.add_permalink_ref(node, "Link to this equation")
            translator.body.append("</span>")
        translator.body.append("</div>\n")
        raise nodes.SkipNode

    def _html(self, node, tex, display):
        try:
            return self._typesetter.html(tex, display)
        except TexError as error:
            first = node.astext().strip().partition("\n")[0]
            raise MathematicsError(f"{place(node, first)}: {error}") from error

    def close(self, app, exception):
        """End KaTeX's process."""
        self._typesetter.close()


def _is_whole_head(node):
    """Say whether a formula is all that the head of a column holds."""
    entry = node.parent.parent
    in_head = isinstance(entry, nodes.entry) and isinstance(entry.parent.parent, nodes.thead)
    return in_head and len(entry) == len(node.parent) == 1


def spoken_as_seen(html):
    """Return a formula of which the visible letters are heard, not its MathML.

    A symbol at the head of a column is repeated with every cell, so "h t" is enough there, and not
    everything that reads out tables takes MathML for a name.
    """
    html = html.replace(' aria-hidden="true"', "", 1)
    return html.replace('class="katex-mathml"', 'class="katex-mathml" aria-hidden="true"', 1)


def aligned(tex):
    r"""Return TeX in which lines may end in `\\` and be aligned at `&`, as Sphinx understands a block.

    Paragraphs are equations of their own, below each other.
    """
    parts = [part.strip() for part in re.split(r"\n\s*\n", tex) if part.strip()]
    several = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    if len(several) == 1:
        return several[0]
    return r"\begin{gathered}" + r"\\".join(several) + r"\end{gathered}"


def unnumbered(tex):
    """Return TeX whose environments print no numbers of their own: Sphinx counts equations."""
    return _NUMBERED.sub(r"\\\1{\2*}", tex)


def style(shown):
    """Return KaTeX's style sheet for some pages, and the fonts that it then needs.

    Arguments:
        shown: the HTML of the pages.

    Returns:
        The style sheet (str), with the families whose classes are on the pages, and the names of
        their fonts (list of str).
    """
    sheet = (KATEX / "dist" / "katex.min.css").read_text(encoding="utf-8")
    classes = {name for names in re.findall(r'class="([^"]*)"', shown) for name in names.split()}
    families = {"KaTeX_Main"}
    for selectors, family in _RULE.findall(sheet):
        needed = [set(re.findall(r"\.([\w-]+)", selector)) for selector in selectors.split(",")]
        if any(names and names <= classes for names in needed):
            families.add(family)
    fonts = []

    def face(found):
        if found["family"] not in families:
            return ""
        fonts.append(found["font"])
        return f'{found["head"]}src:url(fonts/{found["font"]}.woff2) format("woff2")}}'

    return _FACE.sub(face, sheet), fonts


def _settle(app, config):
    if config.html_math_renderer == "katex":
        config.unrolled_katex = katex_version()


def _finish_page(app, pagename, templatename, context, doctree):
    # The name of a browser's tab holds words alone: there TeX stands as it was written.
    if 'class="katex"' in context.get("title", ""):
        context["title"] = escape(app.env.titles[pagename].astext())


def _add_style(app):
    if app.builder.format == "html":
        serve(app, _SHEET, (KATEX / "dist" / "katex.min.css").read_bytes())
        app.add_css_file(_SHEET)


def _serve_style(app, exception):
    if exception is None and app.builder.format == "html":
        shown = pages(app)
        sheet, fonts = style(shown)
        serve(app, _SHEET, sheet.encode())
        for font in fonts:
            smaller = subset(KATEX / "dist" / "fonts" / f"{font}.woff2", shown)
            serve(app, f"katex/fonts/{font}.woff2", smaller)


def setup(app):
    """Register the renderer with Sphinx."""
    mathematics = Mathematics()
    app.setup_extension("unrolled.book.look")
    # Another KaTeX writes every page again.
    app.add_config_value("unrolled_katex", "", "html")
    app.add_html_math_renderer("katex", (mathematics.inline, None), (mathematics.block, None))
    app.connect("config-inited", _settle)
    app.connect("builder-inited", _add_style)
    app.connect("html-page-context", _finish_page)
    app.connect("build-finished", mathematics.close)
    app.connect("build-finished", _serve_style)
    # One process answers one writer.
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
