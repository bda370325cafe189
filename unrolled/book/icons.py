"""The theme's icons, cut down to those that some page shows, and served from the site.

The theme loads Font Awesome twice, as a script and as web fonts, and uses some thirty of its two
thousand icons. `theme/static/webpack-macros.html` leaves both out and loads what is made here. It also
loads `static/page.js` in the place of the theme's scripts.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from unrolled.book.served import pages, scripts, serve
from unrolled.book.webfonts import subset

_THEME = Path(__file__).parent / "theme"
_BLOCK = re.compile(r"@(?:media|(?:-webkit-)?keyframes)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_FONT = re.compile(r"webfonts/([\w-]+)\.woff2")
_FAMILY = re.compile(r"font-family:Font Awesome\\ [56] (Free|Brands)")
_STYLES = {"fa-solid-900": {"fa-solid", "fas", "fa"}, "fa-regular-400": {"fa-regular", "far"}}
_STYLES["fa-brands-400"] = {"fa-brands", "fab"}


def icons(sheet, classes):
    """Cut Font Awesome's style sheet down.

    Arguments:
        sheet: the whole sheet (str).
        classes: the classes (set of str) that pages and scripts give to elements.

    Returns:
        The rules (str) for these classes, with the fonts that they need, and a list of these fonts.
        The solid font is always there: the theme's style sheets draw with it.
    """
    fonts = [name for name, styles in _STYLES.items() if name == "fa-solid-900" or styles & classes]
    rules = []
    for selectors, body in _RULE.findall(_BLOCK.sub("", _COMMENT.sub("", sheet))):
        if selectors == "@font-face":
            font = _FONT.search(body)[1]
            if _FAMILY.search(body) and font in fonts:
                source = f'src:url({font}.woff2) format("woff2")'
                rules.append(f"@font-face{{{re.sub('src:.*', source, body)}}}")
        elif ":root" in selectors:
            rules.append(f"{selectors}{{{body}}}")
        else:
            kept = [one for one in selectors.split(",") if _names(one) and _names(one) <= classes]
            if kept:
                rules.append(f"{','.join(kept)}{{{body}}}")
    return "".join(rules), fonts


def _names(selector):
    return set(re.findall(r"\.([\w-]+)", selector))


def characters(*sheets):
    r"""Return the icons (str) that style sheets draw, written as themselves or as `\f0c9`."""
    text = "".join(sheets)
    escaped = (chr(int(code, 16)) for code in re.findall(r"\\([ef][0-9a-f]{3})\b", text))
    return "".join(sorted({*escaped, *re.findall("[\ue000-\uf8ff]", text)}))


def _add_templates(app, config):
    config.templates_path.insert(0, str(_THEME))


def _serve_icons(app, exception):
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    whole = static / "vendor" / "fontawesome"
    if not whole.exists():
        return  # no page was written, so all is there
    vendor = next(whole.iterdir())
    shown = " ".join([*re.findall(r'class="([^"]*)"', pages(app)), scripts(app)])
    classes = set(re.findall(r"(?<![\w-])fa[\w-]*", shown))
    sheet, fonts = icons((vendor / "css" / "all.min.css").read_text(encoding="utf-8"), classes)
    serve(app, "icons/icons.css", sheet.encode())
    styles = (path.read_text(encoding="utf-8") for path in (static / "styles").glob("*.css"))
    drawn = characters(sheet, *styles)
    for font in fonts:
        smaller = subset(vendor / "webfonts" / f"{font}.woff2", drawn)
        serve(app, f"icons/{font}.woff2", smaller)
    shutil.rmtree(whole)


def setup(app):
    """Serve the icons when the pages are written."""
    app.setup_extension("unrolled.book.look")
    app.connect("config-inited", _add_templates)
    app.connect("build-finished", _serve_icons)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
