"""Attack: hand in what the grader itself would write: a kept verdict, an autograded notebook."""

import json

LOSES = "everything"


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text)
    points = {"lstm_step": 6, "lstm_forward": 6}
    kept = json.dumps({"key": "", "points": points, "remark": "", "state": "graded"})
    for name in ("verdict.json", "../verdict.json"):
        (folder / name).write_text(kept)
    (folder / "autograded").mkdir()
    (folder / "autograded" / "lstm_gates.ipynb").write_text(text)


def test_only_the_notebook_is_read(graded):
    graded.check()
