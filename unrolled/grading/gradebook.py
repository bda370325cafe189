"""nbgrader's gradebook and its rules, without all that nbgrader imports beside them.

`import nbgrader` imports its servers, its exchange and nbconvert as well, which takes longer than to
judge ten submissions. The gradebook needs none of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys

import unrolled.notebooks  # noqa: F401 - imports nbformat the quick way, before nbgrader does
from unrolled.grading.later import Later


def _alone(package, module):
    """Import a module of a package whose own `__init__` is not run."""
    name = f"{package}.{module}"
    if package in sys.modules:
        return importlib.import_module(name)
    sys.modules[package] = importlib.util.module_from_spec(importlib.util.find_spec(package))
    try:
        return importlib.import_module(name)
    finally:
        del sys.modules[package]  # who needs the whole package later gets the whole package


with Later("requests"):  # which a JupyterHub alone is asked with
    api = _alone("nbgrader", "api")
utils = api.utils
