"""The class of the demo: each student is one way of handing in an exercise, and the right mark.

The notebooks are made from the release notebook, as a learner's would be. What a student writes in
place of a function stands here; whatever is not named is the reference's own answer.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from unrolled.exercise import Exercise
from unrolled.mistakes import Mistake
from unrolled.notebooks import nbformat
from unrolled.quiz.notebook import quiz_keys
from unrolled.recording import RecordedMistake


@dataclass(frozen=True)
class Student:
    """One submission: its name says what it is; `loses` are the items that it does not earn."""

    name: str
    file: str  # the text of the file as handed in
    loses: frozenset[str] = frozenset()
    expect: str = ""  # what the table's remark must contain

    def mark(self, exercise: Exercise) -> float:
        """Return the points that this submission is worth."""
        return sum(item.points for item in exercise.graded if item.name not in self.loses)


@dataclass(frozen=True)
class Hostile:
    """Code that tries to earn points without an answer; every part stays unwritten."""

    name: str
    code: str
    markdown: str = ""
    own: dict[str, str] = field(default_factory=dict)


HOSTILE = (
    Hostile(
        "hostile-prints-points",
        "import sys\n"
        "def check(name):\n    return 6\n"
        "sys.displayhook = lambda value: print(6.0)\n"
        "get_ipython().display_formatter.format = lambda *a, **k: ({'text/plain': '6'}, {})\n",
    ),
    Hostile(
        "hostile-equals-everything",
        "import numpy as np\n"
        "class Same(np.ndarray):\n"
        "    shape = property(lambda self: (3, 5))\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return np.zeros(1)\n"
        "same = np.zeros((3, 5)).view(Same)\n",
        own={"lstm_step": "def lstm_step(x, h, c, params):\n    return same, same\n"},
    ),
    Hostile(
        "hostile-reads-the-disk",
        "import glob, os\n"
        "for place in ('/', os.path.expanduser('~'), os.getcwd(), '..', '../..', '/work', '/home'):\n"
        "    for found in glob.glob(place + '/**/solutions/*.py', recursive=True):\n"
        "        exec(open(found).read())\n"
        "for found in glob.glob('/**/gradebook.db', recursive=True):\n"
        "    open(found, 'wb').close()\n",
    ),
    Hostile(
        "hostile-searches-memory",
        "import gc, sys\n"
        "for thing in gc.get_objects():\n"
        "    if type(thing).__name__ in ('Reference', 'CheckFile', 'Judge'):\n"
        "        lstm_step = thing._namespace['lstm_step']\n"
        "for module in list(sys.modules.values()):\n"
        "    lstm_step = getattr(module, 'lstm_step', lstm_step)\n",
    ),
    Hostile(
        "hostile-leaves-a-start-up-file",
        "import os, site, sys\n"
        "for folder in [*sys.path, *site.getsitepackages(), os.path.expanduser('~'), '/tmp']:\n"
        "    for name in ('sitecustomize.py', 'usercustomize.py', 'full_marks.pth'):\n"
        "        try:\n            open(os.path.join(folder, name), 'w').write('import os')\n"
        "        except OSError:\n            pass\n",
    ),
    Hostile(
        "hostile-uses-the-network",
        "import socket, subprocess\n"
        "socket.create_connection(('127.0.0.1', 80), timeout=1)\n"
        "subprocess.run(['id'])\n",
    ),
    Hostile(
        "hostile-kills-the-grader",
        "import os, signal\n"
        "for pid in (os.getppid(), 0, -1, 1):\n"
        "    try:\n        os.kill(pid, signal.SIGKILL)\n    except OSError:\n        pass\n"
        "while True:\n    os.fork()\n",
    ),
    Hostile(
        "hostile-runs-script-in-the-page",
        "from IPython.display import HTML, Javascript, display\n"
        "display(HTML('<script>document.title = 1</script><img src=x onerror=alert(1)>'))\n"
        "display(Javascript('document.title = 1'))\n"
        "print('<script>document.title = 1</script>')\n",
        markdown="<script>document.title = 1</script> [marks](javascript:alert(1))",
        own={
            "lstm_step": "def lstm_step(x, h, c, params):\n"
            "    raise ValueError('<script>document.title = 1</script>')\n"
        },
    ),
)


_MARKS = re.compile(r"\n *### (BEGIN|END) SOLUTION")

# A part that raises leaves nothing that the parts built on it could follow from.
BUILT_ON = {"split_gates": ("lstm_step", "lstm_forward"), "lstm_step": ("lstm_forward",)}


def make_class(
    exercise: Exercise,
    release: nbformat.NotebookNode,
    mistakes: Iterable[tuple[Mistake, RecordedMistake]],
    most: int = 2,
) -> list[Student]:
    """Return the demo's class: right, wrong, unlucky and hostile.

    most: how many of the known mistakes of each part are made by a student.
    """
    items = [item.name for item in exercise.graded]
    everything = frozenset(items)

    def written(name, own=None, loses=(), expect="", **more):
        return Student(
            name, filled_in(exercise, release, own or {}, **more), frozenset(loses), expect
        )

    students = [
        written("right"),
        written("right-written-differently", {"lstm_step": _DIFFERENT}),
        written("partly-right", dict.fromkeys(items[3:]), items[3:], "not written yet"),
        Student("empty", nbformat.writes(release), everything, "not written yet"),
        written(
            "syntax-error",
            {"lstm_step": "def lstm_step(x, h, c, params)\n    return h, c\n"},
            ["lstm_step", "lstm_forward"],
            "SyntaxError",
        ),
        written(
            "infinite-loop",
            {
                "lstm_forward": "def lstm_forward(xs, h0, c0, params):\n    while True:\n        pass\n"
            },
            ["lstm_forward"],
        ),
        written(
            "infinite-loop-in-a-cell",
            {"forget_half_life": "while True:\n    pass\n"},
            ["forget_half_life"],
            "was stopped",
        ),
        written(
            "memory-hog",
            {"forget_half_life": _HOG},
            ["forget_half_life"],
        ),
        written("crashes", {"set_forget_bias": _CRASH}, ["set_forget_bias"]),
        written("locked-cells-edited", edit=_edit_locked, expect="Locked"),
        Student(
            "corrupt-file",
            filled_in(exercise, release, {})[:2000],
            everything,
            "not valid JSON",
        ),
    ]
    seen = {}
    for mistake, recorded in mistakes:
        seen[mistake.exercise] = count = seen.get(mistake.exercise, 0) + 1
        if count > most:
            continue
        students.append(
            written(
                f"wrong-{mistake.exercise}-{count}".replace("_", "-"),
                {mistake.exercise: mistake.code},
                [
                    mistake.exercise,
                    *(BUILT_ON.get(mistake.exercise, ()) if recorded.raises else ()),
                ],
                mistake.says[:40],
            )
        )
    for hostile in HOSTILE:
        own = dict.fromkeys(items) | hostile.own
        students.append(
            written(hostile.name, own, everything, code=hostile.code, markdown=hostile.markdown)
        )
    return students


def filled_in(
    exercise: Exercise,
    release: nbformat.NotebookNode,
    own: dict[str, str | None],
    code: str = "",
    markdown: str = "",
    edit: Callable[[nbformat.NotebookNode], None] = lambda notebook: None,
) -> str:
    """Return a filled-in release notebook; in `own`, None leaves a part as it was released."""
    notebook, keys = copy.deepcopy(release), quiz_keys(exercise)
    for cell in notebook.cells:
        kind, _, name = cell.id.partition("-")
        if kind == "answer" and own.get(name, "") is not None:
            cell.source = own.get(name) or f"{name} = {keys[name].right!r}"
        if kind == "exercise" and own.get(name, "") is not None:
            source = own.get(name) or exercise.cell("exercise", name).source
            cell.source = _MARKS.sub("", source)
        if kind == "written" and markdown:
            cell.source = markdown
    if code:
        notebook.cells.insert(2, nbformat.v4.new_code_cell(code, id="mine"))
    edit(notebook)
    return nbformat.writes(notebook)


def _edit_locked(notebook):
    """Turn every check into one that prints full marks, and raise every cell's points."""
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            cell.source = "6.0"
            cell.metadata["nbgrader"]["points"] = 100
            cell.metadata["tags"] = ["skip-execution"]


_DIFFERENT = '''
class Cell:
    """One fused product on [x, h]; gates cut by np.split; arithmetic in float32."""

    def __call__(self, x, h, c, params):
        W = np.concatenate([params["W_xh"], params["W_hh"]]).astype(np.float32)
        a = np.concatenate([x, h], axis=1).astype(np.float32) @ W + params["b_h"]
        i, f, g, o = np.split(a, 4, axis=1)
        c = c / (1 + np.exp(-f))
        c += np.tanh(g) / (1 + np.exp(-i))
        return [np.tanh(c) / (1 + np.exp(-o)), c]


lstm_step = Cell()
'''

_HOG = """
def forget_half_life(f):
    kept = []
    while True:
        kept.append(np.ones(10_000_000))
"""

_CRASH = """
import os


def set_forget_bias(params, bias):
    os._exit(0)
"""
