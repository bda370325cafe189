"""Fonts for the web, cut down to the characters that are shown."""

from __future__ import annotations

from io import BytesIO


def subset(font, characters):
    """Cut a font down.

    Arguments:
        font: the path of the font, in any format.
        characters: the characters (str) that are to stay; those that the font lacks are passed over.

    Returns:
        The smaller font as WOFF2 (bytes), the same for the same input.
    """
    from fontTools import subset as tool

    # Without hinting: screens that gain from it are rare, and it is half of a small font.
    options = tool.Options(flavor="woff2", hinting=False, recalc_timestamp=False)
    with tool.load_font(str(font), options) as loaded, BytesIO() as smaller:
        subsetter = tool.Subsetter(options)
        subsetter.populate(unicodes=sorted(map(ord, set(characters))))
        subsetter.subset(loaded)
        tool.save_font(loaded, smaller, options)
        return smaller.getvalue()
