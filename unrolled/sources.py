"""What nbgrader's commands take for granted: its sources, and its own tools; `nbgrader_config.py` calls this.

Every command of ours reads that file first, so little is imported here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from unrolled.exercise import read_topic, topics


def refresh_sources(root: Path, course: Path) -> None:
    """Write the source folder of every topic whose notebook is missing or older than its source."""
    for topic in topics(root):
        made = course / "source" / topic / f"{topic}.ipynb"
        made_from = [
            root / "solutions" / f"{topic}.py",
            root / "solutions" / "mistakes" / f"{topic}.yml",
            root / "tests" / "checks" / f"test_{topic}.py",
            *read_topic(topic, root).banks,
        ]
        newest = max(path.stat().st_mtime_ns for path in made_from if path.exists())
        if not made.exists() or made.stat().st_mtime_ns < newest:
            from unrolled.release import write_source  # half a second, and rarely needed

            write_source(topic, root, course)


def put_tools_on_path() -> None:
    """Let nbgrader find `alembic`, which it calls by name to make a gradebook."""
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
