"""What makes a page light: icons and scripts that it needs, and no others."""

from io import BytesIO
from types import SimpleNamespace

import matplotlib
import pytest
from fontTools.ttLib import TTFont

from unrolled.book.icons import _serve_icons, characters, icons
from unrolled.book.lean import is_needed, without_colourless
from unrolled.book.webfonts import subset

# How many colours a program, and a name and a bracket marked as such in it, have together.
COLOURS = """
    () => {
      const program = document.querySelector(".highlight pre");
      const marked = ["n", "p", "w"].map((kind) => {
        const word = document.createElement("span");
        word.className = kind;
        program.append(word);
        return word;
      });
      return new Set([program, ...marked].map((one) => getComputedStyle(one).color)).size;
    }
"""
# How long a line is, in heights of a letter; most letters are half as wide as that.
LINE = """
    () => {
      const one = document.querySelector("article section > p");
      return one.getBoundingClientRect().width / parseFloat(getComputedStyle(one).fontSize);
    }
"""
SHEET = """/* a licence */.fa,.fa-solid,.fas{line-height:1}.fa-spin{animation-name:x}
@keyframes x{0%{top:0}to{top:1em}}.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}
.fa-cat:before{content:"\\f6be"}:host,:root{--fa-font-solid:normal 900 1em/1 "Font Awesome 6 Free"}
@font-face{font-family:Font Awesome\\ 6 Free;font-weight:900;src:url(../webfonts/fa-solid-900.woff2)
format("woff2"),url(../webfonts/fa-solid-900.ttf) format("truetype")}
@font-face{font-family:Font Awesome\\ 6 Brands;src:url(../webfonts/fa-brands-400.woff2) format("woff2")}
@font-face{font-family:FontAwesome;src:url(../webfonts/fa-solid-900.woff2) format("woff2")}""".replace(
    "\n", ""
)


def test_icons_that_no_page_shows_are_left_out():
    sheet, fonts = icons(SHEET, {"fa-solid", "fa-bars"})
    assert fonts == ["fa-solid-900"]
    assert sheet == (
        ".fa-solid{line-height:1}"
        '.fa-bars:before{content:"\\f0c9"}'
        ':host,:root{--fa-font-solid:normal 900 1em/1 "Font Awesome 6 Free"}'
        "@font-face{font-family:Font Awesome\\ 6 Free;font-weight:900;"
        'src:url(fa-solid-900.woff2) format("woff2")}'
    )


def test_a_page_with_a_brand_gets_its_font():
    assert "fa-brands-400" in icons(SHEET, {"fa-brands"})[1]


def test_a_build_that_writes_no_page_leaves_the_icons_as_they_are(tmp_path):
    """Of the theme's own nothing but the folder is left by the build before."""
    (tmp_path / "_static" / "vendor").mkdir(parents=True)
    _serve_icons(SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html")), None)
    assert not (tmp_path / "_static" / "icons").exists()


def test_icons_are_read_from_style_sheets_in_either_form():
    assert (
        characters('a{content:"\\f0c9"}', 'b{--icon:"\uf0e0"}', "c{content:'x'}") == "\uf0c9\uf0e0"
    )


def test_a_subset_holds_what_is_asked_is_small_and_the_same_each_time():
    whole = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
    small = subset(whole, "abc☃")
    assert subset(whole, "abc☃") == small
    assert small[:4] == b"wOF2"
    assert len(small) < 3000
    with TTFont(BytesIO(small)) as font:
        assert set(font.getBestCmap()) >= set(map(ord, "abc"))
        assert ord("d") not in font.getBestCmap()


def test_a_file_is_loaded_where_the_page_has_a_use_for_it():
    assert is_needed("quiz.js", "<p>")
    assert is_needed("togglebutton.js", '<div class="admonition dropdown">')
    assert not is_needed("togglebutton.js", '<details class="hide toggle-details">')
    assert not is_needed("let toggleHintShow = 'Click to show';", "<p>")
    assert is_needed("copybutton.js", '<div class="highlight">')
    assert not is_needed("sphinx-design.min.css", '<p class="used-sd-no">')


def test_words_of_a_program_that_have_its_colour_have_no_element():
    told = '<span class="n">x</span><span class="o">+</span><span class="p">(</span>'
    assert without_colourless(told) == 'x<span class="o">+</span>('
    kept = '<span class="nb">len</span><p class="n">x</p><span class="n"><b>x</b></span>'
    assert without_colourless(kept) == kept


@pytest.mark.slow
def test_what_stands_in_a_program_without_an_element_has_the_colour_it_would_have(visit):
    page, _ = visit("chapters/rnn_cell.html")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"document.documentElement.dataset.theme === {theme!r}")
        assert page.evaluate(COLOURS) == 1, theme


@pytest.mark.slow
def test_a_line_holds_some_eighty_letters_on_the_widest_screen(visit):
    page, _ = visit("chapters/notation.html")
    page.set_viewport_size({"width": 2200, "height": 900})
    assert 35 < page.evaluate(LINE) < 42
