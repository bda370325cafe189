"""What nbgrader is told about a course; `nbgrader_config.py` calls this."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config


def configure(c: Config, root: Path | str, folder: Path | str) -> Config:
    """Set up nbgrader to grade through our confined workers, and return its settings.

    c: nbgrader's settings. root: the folder that holds solutions/ and tests/checks/. folder: where
    nbgrader's working folders and the gradebook are.
    """
    c.CourseDirectory.root = str(folder)
    c.CourseStep.root = str(root)
    c.Autograde.sanitize_preprocessors = ["unrolled.grading.preprocessor.RebuildSubmission"]
    c.Autograde.autograde_preprocessors = [
        "unrolled.grading.preprocessor.GradeConfined",  # in place of Execute, which trusts the code
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # What zip_collect reads from a file's name: <student>_attempt_<time>_<topic>.ipynb
    c.FileNameCollectorPlugin.named_regexp = (
        r".*/(?P<student_id>[^/]+)_attempt_(?P<timestamp>[0-9-]+)_(?P<file_id>\w+)\.ipynb"
    )
    return c
