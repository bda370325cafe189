"""Our place in stock `nbgrader autograde`: instead of running the notebook in a kernel.

Configured in nbgrader_config.py in place of nbgrader's `Execute`. What follows it, saving scores,
late penalties, feedback and export, is nbgrader's own.
"""

from __future__ import annotations

import atexit
import functools
from pathlib import Path

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Unicode

from unrolled.grading.course import Course
from unrolled.grading.judge import Judge
from unrolled.grading.submission import plain_cell, rebuild
from unrolled.grading.writeback import fill_in
from unrolled.grading.zygote import Zygote


class CourseStep(NbGraderPreprocessor):
    """A step of `nbgrader autograde` that knows the course."""

    root = Unicode(help="The folder that holds solutions/ and tests/checks/.").tag(config=True)

    def course(self) -> Course:
        """Return the course that is being graded."""
        # nbgrader hangs a preprocessor below an exporter below the converter that knows the course.
        return Course(Path(self.root), Path(self.parent.parent.coursedir.root))


class RebuildSubmission(CourseStep):
    """Rebuilds a submitted notebook from the release, in place of nbgrader's own sanitizing.

    That one ends the whole run at a notebook with a cell copied twice, or a changed version number.
    """

    def preprocess(self, nb, resources):
        """Return the rebuilt notebook; its metadata say what was found wrong."""
        release = self.course().released(resources["nbgrader"]["assignment"])
        submission = _rebuild(nb, release)
        submission.notebook.metadata[_PROBLEMS] = submission.problems
        return submission.notebook, resources


class GradeConfined(CourseStep):
    """Judges a submitted notebook in a confined worker and writes report and points into it."""

    allow_unconfined = Bool(
        False, help="Grade even where the host cannot confine learner code. Do not."
    ).tag(config=True)

    def preprocess(self, nb, resources):
        """Return the notebook rebuilt from the release, with outputs, reports and points."""
        topic, course = resources["nbgrader"]["assignment"], self.course()
        submission = _rebuild(nb, course.released(topic))
        problems = [str(problem) for problem in nb.metadata.get(_PROBLEMS, [])]
        verdict = _judge(course, topic).judge(submission.work, _zygote(self.allow_unconfined))
        fill_in(submission.notebook, verdict, problems or submission.problems)
        return submission.notebook, resources


_PROBLEMS = "unrolled_problems"


def _rebuild(nb, release):
    return rebuild([plain_cell(cell, cell.source) for cell in nb.cells], release)


@functools.cache
def _judge(course, topic):
    return Judge(course, topic)


@functools.cache
def _zygote(allow_unconfined):
    zygote = Zygote(allow_unconfined=allow_unconfined)
    atexit.register(zygote.close)
    return zygote
