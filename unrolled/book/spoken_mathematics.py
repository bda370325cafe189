"""A formula in the words of someone who reads it aloud, made from the MathML that KaTeX writes.

The words are those of this course: "h t" for $h_t$, "big B" for $B$, "the derivative of L with respect to
h t". Libraries that put MathML into words have to guess what letters beside each other mean, and take
$W_{xh}$ for a product and the gate in $a_t^f$ for a power; here neither is ever meant.

A speech engine takes a lone "a" for the article: it is written "eigh".
"""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

from unrolled.book.spoken_signs import ACCENTS, GREEK, NAMES, SIGNS, fraction_name

_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_OPEN, _CLOSE, _BARS = "([{⌈⌊⟨", ")]}⌉⌋⟩", "|∣∥‖"
_SILENT = "\u2061\u2062\u2063\u200b"
_SCRIPTED = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
_BIG = {"∑": "the sum", "∏": "the product", "∫": "the integral"}
_APPLIED = {"σ", "E", "L", *NAMES}  # before a bracket: "of"
_WITHOUT_CASE = "WL"  # never written small in formulas, or always meant alike
_GATES = set("ifgo")
_POWERS = {"2": "squared", "3": "cubed", "′": "prime", "″": "double prime", "‴": "triple prime"}
_POWERS |= {"⊤": "transposed", "T": "to the big T", "*": "star"}


def spoken_formula(html):
    """Return a formula as words (str), with commas where one breathes.

    Arguments:
        html: what KaTeX makes of its TeX: anything that holds one `<math>` element.
    """
    root = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", _MATH.search(html)[0]))
    semantics = root.find("semantics")
    return tidy(_row(list(root if semantics is None else semantics)[:1]))


def tidy(words):
    """Return words with one space between them and no comma where none is breathed."""
    words = re.sub(r"[\s\u2061\u200b]+", " ", words)
    words = re.sub(r"\s+([,.;:?!])", r"\1", words)
    words = re.sub(r",(\s*,)+", ",", words)
    words = re.sub(r"[,;](\s*[,;])*;[\s,;]*|;(\s*[,;])+", "; ", words)
    words = re.sub(r",\s*([.;:?!])", r"\1", words)
    words = re.sub(r"([.;:?!]),", r"\1", words).replace(" of of ", " of ")
    return words.strip(" ,;")


def _flat(elements):
    """Return elements in a row, without those that only hold others together."""
    for one in elements:
        if one.tag in ("mrow", "mstyle", "mpadded", "mphantom", "semantics"):
            yield from _flat(one)
        elif one.tag == "mspace" and _width(one) < 1:
            continue  # a thin space says nothing; a wide one parts two equations
        elif one.tag != "annotation" and (len(one) or one.tag == "mspace" or _text(one)):
            yield one


def _text(one):
    return (one.text or "").strip().strip(_SILENT)


def _core(one):
    """Return the letter, number or sign that an element is about."""
    return _core(one[0]) if one.tag in _SCRIPTED or (one.tag == "mrow" and len(one)) else _text(one)


def _row(elements):
    """Return the words of elements side by side."""
    items, said, at = list(_flat(elements)), [], 0
    while at < len(items):
        words, after = _next(items, at)
        if said and _is_operand(items[at - 1]) and _is_operand(items[at]):
            applied = _core(items[at - 1]) in NAMES or said[-1].endswith(" of")
            if words.startswith("the ") and not applied:
                said.append("times")
            elif not applied and _heavy(said[-1]) and _heavy(words):
                said.append(",")
        if items[at].tag == "mo" and _text(items[at]) in "+−-±=" and _long(said):
            said.append(",")
        if words:
            said.append(words)
        at = after
    return " ".join(said)


def _heavy(words):
    """Say whether words are a thing with an index: two of these need a breath between them."""
    first, *more = words.replace("big ", "").split()
    return bool(more) and first not in ("of", "open", "minus")


def _is_operand(one):
    core = _core(one)
    bar = core in _BARS and (one.tag != "mo" or one.attrib)
    bracket = core and (core in _OPEN + _CLOSE or bar)
    sign = one.tag in ("mo", "mspace", "mtext") or _text(one) in SIGNS
    return bracket or not sign


def _long(said):
    last = re.split(r"[,;]|\b(?:equals|plus|minus|dot)\b", " ".join(said))[-1]
    return len(last.replace("big ", "").split()) > 2


def _next(items, at):
    """Return the words of what begins at a place in a row, and the place after it."""
    one = items[at]
    core = _core(one)
    slope = _slope(items, at)
    if slope:
        return slope
    if core and core in _OPEN + _BARS:
        end = _partner(items, at)
        if end is not None:
            return _bracket(items, at, end), end + 1
        return ("given" if core in _BARS else ""), at + 1
    if one.tag == "mo" and core and core in _CLOSE:
        return "", at + 1
    word, end = _word(items, at)
    if len(word) > 1:
        return _token("mi", word), end
    if one.get("mathvariant") == "double-struck" and core == "1":
        return "one where", at + 1
    if one.tag == "mspace":
        return (";" if _width(one) >= 2 else ","), at + 1
    return _element(one), at + 1


def _width(one):
    found = re.match(r"-?[\d.]+", one.get("width", "0"))
    return float(found[0]) if found else 0.0


def _slope(items, at):
    """Return the words of ∂L / ∂h written on a line."""
    if at + 4 >= len(items) or _text(items[at]) not in ("∂", "d"):
        return None
    sign = _text(items[at])
    first = at + 1
    slash = next((n for n in range(first, len(items)) if _text(items[n]) == "/"), None)
    if slash is None or slash + 2 >= len(items) or _text(items[slash + 1]) != sign:
        return None
    if any(_text(one) in "=+−,∂" and _text(one) for one in items[first:slash]):
        return None
    end = slash + 2
    if _core(items[end]) == "[":
        end = _partner(items, end) or end
    below = _row(items[slash + 2 : end + 1])
    return _derivative(_row(items[first:slash]), below), end + 1


def _derivative(above, below):
    return f"the derivative of {above or 'what follows'} with respect to {below},"


def _partner(items, at):
    """Return where the bracket that opens at a place is closed, or None."""
    opening, depth = _core(items[at]), 0
    if opening in _BARS:
        if items[at].tag == "mo" and not items[at].attrib:
            return None  # a relation, "given"
        for n in range(at + 1, len(items)):
            core = _core(items[n])
            if core == opening and depth == 0:
                return n
            depth += (core in _OPEN) - (core in _CLOSE) if len(core) == 1 else 0
        return None
    for n in range(at, len(items)):
        core = _core(items[n])
        depth += (core in _OPEN) - (core in _CLOSE) if core and len(core) == 1 else 0
        if depth == 0:
            return n
    return None


def _bracket(items, at, end):
    opening, inner, power = _core(items[at]), items[at + 1 : end], items[end]
    before = items[at - 1] if at else None
    if len(inner) == 1 and inner[0].tag == "mtable":
        words = f"the matrix with the rows {_table(inner[0], is_matrix=True)},"
    elif opening in _BARS:
        words = _row(inner)
        end = "," if len(words.split()) > 3 else ""
        size = "the norm of" if opening in "∥‖" else "the absolute value of"
        words = f"{size} {words}{end}"
    elif opening == "⌈":
        words = f"{_row(inner)}, rounded up,"
    else:
        words = _row(inner)
        several = any(_text(one) in (",", "∣") for one in inner)
        name = "" if before is None else _core(before)
        is_function = len(inner) == 1 and before is not None and len(name) == 1 and name.isalpha()
        of = "of" if name in _APPLIED or is_function or (name == "p" and several) else ""
        entry = _index(power[1]) if power.tag == "msub" and len(inner) == 1 else ""
        if entry:
            return f"the entry {entry.strip(' ,')} of {words},"
        if several or (of and len(inner) <= 1):
            words = f"{of} {words},"
        else:
            words = f"{of} open bracket {words} close bracket"
    if power.tag in _SCRIPTED:  # KaTeX hangs the power on the closing bracket
        words += _scripts(power)
    return words


def _element(one):
    """Return the words of one element."""
    text = _text(one)
    if one.tag in ("mi", "mn", "mo", "mtext"):
        return _token(one.tag, text)
    if one.tag in _SCRIPTED:
        return _scripted(one)
    if one.tag == "mfrac":
        return _fraction(one)
    if one.tag == "msqrt":
        words = _row(one)
        return f"the square root of {words}" + (", end of root," if " " in words else "")
    if one.tag == "mroot":
        degree = {"3": "cube"}.get(_text(one[1]), f"{_row([one[1]])}th")
        return f"the {degree} root of {_row([one[0]])}"
    if one.tag == "mtable":
        return _table(one)
    return _row(one)


def _word(items, at):
    """Return a name that is set upright, letter by letter, and the place after it."""
    end = at
    while end < len(items) and items[end].get("mathvariant") == "normal" and _is_latin(items[end]):
        end += 1
    return "".join(map(_text, items[at:end])), end


def _is_latin(one):
    return one.tag == "mi" and _text(one).isascii() and _text(one).isalpha()


def _token(tag, text):
    if tag == "mtext":
        return text.replace("\xa0", " ")
    if tag == "mn":
        return text
    if text in SIGNS:
        return SIGNS[text]
    if text in NAMES:
        return NAMES[text]
    if text in GREEK:
        return GREEK[text]
    if len(text) != 1:
        return text
    if text.isascii() and text.isalpha():
        return letter(text)
    return re.sub(r"^(mathematical|double-struck) ", "", unicodedata.name(text, "").lower())


def letter(text):
    """Return how one letter of a formula is spoken."""
    small = "eigh" if text in "aA" else text
    return f"big {small}" if text.isupper() and text not in _WITHOUT_CASE else small


def _scripts_of(one):
    """Return what stands below and above, each an element or None."""
    below = one[1] if one.tag in ("msub", "msubsup", "munder", "munderover") else None
    above = {"msup": 1, "mover": 1, "msubsup": 2, "munderover": 2}.get(one.tag)
    return below, None if above is None else one[above]


def _scripted(one):
    core = _core(one[0])
    below, above = _scripts_of(one)
    if core in _BIG:
        return _sum(_BIG[core], below, above)
    if one.tag == "mover" and _text(one[1]) in ACCENTS:
        return f"{_element(one[0])} {ACCENTS[_text(one[1])]}"
    if one.tag == "mover" and _text(one[1]) in "⏞⏟":
        return _row([one[0]])
    if one.tag == "munder" and _core(one[0]) not in ("lim", "max", "min"):
        if _text(one[1]) in ("⏟", "⏞"):
            return _row([one[0]])
        return f"{_row([one[0]])}, that is {_row([one[1]])},"  # a brace and what it says
    if core in ("lim", "max", "min", "arg") and below is not None:
        start = "the limit as" if core == "lim" else f"{NAMES.get(core, core)} over"
        return f"{start} {_row([below])}, of"
    return _row([one[0]]) + _scripts(one)


def _sum(name, below, above):
    if below is None:
        return f"{name} of"
    start = _row([below]).replace(" is ", " ")
    if above is not None:
        start = start.replace(" equals ", " from ", 1) + f" to {_row([above])}"
        if "from" not in start:
            start = f"from {start}"
            return f"{name} {start}, of"
    return f"{name} over {start}, of"


def _scripts(one):
    """Return the words of what stands below and above a letter."""
    below, above = _scripts_of(one)
    return (_index(below) if below is not None else "") + (
        _power(_core(one[0]), above) if above is not None else ""
    )


def _index(below):
    items = list(_flat([below]))
    letters = all(one.tag in ("mi", "mn") for one in items)
    if letters and len(items) <= 3:  # W_xh, c_0: the letters alone
        return " " + " ".join(_element(one) for one in items)
    return f" sub {_comma_free(items)},"


def _comma_free(items):
    """Return an index such as t, bk without the pauses of a list."""
    said = " ".join("to" if _text(one) == ":" else _element(one) for one in items)
    return tidy(re.sub(r"\s*,\s*", " ", said))


def _power(core, above):
    items = list(_flat([above]))
    words = _row(items)
    primes = [_text(one) for one in items]
    if primes and set(primes) == {"′"}:
        return " " + {1: "prime", 2: "double prime"}.get(len(primes), "triple prime")
    if len(items) == 1:
        text = _text(items[0])
        if text in _POWERS and (core != "a" or text not in _GATES):
            return " " + _POWERS[text]
        if text in _GATES and core == "a":
            return f" {words}"  # the block of a gate, no power
    if items and _core(items[0]) == "(" and _core(items[-1]) == ")":
        return f", with {_row(items[1:-1])},"  # a number in brackets is a name, no power
    return f" to the {words}" + ("," if len(items) > 1 else "")


def _fraction(one):
    above, below = (list(_flat([part])) for part in one)
    known = fraction_name("".join(map(_text, above)), "".join(map(_text, below)))
    if known:
        return known
    if below and _text(below[0]) in ("∂", "d") and above and _text(above[0]) == _text(below[0]):
        return _derivative(_row(above[1:]), _row(below[1:]))
    top, bottom = _row(above), _row(below)
    if len(above) == len(below) == 1:
        return f"{top} over {bottom}"
    return f", the fraction {top}, over {bottom}, end of fraction,"


def _table(table, is_matrix=False):
    """Return the words of rows: of a matrix, or of equations below each other.

    An equation is cut where it is aligned, after each odd cell; only after an even one is a breath.
    """
    rows = []
    for row in table:
        cells = [_row(cell) for cell in row]
        breaths = ["," if is_matrix or n % 2 else "" for n in range(len(cells))]
        said = " ".join(f"{cell}{breath}" for cell, breath in zip(cells, breaths, strict=True))
        rows.append(said.strip(" ,"))
    return "; ".join(row for row in rows if row)
