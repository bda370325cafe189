"""Attack: open the SQLite gradebook and give oneself full marks."""

LOSES = "everything"
CODE = """
import glob, sqlite3
def give(path):
    with sqlite3.connect(path) as gradebook:
        gradebook.execute("update grade set manual_score = 6, needs_manual_grade = 0")
for path in (HOST["gradebook"], "gradebook.db", "../gradebook.db", "/gradebook.db"):
    attempt(path, give, path)
for path in glob.glob("/**/*.db", recursive=True):
    print("found: SUCCEEDED", path)
"""


def test_no_row_is_changed(graded):
    graded.check()
    assert "SUCCEEDED" not in graded.printed()
    from nbgrader.api import Gradebook

    with Gradebook(graded.course.db_url) as gradebook:
        row = gradebook.find_submission("lstm_gates", graded.student)
        assert row.score == 0
        assert all(grade.manual_score is None for grade in row.notebooks[0].grades)
