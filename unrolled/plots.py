"""One look for every figure: the same quantity has the same colour and line on every page.

Figures are drawn on white, so that they read the same in a notebook with a dark theme. The book
turns their lightness around in dark mode (`unrolled/book/static/unrolled.css`).
"""

from __future__ import annotations

#: One colour for each quantity. Blue, green and purple are those of Okabe and Ito (2008), the rest
#: are darkened from theirs: each has a contrast of at least 3:1 on white.
COLOURS = {
    "i": "#0072B2",
    "f": "#CC3311",
    "g": "#008F68",
    "o": "#C2699F",
    "c": "#C28400",
    "h": "#332288",
    "x": "#6F6F6F",
    "train": "#44546A",
    "valid": "#AA3377",
}

#: Line arguments for each quantity, for `ax.plot(t, value, **STYLES["f"])`. The line pattern tells
#: quantities apart where colour does not (print, colour-blind readers).
STYLES = {
    "i": {"color": COLOURS["i"], "linestyle": "-", "linewidth": 1.8},
    "f": {"color": COLOURS["f"], "linestyle": (0, (6, 2)), "linewidth": 1.8},
    "g": {"color": COLOURS["g"], "linestyle": (0, (6, 2, 1.5, 2)), "linewidth": 1.8},
    "o": {"color": COLOURS["o"], "linestyle": (0, (1.5, 1.5)), "linewidth": 2.2},
    "c": {"color": COLOURS["c"], "linestyle": "-", "linewidth": 3.0},
    "h": {"color": COLOURS["h"], "linestyle": (0, (3, 1.5)), "linewidth": 1.8},
    "x": {"color": COLOURS["x"], "linestyle": (0, (1, 2.5)), "linewidth": 1.8},
    "train": {"color": COLOURS["train"], "linestyle": "-", "linewidth": 1.8},
    "valid": {"color": COLOURS["valid"], "linestyle": (0, (5, 2)), "linewidth": 1.8},
}

#: Line arguments for everything else, in the order in which `ax.plot` uses them.
OTHERS = (
    {"color": "#0072B2", "linestyle": "-", "linewidth": 1.8},
    {"color": "#CC3311", "linestyle": (0, (6, 2)), "linewidth": 1.8},
    {"color": "#008F68", "linestyle": (0, (6, 2, 1.5, 2)), "linewidth": 1.8},
    {"color": "#C2699F", "linestyle": (0, (1.5, 1.5)), "linewidth": 2.2},
    {"color": "#332288", "linestyle": (0, (3, 1.5)), "linewidth": 1.8},
    {"color": "#6F6F6F", "linestyle": (0, (8, 2, 1.5, 2, 1.5, 2)), "linewidth": 1.8},
)

_INK = "#333333"
_RC = {
    "axes.axisbelow": True,
    "axes.edgecolor": _INK,
    "axes.facecolor": "white",
    "axes.grid": True,
    "axes.labelcolor": _INK,
    "axes.labelsize": 10.5,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "white",
    "font.size": 10.5,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "lines.dash_capstyle": "butt",
    "lines.markersize": 5,
    "text.color": _INK,
    "xtick.color": _INK,
    "xtick.labelsize": 9.5,
    "ytick.color": _INK,
    "ytick.labelsize": 9.5,
}


def axes(rows=1, cols=1, *, width=6.8, height=3.1, dpi=144, **subplots):
    """Make a figure and its axes in the style of the course.

    Arguments:
        rows, cols: how many panels, below and beside each other.
        width: width of the whole figure, in inches.
        height: height of one row, in inches.
        dpi: dots per inch of the figure.
        subplots: passed on to `matplotlib.pyplot.subplots`, for example `sharex=True`.

    Returns:
        `fig, ax`: `ax` is one axes object for one panel, else an array of them. Neither has a
        title: in the book the caption states the finding.

    Raises:
        ValueError: if `rows` or `cols` is below 1.
    """
    # A learner's check imports this package: matplotlib costs half a second, so load it when used.
    import matplotlib.pyplot as plt
    from cycler import cycler

    keys = OTHERS[0].keys()
    cycle = cycler(**{key: [style[key] for style in OTHERS] for key in keys})
    with plt.rc_context({**_RC, "axes.prop_cycle": cycle}):
        fig, ax = plt.subplots(
            rows, cols, figsize=(width, height * rows), dpi=dpi, layout="constrained", **subplots
        )
        interactive = plt.isinteractive()
    plt.interactive(interactive)  # the first figure loads the backend, which may have set this
    return fig, ax
