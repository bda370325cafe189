"""The code of one submission: all that judging it needs, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """Code cells to run, in order, each with its id and source. Equal work gets equal marks."""

    cells: tuple[tuple[str, str], ...]

    def imports(self, module: str) -> bool:
        """Return whether a line of the code imports the module, or looks as if it did."""
        line = re.compile(rf"^\s*(import|from)\s.*\b{re.escape(module)}\b", re.M)
        return any(line.search(source) for _, source in self.cells)

    @property
    def digest(self) -> str:
        """A fingerprint of the work."""
        return hashlib.sha256(json.dumps(self.cells).encode()).hexdigest()
