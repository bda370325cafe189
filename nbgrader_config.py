"""The course as nbgrader sees it: every working folder and the gradebook lie under build/.

`nbgrader autograde` runs learner code through our preprocessor, in a confined worker, and nowhere else.
"""

from pathlib import Path

from unrolled.grading.settings import configure
from unrolled.sources import put_tools_on_path, refresh_sources

root = Path(__file__).resolve().parent
put_tools_on_path()
refresh_sources(root, root / "build")

c = configure(get_config(), root, root / "build")  # noqa: F821
# Your own settings go below, for nbgrader's commands and `unrolled grade` alike, for example
# c.CourseDirectory.db_url = "postgresql://user@host/gradebook"
