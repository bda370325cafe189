"""The code of one submission: all that judging it needs, and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """Code cells to run, in order, each with its id and source. Equal work gets equal marks."""

    cells: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """A fingerprint of the work."""
        return hashlib.sha256(json.dumps(self.cells).encode()).hexdigest()
