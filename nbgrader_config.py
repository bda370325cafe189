"""The course as nbgrader sees it: every working folder and the gradebook lie under build/.

`nbgrader autograde` runs learner code through our preprocessor, in a confined worker, and nowhere else.
"""

from pathlib import Path

from unrolled.release import put_tools_on_path, refresh_sources

root = Path(__file__).resolve().parent
put_tools_on_path()
refresh_sources(root, root / "build")

c = get_config()  # noqa: F821
c.CourseDirectory.root = str(root / "build")
c.GradeConfined.root = str(root)
c.Autograde.autograde_preprocessors = [
    "unrolled.grading.preprocessor.GradeConfined",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# What zip_collect reads from a file's name: <student>_attempt_<time>_<topic>.ipynb
c.FileNameCollectorPlugin.named_regexp = (
    r".*/(?P<student_id>[^/]+)_attempt_(?P<timestamp>[0-9-]+)_(?P<file_id>\w+)\.ipynb"
)
