"""What each chapter's code left behind when the book was built, kept for the chapter's tests.

A chapter takes many seconds to run. The build that the tests make runs it anyway, so its kernel writes
its names down when it ends, in a file named after the code. A chapter without such a file, because
its outputs were kept from an earlier build, is run again by its tests.
"""

import hashlib
import pickle
from types import SimpleNamespace

from unrolled.book.execution import modules_digest

# Run by the kernel before the first cell. What cannot be pickled is left out.
STARTUP = """
def _keep_names(place):
    import atexit
    import pickle
    from pathlib import Path

    import cloudpickle
    import myst_nb

    from tests.book.kept import name_of

    shell, shown, glue = get_ipython(), [], myst_nb.glue

    def noted(name, value, display=True):
        shown.append((name, value))
        glue(name, value, display=display)

    def can_be_kept(name, value):
        if name.startswith("_") or name in ("In", "Out", "get_ipython", "exit", "quit", "open"):
            return False
        if type(value).__module__.startswith("matplotlib"):
            return False
        try:
            return bool(cloudpickle.dumps(value))
        except Exception:
            return False

    def keep():
        names = {name: x for name, x in shell.user_ns.items() if can_be_kept(name, x)}
        path = Path(place, name_of(shell.user_ns["In"][1:]))
        path.parent.mkdir(parents=True, exist_ok=True)
        # What pickles a tensor leaves its gradient behind.
        slopes = {name: x.grad for name, x in names.items() if getattr(x, "grad", None) is not None}
        path.with_suffix(".part").write_bytes(cloudpickle.dumps((names, slopes, shown)))
        path.with_suffix(".part").replace(path)

    myst_nb.glue = noted
    atexit.register(keep)


_keep_names({place!r})
del _keep_names
"""


def name_of(cells):
    """Return the name of the file for a chapter whose code is `cells`, a list of str."""
    code = "\0".join(cell.strip() for cell in cells)
    return hashlib.sha256(f"{modules_digest()}{code}".encode()).hexdigest()[:24]


def settings(build):
    """Return the environment variables that let each kernel write its names below `build`."""
    profile = build / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True, exist_ok=True)
    script = STARTUP.replace("{place!r}", repr(str(build / "kept")))
    (profile / "00-keep-names.py").write_text(script, encoding="utf-8")
    return {"IPYTHONDIR": str(build / "ipython")}


def find(build, cells, run):
    """Return the names that the kernel wrote, or None where it wrote none.

    `run` gives all names again, for the few that could not be kept.
    """
    try:
        names, slopes, shown = pickle.loads((build / "kept" / name_of(cells)).read_bytes())
    except FileNotFoundError:
        return None
    assert len(dict(shown)) == len(shown), "something is shown twice"
    for name, slope in slopes.items():
        names[name].grad = slope

    class Names(SimpleNamespace):
        def __getattr__(self, name):
            return getattr(run(), name)

    return Names(**(names | {"shown": dict(shown)}))
