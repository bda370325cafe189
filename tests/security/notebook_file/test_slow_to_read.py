"""Attack: text that takes a reader of Python, of patterns or of Markdown time without end."""

LOSES = ()
MARKDOWN = "[" * 19_000
CODE = "'''" + "\\'" * 40_000 + "'''\n" + "x = " + "-" * 90 + "1\n" + " " * 50_000 + "\n"


def EDIT(notebook):
    notes = {"cell_type": "markdown", "source": "*a **b " * 2_500 + "![" * 1_000, "metadata": {}}
    notebook.cells += [notes] * 30


def test_it_is_judged_like_any_other(graded):
    graded.check()
