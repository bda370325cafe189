"""The reading time of a chapter counts what is read, by the rule that `reading_time.py` states."""

import pytest
from docutils import nodes

from unrolled.book.element import element
from unrolled.book.reading_time import Tally, tally


def _count(*children):
    return tally(nodes.section("", *children))


def _code(text):
    return nodes.literal_block(text, text)


def test_prose_mathematics_and_code_are_counted_apart():
    found = _count(
        nodes.title("", "Two words"),
        nodes.paragraph("", "The cell's state ", nodes.math("", r"h_{t} = \tanh(a)")),
        _code("h = np.tanh(a)\n\nreturn h  # new\n"),
    )
    # h, t, =, \tanh, the brackets and a; h, np, tanh, a, return, h and new.
    assert found == Tally(words=5, formulas=1, symbols=7, lines=2, names=7)


@pytest.mark.parametrize(
    "tex", [r"a &= b \\ c &= d", r"\begin{aligned} a = \left(b c\right) d\end{aligned}"]
)
def test_what_only_sets_the_place_of_symbols_is_not_read(tex):
    assert 6 <= tally(nodes.math_block(tex, tex)).symbols <= 7


def test_what_cells_print_the_quiz_and_the_references_do_not_count():
    caption = nodes.caption("", "A caption counts.")
    shown = nodes.figure("", nodes.image(), caption)
    output = nodes.container("", shown, _code("0.123"), classes=["cell_output"])
    quiz = element("div", {"class": "quiz"}, [nodes.paragraph("", "Which gate?")])
    assert _count(output, quiz, nodes.citation("", nodes.paragraph("", "Elman"))) == Tally(words=3)


def test_minutes_follow_the_two_paces():
    assert Tally(words=2380).minutes == 10
    assert Tally(words=2380, symbols=183, names=183).minutes == 12
    assert Tally(words=1).minutes == 1


def test_the_time_is_told_in_words():
    assert str(Tally(words=2380, formulas=1, lines=1)) == (
        "About 10 minutes to read: 2,380 words, 1 formula, 1 line of code."
    )
    assert str(Tally(words=20)) == "About 1 minute to read: 20 words."
