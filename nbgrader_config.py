"""The course as nbgrader sees it: every working folder and the gradebook lie under build/."""

from pathlib import Path

from unrolled.release import put_tools_on_path, refresh_sources

root = Path(__file__).resolve().parent
put_tools_on_path()
refresh_sources(root, root / "build")

c = get_config()  # noqa: F821
c.CourseDirectory.root = str(root / "build")
