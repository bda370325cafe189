"""Run a chapter again when the modules that it imports have changed.

The execution cache knows a chapter's code alone. A change to `plots.py` or `diagrams.py` would leave
yesterday's figures in the book, so the place of the cache, and with it every page, depends on them.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]

#: The modules of the package that chapters may import; a test holds that they import no other.
MODULES = ("data", "diagrams", "plots")


def modules_digest(package=_PACKAGE):
    """Return a short digest (str) of the modules that chapters import from `package`."""
    digest = hashlib.sha256()
    for name in MODULES:
        digest.update((package / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]


def _choose_cache(app, config):
    digest = modules_digest()
    config.unrolled_modules = digest
    caches = Path(app.outdir).parent / ".jupyter_cache"
    config.nb_execution_cache_path = str(caches / digest)
    for old in caches.glob("*"):
        if re.fullmatch(r"[0-9a-f]{12}", old.name) and old.name != digest:
            shutil.rmtree(old)


def setup(app):
    """Register the setting whose change makes Sphinx read every page again."""
    app.add_config_value("unrolled_modules", "", "env")
    app.connect("config-inited", _choose_cache)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
