"""Where a node of a page was written, for messages that an author can follow."""

from __future__ import annotations

from pathlib import Path


def place(node, text=""):
    """Return `file:line` of a node.

    Arguments:
        node: a docutils node; it knows the paragraph it stands in, not always its own line.
        text: what to look for in the file; the nearest line that holds it is named.
    """
    while node.parent and not (node.source and node.line):
        node = node.parent
    source, line = node.source or "a page", node.line or 1
    if text and Path(source).is_file():
        rows = Path(source).read_text(encoding="utf-8").splitlines()
        found = [n for n, row in enumerate(rows, start=1) if text in row]
        line = min(found, key=lambda n: abs(n - line), default=line)
    return f"{source}:{line}"
