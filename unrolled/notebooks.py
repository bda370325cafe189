"""nbformat, imported without the grammar of web addresses that jsonschema would build.

That takes three seconds, at the start of every command, for a check that no notebook asks for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let an import of a module fail meanwhile, unless it was imported already."""
    absent = module not in sys.modules
    if absent:
        sys.modules[module] = None
    try:
        yield
    finally:
        if absent:
            del sys.modules[module]


with _without("rfc3987_syntax"):  # jsonschema goes on without it
    import nbformat

__all__ = ["nbformat"]
