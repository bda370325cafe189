"""Attack: read the instructor's notebook, from the course's folders or beside one's own."""

LOSES = "everything"
CODE = """
import glob, json, os
for place in (HOST["folder"] + "/source", HOST["folder"] + "/release", "source", "../source", "."):
    attempt(place, lambda: open(place + "/lstm_gates/lstm_gates.ipynb").read())
for found in glob.glob("**/*.ipynb", recursive=True) + glob.glob("/**/lstm_gates*", recursive=True):
    print("found: SUCCEEDED", found)
    for cell in json.load(open(found))["cells"]:
        exec("".join(cell["source"]))
"""


def test_no_notebook_is_found(graded):
    graded.check()
    graded.all_refused()
