"""What each chapter's code left behind when the book was built, kept for the chapter's tests.

A chapter takes many seconds to run. The build that the tests make runs it anyway, so its kernel writes
its names down when it ends, in a file named after the code. A chapter without such a file, because
its outputs were kept from an earlier build, is run again by its tests.
"""

import atexit
import hashlib
import pickle
from types import SimpleNamespace

from unrolled.book.execution import modules_digest

NOT_KEPT = {"In", "Out", "get_ipython", "exit", "quit", "open"}


def settings(build):
    """Return the environment variables that let each kernel write its names below `build`."""
    start_up = build / "ipython" / "profile_default" / "startup"
    start_up.mkdir(parents=True, exist_ok=True)
    script = (
        "import pathlib as _pathlib\n"
        "from tests.book.kept import keep_names as _keep_names\n"
        f"_keep_names(get_ipython(), _pathlib.Path({str(build)!r}))\n"
    )
    (start_up / "00-keep-names.py").write_text(script, encoding="utf-8")
    return {"IPYTHONDIR": str(build / "ipython")}


def keep_names(shell, build):
    """Have the kernel of `shell` write its names when it ends; what cannot be pickled is left out."""
    import myst_nb

    shown, glue = [], myst_nb.glue

    def noted(name, value, display=True):
        shown.append((name, value))
        glue(name, value, display=display)

    myst_nb.glue = noted
    atexit.register(_write, shell, shown, build)


def _write(shell, shown, build):
    import cloudpickle

    def can_be_kept(name, value):
        if name.startswith("_") or name in NOT_KEPT:
            return False
        if type(value).__module__.startswith("matplotlib"):
            return False
        try:
            return bool(cloudpickle.dumps(value))
        except Exception:
            return False

    names = {name: x for name, x in shell.user_ns.items() if can_be_kept(name, x)}
    # What pickles a tensor leaves its gradient behind.
    slopes = {name: x.grad for name, x in names.items() if getattr(x, "grad", None) is not None}
    path = _path(build, shell.user_ns["In"][1:])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_bytes(cloudpickle.dumps((names, slopes, shown)))
    path.with_suffix(".part").replace(path)


def _path(build, cells):
    """Return where the names of a chapter are whose code is `cells`, a list of str."""
    code = "\0".join(cell.strip() for cell in cells)
    digest = hashlib.sha256(f"{modules_digest()}{code}".encode()).hexdigest()
    return build / "kept" / digest[:24]


def find(build, cells, run):
    """Return the names that the kernel wrote, or None where it wrote none.

    `run` gives all names again, for the few that could not be kept.
    """
    try:
        names, slopes, shown = pickle.loads(_path(build, cells).read_bytes())
    except FileNotFoundError:
        return None
    assert len(dict(shown)) == len(shown), "something is shown twice"
    for name, slope in slopes.items():
        names[name].grad = slope

    class Names(SimpleNamespace):
        def __getattr__(self, name):
            return getattr(run(), name)

    return Names(**(names | {"shown": dict(shown)}))
