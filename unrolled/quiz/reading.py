"""What a piece of code prints: the right answer of a code reading is run, never written down."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import lru_cache

SECONDS = 20
_MOST = 2000  # characters: an option has to be read


class CannotRun(RuntimeError):
    """The code does not print something that can stand as an option; the message says why."""


@lru_cache(maxsize=256)
def what_it_prints(code):
    """Run Python code in a fresh interpreter and return what it prints.

    The code is part of the course, as a chapter's is. It gets an empty folder, no input, one thread
    and a fixed hash seed, so that it prints the same on every run.

    Arguments:
        code: a Python program (str).

    Returns:
        What it printed (str), without the space at the end of its lines and of the whole.

    Raises:
        CannotRun: if it fails, prints nothing, prints too much or takes longer than `SECONDS`.
    """
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ
    }
    environment |= {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = subprocess.run(
                [sys.executable, "-P", "-c", code],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise CannotRun(f"the code was still running after {SECONDS} s") from None
    if run.returncode:
        last = (run.stderr.strip() or f"exit status {run.returncode}").splitlines()[-1]
        raise CannotRun(f"the code fails: {last}")
    printed = "\n".join(line.rstrip() for line in run.stdout.splitlines()).strip("\n")
    if not printed.strip():
        raise CannotRun("the code prints nothing")
    if len(printed) > _MOST:
        raise CannotRun(f"the code prints {len(printed)} characters, more than {_MOST}")
    return printed
