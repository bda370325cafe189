"""What the theme and Sphinx leave to be mended, so that axe-core finds no fault on a page."""

from __future__ import annotations

import re
from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
_FIRST_CELL = re.compile(r"(<tr\b[^>]*>\s*)<td\b([^>]*)>((?!</td>).+?)</td>", re.S)
_REPAIRS = (
    # ARIA has deprecated the role of an entry, and the list around them then has no list items.
    (re.compile(r' role="doc-biblioentry"'), ""),
    (re.compile(r'<div role="list" class="citation-list">'), '<div class="citation-list">'),
    # The empty corner of a table heads nothing.
    (re.compile(r"<th\b[^>]*>(?:\s|</?p>)*</th>"), "<td></td>"),
    # In a table with such a corner, the first cell of a row says what the others are about.
    (
        re.compile(r"<thead>\s*<tr\b[^>]*>\s*<td></td>.*?</table>", re.S),
        lambda table: _FIRST_CELL.sub(r'\1<th scope="row"\2>\3</th>', table[0]),
    ),
    # Who speaks to the browser says the words that are seen on folded code: they are its name.
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    # A table that is too wide for a phone is scrolled, by the keyboard too.
    (
        re.compile(r'<div class="pst-scrollable-table-container">'),
        '<div class="pst-scrollable-table-container" tabindex="0">',
    ),
)


def mend(html):
    """Return the HTML of a page's body with its faults mended."""
    for fault, remedy in _REPAIRS:
        html = fault.sub(remedy, html)
    return html


def _mend_page(app, pagename, templatename, context, doctree):
    if context.get("body"):
        context["body"] = mend(context["body"])


def _add_templates(app, config):
    config.templates_path.insert(0, str(_TEMPLATES))


def setup(app):
    """Register the repairs with Sphinx."""
    app.connect("config-inited", _add_templates)
    app.connect("html-page-context", _mend_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
