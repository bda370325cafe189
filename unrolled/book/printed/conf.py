"""What Sphinx reads for `make epub` and `make pdf`."""

from pathlib import Path

from unrolled.book.printed.settings import settings

globals().update(settings(Path(__file__).parents[3]))
