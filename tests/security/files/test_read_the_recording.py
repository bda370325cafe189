"""Attack: find the recording that stands beside every learner's notebook, and play it back."""

LOSES = "everything"
CODE = """
import glob, json, os
names = ("lstm_gates.json", "test_lstm_gates.py", "../lstm_gates.json")
for name in (*names, HOST["root"] + "/exercises/lstm_gates/lstm_gates.json"):
    attempt(name, lambda: json.load(open(name)))
for found in glob.glob("/**/lstm_gates.json", recursive=True):
    print("found: SUCCEEDED", found)
"""


def test_no_recording_is_there(graded):
    graded.check()
    graded.all_refused()
