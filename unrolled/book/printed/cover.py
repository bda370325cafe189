"""The cover, for e-book readers and for paper: a recurrent network that unrolls over the page.

It is drawn while the book is made, with the colours of the icon, and is the same to the byte each time.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from textwrap import fill

from unrolled.book.installable import ACCENT, INK, LINE
from unrolled.book.served import serve

#: Width and height in inches, those of A4.
SIZE = 8.27, 11.69
#: The image among the EPUB's static files, and beside the LaTeX.
PNG, PDF = "cover.png", "cover.pdf"
_STEPS = 4
_FIRST, _APART = 0.17, 0.235  # where the steps stand, as shares of the width
_MIDDLE, _REACH, _RADIUS = 0.70, 0.19, 0.062  # the row of states, how far its arrows go, a state


def cover(title, words, author):
    """Return the cover as a figure of matplotlib.

    Arguments:
        title: the name of the book.
        words: what it is, in a sentence.
        author: who wrote it.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, facecolor=INK)
    height = SIZE[1] / SIZE[0]
    ax = figure.add_axes((0, 0, 1, 1), xlim=(0, 1), ylim=(0, height))
    ax.axis("off")
    _draw_network(ax, _MIDDLE * height)
    text = {"color": LINE, "va": "top", "fontfamily": "DejaVu Sans"}
    ax.text(0.1, 0.44 * height, title, fontsize=54, fontweight="bold", **text)
    ax.text(0.105, 0.345 * height, fill(words, 42), fontsize=17, linespacing=1.5, **text)
    ax.text(0.105, 0.1 * height, author, fontsize=13, **text)
    return figure


def _draw_network(ax, y):
    """Draw the states on a line, each with what it reads and gives."""
    from matplotlib.patches import Circle

    for step in range(_STEPS):
        x = _FIRST + step * _APART
        last = step == _STEPS - 1
        _arrow(ax, (x, y - _REACH), (x, y - _RADIUS))
        _arrow(ax, (x, y + _RADIUS), (x, y + _REACH))
        begin = x - _APART + _RADIUS if step else 0
        _arrow(ax, (begin, y), (x - _RADIUS, y))
        inside = ACCENT if last else LINE
        ax.add_patch(Circle((x, y), _RADIUS, facecolor=inside, edgecolor="none"))
        for at, name in ((y, "h"), (y - _REACH - 0.035, "x"), (y + _REACH + 0.035, "y")):
            colour = INK if name == "h" else LINE
            label = f"${name}_{{{step + 1}}}$"
            ax.text(x, at, label, color=colour, fontsize=21, ha="center", va="center")
    _arrow(ax, (x + _RADIUS, y), (1.1, y))  # over the edge


def _arrow(ax, begin, end):
    style = {"arrowstyle": "-|>", "color": LINE, "linewidth": 2, "shrinkA": 0, "shrinkB": 2}
    style["mutation_scale"] = 18
    ax.annotate("", end, begin, arrowprops=style, annotation_clip=False)


def image(figure, kind):
    """Return a figure as a file (bytes) without a date.

    Arguments:
        figure: a figure of matplotlib.
        kind: `png` or `pdf`.
    """
    file = BytesIO()
    metadata = {"CreationDate": None} if kind == "pdf" else {"Software": None}
    figure.savefig(file, format=kind, dpi=180, metadata=metadata)
    return file.getvalue()


def _write(app):
    config = app.config
    figure = cover(config.project, config.epub_description, config.author)
    if app.builder.name == "epub":
        serve(app, PNG, image(figure, "png"))
    else:
        Path(app.outdir, PDF).write_bytes(image(figure, "pdf"))


def setup(app):
    """Draw the cover before anything asks for it."""
    app.connect("builder-inited", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
