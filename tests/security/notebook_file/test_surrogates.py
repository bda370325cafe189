"""Attack: characters that JSON can hold and no file can, in every cell one may write."""

LOSES = ()
MARKDOWN = "a lone \ud800 half"


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text.replace("import numpy", "import  numpy"))


def EDIT(notebook):
    for cell in notebook.cells:
        if cell.id.startswith("exercise-"):
            cell.source += "\n# \ud800 \x00".replace("\x00", "\u2028")


def test_the_work_is_judged_and_the_page_written(graded):
    graded.check()
