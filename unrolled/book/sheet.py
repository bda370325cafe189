"""One style sheet for the whole site, without the rules that no page has a use for.

A browser shows nothing before it has read all style sheets of a page. The theme and the extensions bring a
dozen, and most of their rules are for elements that the book does not have. The sheets stay where they
were; pages link to what is left of them, joined in the order in which they were linked.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import tinycss2
from sphinx.errors import ExtensionError

from unrolled.book.served import page_paths, scripts, serve

#: The sheet's name below `_static/`.
NAME = "book.css"
_MADE_OF = "/* Made of "
_LINK = re.compile(r'[ \t]*<link\b[^>]*\brel="stylesheet"[^>]*>\n?')
_HREF = re.compile(r'href="([^"?]*_static/)([^"?]+)')
_IMPORT = re.compile(r"""@import\s+(?:url\()?["']?([^"')]+)["']?\)?;""")
_URL = re.compile(r"""url\(\s*(["']?)(?!data:|#|https?:)([^"')]+)\1\s*\)""")
_CLASSES = re.compile(r"""\bclass=\\?["']([^"']*)""")
_INLINE = re.compile(r"<script\b[^>]*>(.*?)</script>", re.S)
_WORD = re.compile(r"[\w-]+")
_VARIABLE = re.compile(r"--[\w-]+")
_GROUPS = {"container", "layer", "media", "supports"}


class Used:
    """What pages and scripts name: a rule about anything else never holds.

    Arguments:
        html: the text (str) of all pages.
        programs: the text (str) of all scripts, of which every word may name something.
    """

    def __init__(self, html, programs):
        programs = " ".join([programs, *_INLINE.findall(html)])
        words = set(_WORD.findall(programs))
        classes = {name for names in _CLASSES.findall(html) for name in names.split()}
        self.names = words | classes | set(re.findall(r'\bid="([^"]*)"', html))
        self.tags = {tag.lower() for tag in words | set(re.findall(r"<([a-zA-Z][\w-]*)", html))}
        self.variables = set(_VARIABLE.findall(programs)) | set(
            re.findall(r"var\(\s*(--[\w-]+)", html)
        )

    def may_match(self, selector):
        """Say whether an element may match a selector, now or when scripts have run.

        Arguments:
            selector: its tokens. What stands in brackets, as in `:not(.a)` or `[b]`, is passed over.
        """
        before = None
        for token in selector:
            if token.type == "hash" and token.value not in self.names:
                return False
            if token.type == "ident" and before == "." and token.value not in self.names:
                return False
            is_tag = token.type == "ident" and before not in (".", ":")
            if is_tag and token.lower_value not in self.tags:
                return False
            before = token.value if token.type == "literal" else None
        return True


def joined(static, names):
    """Return several style sheets as one (str), whose addresses hold in `static`.

    Arguments:
        static: the folder (Path) that holds the sheets.
        names: their paths below it.
    """
    return "\n".join(_whole(static, static / name) for name in names)


def _whole(static, path):
    sheet = path.read_text(encoding="utf-8").removeprefix('@charset "UTF-8";')

    def moved(found):
        address = os.path.relpath(path.parent / found[2], static).replace(os.sep, "/")
        return f'url("{address}")'

    parts = _IMPORT.split(_URL.sub(moved, sheet))
    parts[1::2] = [_whole(static, (path.parent / name).resolve()) for name in parts[1::2]]
    return "".join(parts)


def purged(sheet, used):
    """Leave out of a style sheet what is not used.

    Arguments:
        sheet: its text.
        used: what pages and scripts name, as `Used`.

    Returns:
        The rules (str) that may hold for some element, in their order, without comments, and without
        the variables that neither a rule nor a page asks for.
    """
    rules = _rules(tinycss2.parse_stylesheet(sheet, skip_comments=True), used)
    text, before = _text(rules, None), None
    while text != before:  # a variable may be asked for by one that goes
        asked = used.variables | set(re.findall(r"var\(\s*(--[\w-]+)", text))
        text, before = _text(rules, asked), text
    return text


def _rules(rules, used):
    """Return of each rule that stays its head and what is in it: rules, declarations or a text."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in _selectors(rule.prelude) if used.may_match(one)]
            head = ",".join(tinycss2.serialize(one).strip() for one in selectors)
            found = tinycss2.parse_blocks_contents(rule.content, skip_comments=True)
            declarations = [(x.name, x.serialize()) for x in found if x.type == "declaration"]
            if selectors:
                kept.append((head, "declarations", declarations))
        elif rule.type == "at-rule" and rule.content is not None:
            head = f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}".strip()
            if rule.lower_at_keyword in _GROUPS:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True)
                kept.append((head, "rules", _rules(inner, used)))
            else:
                kept.append((head, "text", tinycss2.serialize(rule.content).strip()))
    return kept


def _selectors(prelude):
    """Return the selectors of a rule, each as its tokens."""
    selectors = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def _text(rules, asked):
    """Write rules down, and of their variables those that are asked for; all, if that is None."""
    lines = []
    for head, kind, inner in rules:
        if kind == "rules":
            inner = _text(inner, asked)
        elif kind == "declarations":
            spare = {name for name, _ in inner if name.startswith("--")} - (asked or set())
            spare = spare if asked is not None else set()
            inner = ";".join(text for name, text in inner if name not in spare)
        if inner:
            lines.append(f"{head}{{{inner}}}")
    return "\n".join(lines)


def names_in(html):
    """Return the paths, below `_static/`, of the style sheets that a page links to, in their order."""
    return [found[2] for link in _LINK.findall(html) if (found := _HREF.search(link))]


def merged(lists):
    """Return one order of names (list) in which each of several lists keeps its own.

    Raises:
        ExtensionError: if there is none.
    """
    order = []
    for names in lists:
        at = 0
        for name in names:
            if name not in order:
                order.insert(at, name)
            at = order.index(name) + 1
        if sorted(names, key=order.index) != names:
            raise ExtensionError(f"style sheets come in different orders: {names} and {order}")
    return order


def _linked(html, digest):
    """Return a page that links to the one sheet in the place of all others."""
    links = list(_LINK.finditer(html))
    if not links:  # it leads on to another page, and shows nothing
        return html
    folder = _HREF.search(links[0][0])[1]
    one = f'  <link href="{folder}{NAME}?v={digest}" rel="stylesheet" />\n'
    for link in reversed(links[1:]):
        html = html[: link.start()] + html[link.end() :]
    return html[: links[0].start()] + one + html[links[0].end() :]


def made_of(static):
    """Return the paths of the sheets (list of str) of which the one in `static` was made, if it is there."""
    path = static / NAME
    first = path.read_text(encoding="utf-8").partition("\n")[0] if path.exists() else ""
    return first.removeprefix(_MADE_OF).removesuffix(" */").split()


def _write(app, exception):
    """Write the sheet and the links to it; a page of an earlier build has one link already."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    html = {path: path.read_text(encoding="utf-8") for path in page_paths(app)}
    lists = [names_in(text) for text in html.values()]
    fresh = [names for names in lists if names != [NAME]]
    known = made_of(static) if [NAME] in lists else []  # when all pages are new, so is the order
    names = merged([known, *fresh])
    used = Used("\n".join(html.values()), scripts(app))
    sheet = f"{_MADE_OF}{' '.join(names)} */\n{purged(joined(static, names), used)}\n".encode()
    serve(app, NAME, sheet)
    digest = hashlib.sha256(sheet).hexdigest()[:8]
    for path, text in html.items():
        if (linked := _linked(text, digest)) != text:
            path.write_text(linked, encoding="utf-8")


def setup(app):
    """Write the sheet when other extensions have written theirs."""
    app.connect("build-finished", _write, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
