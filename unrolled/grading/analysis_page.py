"""The page of `unrolled report`: one HTML file with its plots inside, which asks nobody for anything."""

from __future__ import annotations

import html
import io
import re
import statistics
from collections.abc import Iterable

from unrolled import plots
from unrolled.grading.analysis import STATES, Analysis, number

# Each has a contrast of 3:1 or more with the page's white and with its dark; hatching tells states
# apart where colour does not.
_FILLS = {
    "right": ("#1b8a6b", ""),
    "wrong": ("#c8501e", "///"),
    "raised": ("#9a6fb0", "..."),
    "stopped": ("#4a7fc1", "xxx"),
    "not written": ("#808080", ""),
}
_SHOWN_NAMES = 20

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --rule: #d0d0d0; --quiet: #595959; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #1a1a1a; --rule: #4a4a4a; --quiet: #b0b0b0; }
}
body { background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 62rem; padding: 1rem 1.5rem 4rem; }
h1 { line-height: 1.2; margin-bottom: 0.3rem; }
h2 { border-top: 1px solid var(--rule); margin-top: 2.5rem; padding-top: 1rem; }
figure { margin: 1.5rem 0; }
figcaption, .quiet { color: var(--quiet); }
svg { display: block; height: auto; max-width: 100%; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--rule); padding: 0.3rem 0.6rem; text-align: left;
  vertical-align: top; }
caption { font-weight: 600; padding: 0.6rem; text-align: left; }
thead th { white-space: nowrap; }
.n { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.who { color: var(--quiet); font-size: 0.875rem; overflow-wrap: anywhere; }
"""


def page(analysis: Analysis) -> str:
    """Return the analysis as one HTML document; what learners chose, such as names, is escaped."""
    title = f"What the class did in {_escape(analysis.topic)}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1>",
        *_marks(analysis),
        *_items(analysis),
        *_mistakes(analysis),
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _marks(analysis):
    totals = analysis.totals
    line = f"{len(analysis.students)} graded submissions"
    if totals:
        line += (
            f"; mean {statistics.fmean(totals):.1f}, median {statistics.median(totals):g} "
            f"of {analysis.out_of:g} points"
        )
    yield f"<p>{line}.</p>"
    if analysis.about:
        yield f'<p class="quiet">{_escape(" ".join(analysis.about))}</p>'
    yield "<h2>Marks</h2>"
    if totals:
        told = f"Histogram of {len(totals)} marks. {line}. The marks are in totals.csv."
        caption = "Marks: automatic points and those given by hand, late penalties taken off."
        yield _figure(_histogram(totals, analysis.out_of), told, caption)
    if analysis.written:
        rows = [
            [part.name, f"{part.points:g}", f"{part.marked} of {len(totals)}", number(part.mean)]
            for part in analysis.written
        ]
        yield _table("Parts marked by a person", ["part", "points", "marked", "mean"], rows)


def _items(analysis):
    yield "<h2>Parts</h2>"
    shares = "; ".join(
        f"{item.name}: "
        + ", ".join(f"{count} {state}" for state, count in item.states.items() if count)
        for item in analysis.items
    )
    caption = "How many submissions have each part right, or what became of it."
    yield _figure(_bars(analysis), f"Stacked bars, one a part. {shares}.", caption)
    heads = ["part", "points", "difficulty", "discrimination", *STATES]
    rows = [
        [
            item.name,
            f"{item.points:g}",
            f"{item.difficulty:.0%}",
            number(item.discrimination),
            *map(str, item.states.values()),
        ]
        for item in analysis.items
    ]
    yield _table("Each part in numbers", heads, rows)
    yield (
        '<p class="quiet"><strong>Difficulty</strong> is the share of submissions with full '
        "points: a high number is an easy part. <strong>Discrimination</strong> is the correlation "
        "of a part with the points earned in all others, from −1 to 1: near 0, the part tells "
        "nothing about the rest; below 0, strong learners miss what weak ones get, so look at its "
        "wording and its checks. A dash means that nothing varies. In a small class both are rough."
        "</p>"
    )
    told = "; ".join(
        f"{item.name}: difficulty {item.difficulty:.0%}, "
        f"discrimination {number(item.discrimination)}"
        for item in analysis.items
    )
    caption = "Dots far to the right: an easy part, and one that tells strong learners from weak."
    yield _figure(_dots(analysis.items), f"Two dot plots, a row for each part. {told}.", caption)


def _mistakes(analysis):
    yield "<h2>Mistakes</h2>"
    rows = [
        [made.item, str(len(made.students)), (_rich(made.says), _who(made.students))]
        for made in analysis.mistakes
    ]
    if rows:
        yield _table("Known mistakes that were made", ["part", "how often", "mistake"], rows)
    else:
        yield "<p>No known mistake was made.</p>"
    rows = [
        [item.name, str(len(item.undiagnosed)), ("", _who(item.undiagnosed))]
        for item in analysis.items
        if item.undiagnosed
    ]
    if rows:
        told = "Wrong answers that are no known mistake"
        yield _table(told, ["part", "how often", "whose"], rows)
        yield (
            '<p class="quiet">Where several of them do the same, describe it in '
            f"<code>solutions/mistakes/{_escape(analysis.topic)}.yml</code>: the next learner is "
            "told.</p>"
        )


# --- plots -------------------------------------------------------------------------------------


def _histogram(totals, out_of):
    fig, ax = plots.axes(height=2.6)
    most = max(out_of, *totals, 1.0)
    count = int(min(max(most, 1), 30))
    ax.hist(totals, bins=[most * k / count for k in range(count + 1)], color=_FILLS["right"][0])
    ax.set_xlabel(f"points of {out_of:g}")
    ax.set_ylabel("submissions")
    ax.yaxis.get_major_locator().set_params(integer=True)
    return _svg(fig, "marks")


def _bars(analysis):
    items = analysis.items
    fig, ax = plots.axes(height=1.0 + 0.36 * len(items))
    left = [0] * len(items)
    for state in STATES:
        widths = [item.states[state] for item in items]
        colour, hatch = _FILLS[state]
        if any(widths):
            ax.barh(
                range(len(items)), widths, left=left, color=colour, hatch=hatch, label=state,
                edgecolor=_PAPER, linewidth=0.8,
            )  # fmt: skip
        left = [a + b for a, b in zip(left, widths, strict=True)]
    ax.set_yticks(range(len(items)), [item.name for item in items])
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    ax.set_xlabel("submissions")
    ax.xaxis.get_major_locator().set_params(integer=True)
    fig.legend(loc="outside upper center", ncols=len(STATES), frameon=False)
    return _svg(fig, "parts")


def _dots(items):
    fig, (left, right) = plots.axes(1, 2, height=0.9 + 0.32 * len(items), sharey=True)
    rows = range(len(items))
    left.plot([item.difficulty for item in items], rows, "o", color=_FILLS["stopped"][0])
    known = [(item.discrimination, k) for k, item in enumerate(items)]
    known = [(value, k) for value, k in known if value is not None]
    right.plot([v for v, _ in known], [k for _, k in known], "D", color=_FILLS["raised"][0])
    left.set_xlim(-0.04, 1.04)
    right.set_xlim(min(-0.04, *(v - 0.04 for v, _ in known), 0), 1.04)
    right.axvline(0, color=_INK, linewidth=0.8)
    left.set_yticks(rows, [item.name for item in items])
    left.set_ylim(len(items) - 0.5, -0.5)
    left.set_xlabel("difficulty: share with full points")
    right.set_xlabel("discrimination")
    return _svg(fig, "dots")


_INK, _RULE, _PAPER = "#333333", "#dddddd", "#fefefe"
_THEMED = {_INK: "currentColor", _RULE: "var(--rule)", _PAPER: "var(--paper)"}


def _svg(fig, name):
    """Return the figure as an SVG element in the page's own colours, the same at every run."""
    import matplotlib.pyplot as plt

    out = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        fig.savefig(out, format="svg", transparent=True, metadata=nothing)
    plt.close(fig)
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.S)
    drawn = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px system-ui, sans-serif", drawn)
    # Text has no colour of its own where matplotlib takes black for granted.
    drawn = drawn.replace("<text ", '<text fill="currentColor" ')
    # One page holds several drawings: each keeps its names to itself.
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    drawn = drawn.replace('href="#', f'href="#{name}-').replace("url(#", f"url(#{name}-")
    for colour, themed in _THEMED.items():
        drawn = re.sub(colour, themed, drawn, flags=re.I)
    return drawn


# --- HTML --------------------------------------------------------------------------------------


def _figure(svg, told, caption):
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{_escape(told)}" ', 1)
    return f"<figure>{svg}<figcaption>{_escape(caption)}</figcaption></figure>"


def _table(caption, heads, rows: Iterable[list]):
    """Return a table: the first cell names the row, cells in pairs are HTML, the rest is text."""
    lines = [f'<div class="wide" tabindex="0" role="region" aria-label="{_escape(caption)}">']
    numeric = {"points", "difficulty", "discrimination", "how often", "marked", "mean", *STATES}
    kinds = [' class="n"' if head in numeric else "" for head in heads]
    lines.append(f"<table><caption>{_escape(caption)}</caption><thead><tr>")
    for head, kind in zip(heads, kinds, strict=True):
        lines.append(f'<th scope="col"{kind}>{_escape(head)}</th>')
    lines.append("</tr></thead><tbody>")
    for first, *rest in rows:
        cells = [
            f"<td{kind}>{''.join(cell) if isinstance(cell, tuple) else _escape(cell)}</td>"
            for cell, kind in zip(rest, kinds[1:], strict=True)
        ]
        lines.append(f'<tr><th scope="row">{_escape(first)}</th>{"".join(cells)}</tr>')
    lines.append("</tbody></table></div>")
    return "".join(lines)


def _who(students):
    names = ", ".join(map(_escape, students[:_SHOWN_NAMES]))
    more = len(students) - _SHOWN_NAMES
    return f'<div class="who">{names}{f" and {more} more" if more > 0 else ""}</div>'


def _rich(text):
    """Escape an author's sentence, then show its `code` and *emphasis* as such."""
    pieces = _escape(text).split("`")
    if len(pieces) % 2 == 0:
        return "`".join(pieces)
    for k in range(0, len(pieces), 2):
        pieces[k] = re.sub(r"(?<!\w)\*(\w[^*]*)\*(?!\w)", r"<em>\1</em>", pieces[k])
    return "".join(f"<code>{p}</code>" if k % 2 else p for k, p in enumerate(pieces))


def _escape(text):
    """Escape text, and show what is no character of a page as a replacement character."""
    return html.escape("".join(c if c.isprintable() else "�" for c in text))
