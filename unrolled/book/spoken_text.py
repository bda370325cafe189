"""Text and code in the words of someone who reads them aloud: "10⁻⁷" is "10 to the minus 7"."""

from __future__ import annotations

import re

from unrolled.book.spoken_mathematics import letter
from unrolled.book.spoken_signs import GREEK

_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SPOKEN = {
    "×": " times ",
    "·": " times ",
    "±": " plus or minus ",
    "→": " to ",
    "↑": " up ",
    "↓": " down ",
    "≈": " about ",
    "≤": " at most ",
    "≥": " at least ",
    "<": " less than ",
    ">": " more than ",
    "=": " equals ",
    "+": " plus ",
    "&": " and ",
    "—": ", ",
    "…": " and so on ",
    "¶": " ",
    "_": " ",
    "\u00a0": " ",
    "\u00ad": "",
    "“": "",
    "”": "",
    '"': "",
}
_SPOKEN |= {sign: f" {name} " for sign, name in GREEK.items()}
_RULES = [
    (r"\be\.g\.", "for example"),
    (r"\bi\.e\.", "that is"),
    (r"\bet al\.", "and others"),
    (r"\bFig\. (?=\d)", "figure "),
    (r"\btanh\b", "tan h"),
    (r"\bGRUs\b", "G R U's"),  # else read as words
    (r"\bGRU", "G R U"),
    (r"\bCIFG", "C I F G"),
    (r"\bIRNN", "I R N N"),
    (r"\blogit", "low jit"),
    (r"(?<![\w.])-(?=[\d.])|−", " minus "),
    (r"(?<=\d)\s*–\s*(?=\d)", " to "),
    (r"–", ", "),
    (r"(?<=\d)/(?=\d)", " over "),
    (r"(?<=\d)e-0*(?=\d)", " times 10 to the minus "),
    (r"(?<=\d)e\+?0*(?=\d)", " times 10 to the "),
]
_CODE = {
    "**": " to the power ",
    "==": " equals ",
    "!=": " is not ",
    "*=": " times equals ",
    "+=": " plus equals ",
    "=": " equals ",
    "@": " at ",
    "*": " times ",
    "+": " plus ",
    "/": " slash ",
    ".": " dot ",
    "_": " ",
    ":": " colon ",
    "()": " ",
    "(": ", ",
    ")": ", ",
    "[": ", ",
    "]": ", ",
    "{": ", ",
    "}": ", ",
    ",": ", ",
    '"': " ",
    "'": " ",
    "<": " ",
    ">": " ",
    "--": " dash dash ",
    "…": " and so on ",
}
_CODE_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(_CODE, key=len, reverse=True)))
_LONG = 40


def spoken_words(text):
    """Return a piece of text with its signs in words.

    Arguments:
        text: a str; spaces at its ends are kept, because it may stand beside other pieces.
    """
    text = re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", _raised, text)
    text = re.sub(r"[₀₁₂₃₄₅₆₇₈₉]+", lambda found: " " + found[0].translate(_LOWERED), text)
    for pattern, words in _RULES:
        text = re.sub(pattern, words, text)
    text = "".join(_SPOKEN.get(sign, sign) for sign in text)
    return re.sub(r"\s+", " ", text)


def _raised(found):
    power = found[0].translate(_RAISED)
    known = {"2": " squared", "3": " cubed"}
    return known.get(power) or " to the " + power.replace("-", "minus ")


def spoken_code(code):
    """Return a piece of code inside a sentence as words: `W_xh` is "W x h".

    Arguments:
        code: a str of one line; what is longer than a listener can follow is not read out.
    """
    if len(code) > _LONG:
        return "what is shown here"
    if re.fullmatch(
        r"[\w./-]+/[\w-]+\.(ipynb|py|md|yml)", code
    ):  # a path: the file's name is enough
        code = code.rpartition("/")[2]
    code = code.strip().removesuffix("_").replace(".ipynb", " notebook")
    code = re.sub(r"(?<![\w\])])-(?=[\d.])|(?<=\s)-(?=\s)", " minus ", code)
    code = re.sub(r"(?<=\d)\.(?=\d)", "\0", code)  # a number keeps its point
    code = _CODE_SIGN.sub(lambda found: _CODE[found[0]], code).replace("\0", ".")
    code = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", code)
    code = re.sub(r"\b[A-Za-z]{1,5}\b", _short, code)
    code = re.sub(r"\s+([,.])", r"\1", re.sub(r"\s+", " ", code))
    return re.sub(r"(,\s*)+", ", ", code).strip(" ,")


def _short(found):
    """Spell what cannot be a word: a single letter, or letters without a vowel."""
    word = found[0]
    if len(word) > 1 and (re.search("[aeiouy]", word) or word.isupper()):
        return word
    return " ".join(letter(one).removeprefix("big ") for one in word)
