"""Drawings of the course, laid out by hand and written as SVG that follows the page's theme."""

from __future__ import annotations

import itertools
from html import escape
from pathlib import Path

from unrolled.plots import COLOURS

# The same hues, lighter, for pages with a dark background.
_DARK = {"i": "#56A8E0", "f": "#FF8A70", "g": "#3CCB9F", "o": "#EBA6CF", "c": "#F2BC42"}
_DARK["h"] = "#C3B8FF"

_WIDTH, _HEIGHT = 660, 412
_C_LINE, _BUS = 100, 312  # heights of the cell-state line and of the line that carries x and h
_GATE_Y, _GATE_W, _GATE_H = 246, 60, 42
_F, _I, _G, _O = 160, 250, 340, 430  # where the three gates and the candidate stand
_JOIN, _OUT, _UP = 110, 508, 562  # where x joins h, where h is made, where h leaves upwards
_R = 14  # radius of the circles for × and +
_PRODUCT_Y, _TANH_Y, _OUT_Y = 176, 150, 206

#: What can be lit, with what a screen reader says of it.
PARTS = {
    "forget": "Lit: the forget gate f, a sigmoid of x and h, multiplies the old cell state.",
    "input": "Lit: the input gate i, a sigmoid of x and h, multiplies the candidate.",
    "candidate": "Lit: the candidate g, a tanh of x and h, is what could be written to the cell.",
    "cell": "Lit: the cell state runs straight from c at t−1 to c at t: it is scaled by the forget "
    "gate, then the product of input gate and candidate is added.",
    "output": "Lit: the output gate o, a sigmoid of x and h, multiplies the tanh of the new cell "
    "state; the result is the hidden state h.",
}
_PARTS_97 = {
    **PARTS,
    "cell": "Lit: the cell state runs straight from c at t−1 to c at t: nothing scales it, the "
    "product of input gate and candidate is added.",
}
_WHOLE = (
    "The input x at t and the hidden state h at t−1 feed three sigmoid gates, f, i and o, and one "
    "tanh candidate, g. The cell state c at t−1 is multiplied by f; the product of i and g is "
    "added; that is c at t. The tanh of c at t, multiplied by o, is h at t, which leaves both "
    "upwards and to the next time step."
)
_WHOLE_97 = (
    "The input x at t and the hidden state h at t−1 feed two sigmoid gates, i and o, and one tanh "
    "candidate, g. The product of i and g is added to the cell state c at t−1, which nothing "
    "scales: that is c at t. The tanh of c at t, multiplied by o, is h at t, which leaves both "
    "upwards and to the next time step."
)

_numbers = itertools.count(1)


class Diagram:
    """A drawing that a notebook and a page of the book show inline.

    Arguments:
        title: the name that a screen reader announces.
        description: what the drawing shows, in words.
        body: the SVG elements inside the root.
        width, height: size of the drawing in its own units.
    """

    def __init__(self, title, description, body, width, height):
        """Keep the parts; the ids are given when the drawing is shown."""
        self.title, self.description, self.body = title, description, body
        self.width, self.height = width, height

    @property
    def svg(self):
        """Return the drawing as one SVG element (str); its ids differ on every call."""
        name = f"unrolled-diagram-{next(_numbers)}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="unrolled-diagram" role="img" '
            f'viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
            f'<title id="{name}-title">{escape(self.title)}</title>'
            f'<desc id="{name}-desc">{escape(self.description)}</desc>'
            f"<style>{_CSS}</style>{self.body}</svg>"
        )

    def save(self, path):
        """Write the drawing to an .svg file at `path`."""
        Path(path).write_text(self.svg + "\n", encoding="utf-8")

    def _repr_html_(self):
        return f'<div class="unrolled-figure">{self.svg}</div>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self._repr_html_(), "text/plain": f"{self.title}. {self.description}"}

    def __repr__(self):
        """Return the title and the description."""
        return f"{self.title}. {self.description}"


def lstm_cell(lit=None, lstm97=False):
    """Draw one step of an LSTM cell.

    Arguments:
        lit: the part to show in its colour while the rest is faded, one of `PARTS`;
            None shows all of it.
        lstm97: draw the cell of Hochreiter and Schmidhuber (1997), which has no forget gate.

    Returns:
        A `Diagram`.

    Raises:
        ValueError: if `lit` names no part of the cell that is drawn.

    Source: Gers, Schmidhuber and Cummins (2000), without peepholes.
    """
    says = {k: v for k, v in _PARTS_97.items() if k != "forget"} if lstm97 else PARTS
    if lit is not None and lit not in says:
        raise ValueError(f"lit={lit!r}: expected None or one of {', '.join(map(repr, says))}")
    title = "One step of the LSTM cell" + (" of 1997, without a forget gate" if lstm97 else "")
    description = _WHOLE_97 if lstm97 else _WHOLE
    if lit is not None:
        description = f"{says[lit]} {description}"
    return Diagram(title, description, _draw(lit, lstm97), _WIDTH, _HEIGHT)


def rnn_unrolled(steps=4):
    """Draw a plain recurrent network with a readout: folded on the left, unrolled on the right.

    Arguments:
        steps: how many time steps to unroll, from 2 to 4.

    Returns:
        A `Diagram`.

    Raises:
        ValueError: if `steps` is not from 2 to 4.
    """
    if not 2 <= steps <= 4:
        raise ValueError(f"steps={steps}: the drawing has room for 2 to 4")
    pen = _Pen(None)
    folded, first, apart, y = 40, 262, 104, 146
    last = first + (steps - 1) * apart
    # Folded: the state leaves the box and comes back to it.
    right = folded + _GATE_W / 2
    pen.line(
        "h",
        (right, y + 12),
        (right + 40, y + 12),
        (right + 40, y - 12),
        (right, y - 12),
        arrow=True,
    )
    pen.name("h small", right + 26, y + 37, "W", "hh", "middle")
    _rnn_step(pen, folded, y, "t")
    pen.put(f'<text class="ink name" x="{folded + 108}" y="{y + 9}" text-anchor="middle">=</text>')
    # Unrolled: one copy of the box for each step, with the same weights.
    for k in range(steps):
        x = first + k * apart
        start = first - 78 if k == 0 else x - apart + _GATE_W / 2
        pen.line("h", (start, y), (x - _GATE_W / 2, y), arrow=True)
        pen.name("ink", x - apart / 2 - 2, y - 12, "h", str(k), "middle")
        pen.name("h small", x - apart / 2 - 2, y + 25, "W", "hh", "middle")
        _rnn_step(pen, x, y, str(k + 1))
    pen.line("h", (last + _GATE_W / 2, y), (last + _GATE_W / 2 + 48, y), arrow=True)
    pen.name("ink", last + apart / 2, y - 12, "h", str(steps), "middle")
    says = (
        "Left, the network folded: a box takes the input x at t from below and its own state h from "
        "the step before, which comes back to it in a loop, and gives an output y at t upwards. "
        f"Right, the same network unrolled over {steps} steps: {steps} copies of the box in a row. "
        "The state h at 0 enters the first, each hands its state to the next, and every copy has "
        "an input x from below and an output y upwards. The arrows from x carry W xh, those from box "
        "to box W hh and those to y W hy: the same three at every step."
    )
    width = last + _GATE_W // 2 + 52
    return Diagram("A recurrent network, folded and unrolled", says, pen.body(), width, 292)


def _rnn_step(pen, x, y, index):
    """Draw the box of one step with its input below and its output above."""
    half = _GATE_H / 2
    pen.line("ink", (x, y + 104), (x, y + half), arrow=True)
    pen.line("ink", (x, y - half), (x, 44), arrow=True)
    pen.box("h", x, y, "tanh")
    pen.name("ink", x, y + 128, "x", index, "middle")
    pen.name("ink small", x + 8, y + 68, "W", "xh", "start")
    pen.name("ink", x, 28, "y", index, "middle")
    pen.name("ink small", x + 8, 78, "W", "hy", "start")


class _Pen:
    """Collects elements; those outside the lit part are faded and drawn first."""

    def __init__(self, lit):
        self.lit, self.faded, self.bright = lit, [], []

    def put(self, element, *parts):
        """Add an element that belongs to `parts` (none: it is lit only when everything is)."""
        (self.bright if self.lit is None or self.lit in parts else self.faded).append(element)

    def line(self, ink, *points, parts=(), arrow=False, weight="line"):
        """Draw a line through `points`; an arrow ends with its tip on the last point."""
        (x0, y0), (x1, y1) = points[-2:]
        dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        head = ""
        if arrow:
            tip = 12 if weight == "belt" else 10
            half = 7 if weight == "belt" else 5.5
            bx, by = x1 - dx * tip, y1 - dy * tip
            head = (
                f'<path class="{ink} tip" d="M{x1} {y1}L{bx - dy * half} {by + dx * half}'
                f'L{bx + dy * half} {by - dx * half}Z"/>'
            )
            points = (*points[:-1], (bx, by))
        path = "M" + "L".join(f"{x} {y}" for x, y in points)
        self.put(f'<path class="{ink} {weight}" d="{path}"/>{head}', *parts)

    def box(self, ink, x, y, text, *parts):
        """Draw a box for a layer with its non-linearity, centred on (x, y)."""
        left, top = x - _GATE_W / 2, y - _GATE_H / 2
        self.put(
            f'<rect class="{ink} box" x="{left}" y="{top}" width="{_GATE_W}" height="{_GATE_H}" '
            f'rx="8"/><text x="{x}" y="{y + 7}" text-anchor="middle">{text}</text>',
            *parts,
        )

    def circle(self, ink, x, y, sign, *parts):
        """Draw the circle of an elementwise product or sum, centred on (x, y)."""
        a = 6.5 if sign == "+" else 5
        stroke = f"M{x - a} {y}h{2 * a}M{x} {y - a}v{2 * a}"
        if sign == "×":
            stroke = f"M{x - a} {y - a}l{2 * a} {2 * a}M{x - a} {y + a}l{2 * a} {-2 * a}"
        self.put(
            f'<circle class="{ink} box" cx="{x}" cy="{y}" r="{_R}"/>'
            f'<path class="ink line" d="{stroke}"/>',
            *parts,
        )

    def dot(self, ink, x, y, *parts):
        """Mark a place where one line divides, or two meet."""
        self.put(f'<circle class="{ink} tip" cx="{x}" cy="{y}" r="4"/>', *parts)

    def name(self, ink, x, y, letter, index, anchor, *parts):
        """Write a symbol with its index."""
        self.put(
            f'<text class="{ink} name" x="{x}" y="{y}" text-anchor="{anchor}">{letter}'
            f'<tspan class="index" dy="6">{index}</tspan></text>',
            *parts,
        )

    def body(self):
        """Return all elements, faded ones below."""
        faded = f'<g class="faded">{"".join(self.faded)}</g>' if self.faded else ""
        return faded + "".join(self.bright)


def _draw(lit, lstm97):
    pen = _Pen(lit)
    pen.put('<rect class="frame" x="72" y="52" width="516" height="298" rx="18"/>')
    gates = {"input": _I, "candidate": _G, "output": _O}
    if not lstm97:
        gates = {"forget": _F, **gates}
    _inputs(pen, gates)
    _cell_state(pen, lstm97)
    _gates(pen, lstm97)
    _output(pen)
    return pen.body()


def _inputs(pen, gates):
    """Draw x and h, the line that carries both, and a branch for each gate."""
    users = tuple(gates)
    pen.line("ink", (8, _BUS), (_JOIN, _BUS), parts=users)
    pen.line("ink", (_JOIN, _HEIGHT - 6), (_JOIN, _BUS), parts=users)
    pen.dot("ink", _JOIN, _BUS, *users)
    pen.name("ink", 8, _BUS - 13, "h", "t−1", "start", *users)
    pen.name("ink", _JOIN + 14, _HEIGHT - 12, "x", "t", "start", *users)
    start, bottom = _JOIN, _GATE_Y + _GATE_H / 2
    order = list(gates.items())
    for k, (part, x) in enumerate(order):
        beyond = tuple(name for name, _ in order[k:])  # the stretch leads to this gate and the rest
        pen.line("ink", (start, _BUS), (x, _BUS), parts=beyond)
        pen.line("ink", (x, _BUS), (x, bottom), parts=(part,), arrow=True)
        if k < len(order) - 1:
            pen.dot("ink", x, _BUS, part)
        start = x


def _cell_state(pen, lstm97):
    """Draw the straight line of the cell state, its product and its sum."""
    y = _C_LINE
    if lstm97:
        pen.line("c", (8, y), (_G - _R, y), parts=("cell",), weight="belt")
    else:
        pen.line("c", (8, y), (_F - _R, y), parts=("cell", "forget"), weight="belt")
        pen.line("c", (_F + _R, y), (_G - _R, y), parts=("cell",), weight="belt")
    pen.line("c", (_G + _R, y), (_WIDTH - 8, y), parts=("cell",), weight="belt", arrow=True)
    pen.circle("c", _G, y, "+", "cell")
    pen.name("ink", 8, y - 14, "c", "t−1", "start", "cell", "forget")
    pen.name("ink", _WIDTH - 8, y - 14, "c", "t", "end", "cell")


def _gates(pen, lstm97):
    """Draw the gates, the candidate and what each of them multiplies."""
    top = _GATE_Y - _GATE_H / 2
    if not lstm97:
        pen.line("f", (_F, top), (_F, _C_LINE + _R), parts=("forget", "cell"), arrow=True)
        pen.circle("f", _F, _C_LINE, "×", "forget", "cell")
        pen.box("f", _F, _GATE_Y, "σ", "forget")
        pen.name("f", _F - 11, 202, "f", "t", "end", "forget", "cell")
    corner = (_I, _PRODUCT_Y)
    pen.line("i", (_I, top), corner, (_G - _R, _PRODUCT_Y), parts=("input",), arrow=True)
    pen.box("i", _I, _GATE_Y, "σ", "input")
    pen.name("i", _I - 11, 202, "i", "t", "end", "input")
    pen.line("g", (_G, top), (_G, _PRODUCT_Y + _R), parts=("candidate",), arrow=True)
    pen.box("g", _G, _GATE_Y, "tanh", "candidate")
    pen.name("g", _G + 17, 212, "g", "t", "start", "candidate")
    pen.line("c", (_G, _PRODUCT_Y - _R), (_G, _C_LINE + _R), parts=("cell",), arrow=True)
    pen.circle("c", _G, _PRODUCT_Y, "×", "input", "candidate", "cell")


def _output(pen):
    """Draw the output gate, the tanh of the cell state and the two ways of h."""
    lit = ("output",)
    half = _GATE_H / 2
    pen.line("o", (_O, _GATE_Y - half), (_O, _OUT_Y), (_OUT - _R, _OUT_Y), parts=lit, arrow=True)
    pen.box("o", _O, _GATE_Y, "σ", *lit)
    pen.name("o", _O - 11, 212, "o", "t", "end", *lit)
    pen.line("c", (_OUT, _C_LINE), (_OUT, _TANH_Y - half + 3), parts=lit, arrow=True)
    pen.dot("c", _OUT, _C_LINE, *lit)
    pen.box("h", _OUT, _TANH_Y + 3, "tanh", *lit)
    pen.line("h", (_OUT, _TANH_Y + 3 + half), (_OUT, _OUT_Y - _R), parts=lit)
    pen.circle("h", _OUT, _OUT_Y, "×", *lit)
    pen.line("h", (_OUT, _OUT_Y + _R), (_OUT, _BUS), (_WIDTH - 8, _BUS), parts=lit, arrow=True)
    # The way up hops over the cell state: the two lines cross and do not meet.
    pen.put(f'<path class="h line" d="M{_UP} {_BUS}V{_C_LINE + 11}a11 11 0 0 0 0 -22V22"/>', *lit)
    pen.put(f'<path class="h tip" d="M{_UP} 8l-5.5 14h11Z"/>', *lit)
    pen.dot("h", _UP, _BUS, *lit)
    pen.name("ink", _UP - 14, 26, "h", "t", "end", *lit)
    pen.name("ink", _WIDTH - 8, _BUS - 13, "h", "t", "end", *lit)


def _css():
    """Return the style sheet of a drawing: ink is the text colour of the page around it."""
    light = "".join(f"--{k}:{COLOURS[k]};" for k in _DARK)
    dark = "".join(f"--{k}:{v};" for k, v in _DARK.items())
    me = ".unrolled-diagram"
    inks = "".join(f"{me} .{k}{{--ink:var(--{k})}}" for k in _DARK)
    return (
        f"{me}{{{light}display:block;max-width:100%;height:auto;margin:0 auto}}"
        f"[data-theme=dark] {me},[data-jp-theme-light=false] {me}{{{dark}}}"
        # Only where the drawing is a file of its own is it the root, and chooses its own ink.
        f"@media (prefers-color-scheme:dark){{{me}:root{{{dark}color:#eee}}}}"
        f"@media print{{{me}{me}{me}{{{light}color:#000}}}}"
        f"{me} .ink{{--ink:currentColor}}{inks}"
        f"{me} .line,{me} .belt{{fill:none;stroke:var(--ink);stroke-width:2.4;"
        "stroke-linejoin:round;stroke-linecap:butt}"
        f"{me} .belt{{stroke-width:5}}"
        f"{me} .tip{{fill:var(--ink);stroke:none}}"
        f"{me} .box{{fill:var(--ink);fill-opacity:.16;stroke:var(--ink);stroke-width:2.4}}"
        f"{me} .frame{{fill:currentColor;fill-opacity:.035;stroke:currentColor;"
        "stroke-opacity:.35;stroke-width:1.5}"
        f"{me} text{{fill:currentColor;font:20px 'STIX Two Text','Times New Roman',Times,"
        "'Liberation Serif',serif}"
        f"{me} .name{{fill:var(--ink);font-size:27px;font-style:italic}}"
        f"{me} .index{{font-size:19px}}"
        f"{me} .small{{font-size:21px}}{me} .small .index{{font-size:15px}}"
        f"{me} .faded{{opacity:.25}}"
    )


_CSS = _css()
