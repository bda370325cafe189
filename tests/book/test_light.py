"""What makes a page light: icons and scripts that it needs, and no others."""

from io import BytesIO

import matplotlib
from fontTools.ttLib import TTFont

from unrolled.book.icons import characters, icons
from unrolled.book.lean import is_needed
from unrolled.book.webfonts import subset

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
