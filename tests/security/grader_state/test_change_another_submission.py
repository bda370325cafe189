"""Attack: spoil what others handed in, and write what the grader keeps."""

LOSES = ()
CODE = """
import os, shutil
def spoil(path):
    with open(path, "w") as file:
        file.write("{}")
for path in (HOST["bystander"] + "/lstm_gates.ipynb", HOST["folder"] + "/verdicts/x.json",
             HOST["folder"] + "/autograded/x", HOST["seed"], HOST["checks"], HOST["solution"]):
    attempt(path, spoil, path)
attempt("remove", shutil.rmtree, HOST["folder"])
attempt("rename", os.rename, HOST["bystander"], HOST["bystander"] + "x")
"""


def test_all_is_as_it_was(graded):
    graded.check()
    graded.all_refused()
