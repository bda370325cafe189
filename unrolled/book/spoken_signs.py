"""How signs, Greek letters and short names are spoken, in formulas and in text."""

from __future__ import annotations

import unicodedata

#: Greek letters by their names; the variants of a letter are called as it is.
GREEK = {
    chr(code): unicodedata.name(chr(code)).split()[-1].lower().replace("lamda", "lambda")
    for code in [*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3B1, 0x3CA)]
}
GREEK |= {"ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta", "ϱ": "rho", "ς": "sigma", "ℓ": "l"}

#: Signs that stand in formulas.
SIGNS = {
    "=": "equals",
    "+": "plus",
    "−": "minus",
    "-": "minus",
    "±": "plus or minus",
    "×": "times",
    "⋅": "times",
    "·": "times",
    "⊙": "circle dot",
    "∗": "star",
    "*": "star",
    "/": "over",
    "<": "is less than",
    ">": "is greater than",
    "≤": "is at most",
    "≥": "is at least",
    "≠": "is not",
    "≈": "is about",
    "∼": "is drawn from",
    "∝": "is proportional to",
    "≪": "is far less than",
    "≫": "is far greater than",
    "≡": "is defined as",
    "→": "to",
    "←": "becomes",
    "⟹": ", so that,",
    "⇒": ", so that,",
    "∈": "in",
    "∞": "infinity",
    "…": "and so on",
    "⋯": "and so on",
    "⋮": "and so on",
    "∂": "the derivative of",
    "∇": "the gradient of",
    "∣": "given",
    "|": "given",
    "%": "per cent",
    "!": "factorial",
    "⊤": "transposed",
    "∘": "after",
    ",": ",",
    ";": ",",
    ":": ", such that",
    ".": ".",
    "′": "prime",
    "(": "open bracket",
    ")": "close bracket",
    "[": "open bracket",
    "]": "close bracket",
    "ℝ": "the real numbers",
}

#: Functions and other names of more than one letter.
NAMES = {
    "tanh": "tan h",
    "sinh": "sine h",
    "cosh": "cosine h",
    "ln": "log",
    "log": "log",
    "exp": "exp",
    "max": "the maximum",
    "min": "the minimum",
    "diag": "the diagonal matrix",
    "sign": "the sign",
    "softmax": "softmax",
    "Var": "the variance",
    "MAE": "M A E",
    "PP": "P P",
    "lim": "the limit",
    "dh": "d h",
    "dc": "d c",
}

ACCENTS = {"^": "hat", "ˆ": "hat", "ˉ": "bar", "‾": "bar", "¯": "bar", "~": "tilde", "˜": "tilde"}
ACCENTS |= {"˙": "dot", "⃗": "vector", "→": "vector"}

_FRACTIONS = {("1", "2"): "one half", ("1", "3"): "one third", ("1", "4"): "one quarter"}
_FRACTIONS |= {("3", "2"): "three halves", ("3", "4"): "three quarters"}


def fraction_name(above, below):
    """Return the name of a common fraction such as 1/2, or None."""
    return _FRACTIONS.get((above, below))
