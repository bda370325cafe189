"""Run a page again when what it imports has changed.

The execution cache knows a page's code alone. A change to `plots.py` or `diagrams.py` would leave
yesterday's figures in the book, so the place of the cache depends on them. A page that uses more of
the package than chapters may, as the landing page uses the checks, has `execution_mode: force` in its
head: it is not kept in the cache, and is read again when any module or exercise changes.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]

#: The modules of the package that chapters may import; a test holds that they import no other.
MODULES = ("data", "diagrams", "plots", "speech")


def modules_digest(package=_PACKAGE):
    """Return a short digest (str) of the modules that chapters import from `package`, and their data."""
    modules = [package / f"{name}.py" for name in MODULES]
    return _digest([*modules, *sorted(package.glob("*.csv"))])


def _digest(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _choose_cache(app, config):
    exercises = Path(app.srcdir, "exercises").glob("*/*.*")
    config.unrolled_sources = _digest(sorted([*_PACKAGE.glob("*.py"), *exercises]))
    digest = modules_digest()
    caches = Path(app.outdir).parent / ".jupyter_cache"
    config.nb_execution_cache_path = str(caches / digest)
    for old in caches.glob("*"):
        if re.fullmatch(r"[0-9a-f]{12}", old.name) and old.name != digest:
            shutil.rmtree(old)


def setup(app):
    """Register the setting whose change makes Sphinx read every page again."""
    app.add_config_value("unrolled_sources", "", "env")
    app.connect("config-inited", _choose_cache)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
