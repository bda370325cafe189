"""Attack: import the parts of the course that read solutions and mistakes, or run checks."""

LOSES = "everything"
CODE = """
import importlib, sys
for name in ("exercise", "mistakes", "runner", "recording", "check", "answer", "release", "report",
             "grading.judge", "grading.course", "grading.coordinator", "grading.zygote", "demo"):
    attempt(name, importlib.import_module, f"unrolled.{name}")
for name in ("solutions", "solutions.lstm_gates", "lstm_gates", "test_lstm_gates", "tests"):
    attempt(name, importlib.import_module, name)
sys.path[:0] = [HOST["root"], HOST["root"] + "/solutions", "/", "/work/main"]
attempt("path", importlib.import_module, "solutions.lstm_gates")
"""


def test_none_of_them_is_there(graded):
    graded.check()
    graded.all_refused()
