"""Plots and drawings share one look, and stay legible and exact."""

import itertools
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import pytest

from unrolled import diagrams, plots

SVG = "{http://www.w3.org/2000/svg}"
CELLS = [(lit, False) for lit in (None, *diagrams.PARTS)]
CELLS += [(lit, True) for lit in (None, *diagrams.PARTS) if lit != "forget"]


def _luminance(colour):
    def linear(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    r, g, b = (linear(int(colour[k : k + 2], 16) / 255) for k in (1, 3, 5))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_quantity_has_a_colour_that_stands_out_on_white():
    for name, colour in plots.COLOURS.items():
        assert _contrast(colour, "#FFFFFF") >= 3, name
        assert plots.STYLES[name]["color"] == colour


def test_drawings_use_the_colours_of_the_plots_and_stand_out_in_the_dark():
    css = diagrams.lstm_cell().svg
    for name in "ifgoch":
        assert f"--{name}:{plots.COLOURS[name]};" in css
        assert _contrast(diagrams._DARK[name], "#121212") >= 4.5, name


@pytest.mark.parametrize("group", ["ifgoch", ("train", "valid")])
def test_lines_that_share_a_plot_differ_in_pattern_or_width_too(group):
    for one, other in itertools.combinations(group, 2):
        a, b = plots.STYLES[one], plots.STYLES[other]
        assert (a["linestyle"], a["linewidth"]) != (b["linestyle"], b["linewidth"]), (one, other)


def test_plain_lines_take_the_cycle_in_order():
    fig, ax = plots.axes()
    for k, style in enumerate(plots.OTHERS):
        (line,) = ax.plot([0, 1], [0, k])
        assert line.get_color() == style["color"]
    assert ax.get_title() == ""
    plt.close(fig)


def test_axes_come_in_rows_and_columns():
    fig, ax = plots.axes(2, 3, height=1.5, sharex=True)
    assert ax.shape == (2, 3)
    assert fig.get_size_inches()[1] == 3
    plt.close(fig)


def test_importing_plots_and_diagrams_loads_no_matplotlib():
    code = "import sys, unrolled.plots, unrolled.diagrams; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize(("lit", "lstm97"), CELLS)
def test_a_drawing_is_well_formed_and_speaks(lit, lstm97):
    root = ET.fromstring(diagrams.lstm_cell(lit, lstm97=lstm97).svg)
    assert root.get("role") == "img"
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    title, description = ids[root.get("aria-labelledby")], ids[root.get("aria-describedby")]
    assert "LSTM" in title.text
    assert len(description.text) > 100
    assert ("1997" in title.text) == lstm97
    assert description.text.startswith("Lit: ") == (lit is not None)


def test_ids_differ_between_drawings_on_a_page():
    cell = diagrams.lstm_cell()
    seen = [e.get("id") for _ in range(2) for e in ET.fromstring(cell.svg).iter() if e.get("id")]
    assert len(set(seen)) == len(seen) == 4


def _names(root):
    """Return the symbols that are written in full ink, and those that are faded."""
    faded = next((g for g in root.iter(f"{SVG}g") if g.get("class") == "faded"), ())
    dim = {"".join(t.itertext()) for t in faded if "name" in t.get("class", "")}
    every = {"".join(t.itertext()) for t in root.iter(f"{SVG}text") if "name" in t.get("class", "")}
    return every - dim, every


@pytest.mark.parametrize(
    ("lit", "symbols"),
    [
        ("forget", {"ct−1", "ht−1", "xt", "ft"}),
        ("input", {"ht−1", "xt", "it"}),
        ("candidate", {"ht−1", "xt", "gt"}),
        ("cell", {"ct−1", "ct", "ft"}),
        ("output", {"ht−1", "xt", "ot", "ht"}),
    ],
)
def test_the_lit_part_shows_its_own_symbols_and_fades_the_rest(lit, symbols):
    bright, every = _names(ET.fromstring(diagrams.lstm_cell(lit).svg))
    assert bright == symbols
    assert every == {"xt", "ht−1", "ct−1", "it", "ft", "gt", "ot", "ct", "ht"}


def test_the_cell_of_1997_has_no_forget_gate_and_one_product_less():
    def count(svg):
        root = ET.fromstring(svg)
        return len(list(root.iter(f"{SVG}rect"))), len(_names(root)[1])

    boxes, names = count(diagrams.lstm_cell().svg)
    assert count(diagrams.lstm_cell(lstm97=True).svg) == (boxes - 1, names - 1)


@pytest.mark.parametrize(("lit", "lstm97"), [("gate", False), ("forget", True)])
def test_a_part_that_is_not_drawn_is_refused_by_name(lit, lstm97):
    with pytest.raises(ValueError, match=rf"^lit='{lit}': expected None or one of '"):
        diagrams.lstm_cell(lit, lstm97=lstm97)


def test_a_drawing_can_be_saved_and_shown(tmp_path):
    cell = diagrams.lstm_cell("cell")
    cell.save(tmp_path / "cell.svg")
    assert ET.parse(tmp_path / "cell.svg").getroot().tag == f"{SVG}svg"
    bundle = cell._repr_mimebundle_()
    assert bundle["text/html"].startswith("<div")
    assert "<svg" in cell._repr_html_()
    assert bundle["text/plain"] == repr(cell)


@pytest.mark.slow
@pytest.mark.parametrize("lstm97", [False, True])
def test_no_symbol_touches_another_or_a_box(opened, tmp_path, lstm97):
    path = tmp_path / "cell.html"
    path.write_text(f"<meta charset=utf-8>{diagrams.lstm_cell(lstm97=lstm97).svg}")
    page = opened(path)
    touching = """(() => {
      const boxes = [...document.querySelectorAll('text.name, rect.box, circle.box')]
        .map((e) => [e.textContent || e.tagName, e.getBoundingClientRect()]);
      const found = [];
      boxes.forEach(([a, p], k) => boxes.slice(k + 1).forEach(([b, q]) => {
        if (p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom)
          found.push(a + ' / ' + b);
      }));
      return found.join(', ');
    })()"""
    assert page.evaluate("document.querySelectorAll('text.name').length") >= 8
    assert page.evaluate(touching) == ""


@pytest.mark.slow
def test_every_cell_of_a_notebook_shows_its_figure():
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    draw = "from unrolled import plots\nfig, ax = plots.axes()\nax.plot([1, 2]);"
    cells = [nbformat.v4.new_code_cell(draw) for _ in range(2)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    assert all("image/png" in cell.outputs[0].data for cell in notebook.cells)
