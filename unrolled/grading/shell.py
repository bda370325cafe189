"""The learner's notebook without Jupyter: IPython's shell, recording instead of printing.

One shell is made in the server before it forks, so that a worker starts with it ready.
It keeps no history, reads no start-up file, and runs no other program.
"""

from __future__ import annotations

import ast
import io
import sys
import traceback
import warnings
from contextlib import contextmanager, suppress

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell
from traitlets.config import Config

from unrolled.grading import wire

MAX_OUTPUTS = 200
MAX_IMAGES_BYTES = 4 << 20
MAX_MESSAGE = 2000
MAX_FRAMES = 6
CUT = "\n… the rest of this cell's output was cut here\n"
REFUSED = (SyntaxError, ValueError, RecursionError, MemoryError)  # what compiling may raise
ENDS = ("return", "raise", "pass", "break", "continue")  # no expression holds these
OTHER_LANGUAGES = ("bash", "sh", "script", "system", "sx", "!", "perl", "ruby", "cmd", "js")


class Recorder:
    """The outputs of one cell, in order and within a budget of characters.

    Args:
        budget: characters of text to keep.
    """

    def __init__(self, budget: int) -> None:
        self.outputs: list[dict] = []
        self.left = budget
        self.images_left = MAX_IMAGES_BYTES

    def spend(self, text: str) -> str:
        """Return what the budget allows of a text, with a note where it is cut."""
        if self.left <= 0:
            return ""
        kept = text[: self.left]
        self.left -= len(text)
        return kept if len(kept) == len(text) else kept + CUT

    def stream(self, name: str, text: str) -> None:
        """Add what was printed, to the same output while nothing else comes between."""
        text = self.spend(text)
        if not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            # A list of pieces: joining strings again and again would be slow for many prints.
            last["text"].append(text)
        else:
            self.add({"output_type": "stream", "name": name, "text": [text]})

    def add(self, output: dict) -> None:
        """Add one output, as long as there are not too many."""
        if len(self.outputs) < MAX_OUTPUTS:
            self.outputs.append(output)

    def data(self, kind: str, bundle: dict) -> None:
        """Add what was displayed: its text and its picture, and nothing a browser would run."""
        kept = {}
        if isinstance(bundle.get("text/plain"), str):
            kept["text/plain"] = self.spend(bundle["text/plain"])
        image = bundle.get("image/png")
        if isinstance(image, bytes):
            import base64

            image = base64.b64encode(image).decode()
        if isinstance(image, str) and len(image) <= self.images_left:
            self.images_left -= len(image)
            kept["image/png"] = image
        if kept:
            self.add({"output_type": kind, "data": kept})

    def finish(self) -> list[dict]:
        """Return the outputs, each as plain data."""
        for output in self.outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        return self.outputs


class _Stream(io.TextIOBase):
    """Standard output or error, into the recorder of the moment."""

    def __init__(self, shell: Shell, name: str) -> None:
        self.shell, self.stream_name = shell, name

    encoding = "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.shell.recorder.stream(self.stream_name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, **_):
        self.shell.recorder.data("display_data", data)

    def clear_output(self, wait=False):
        self.shell.recorder.outputs.clear()


class _Hook(DisplayHook):
    def quiet(self):
        """Tell whether the cell ends in a semicolon, which hides its last value."""
        return self.semicolon_at_end_of_expression(self.shell.source)

    def write_output_prompt(self):
        """Write nothing: a notebook shows the number elsewhere."""

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.recorder.data("execute_result", format_dict)

    def finish_displayhook(self):
        """Write nothing after a result."""


class _Compiler(CachingCompiler):
    """Compiles each cell under a name that says which cell it is."""

    cell = 0

    def get_code_name(self, raw_code, transformed_code, number):
        return f"<cell {self.cell}>"


class Shell(InteractiveShell):
    """An IPython shell that records what a cell shows and what it raises."""

    displayhook_class = _Hook
    display_pub_class = _Publisher
    compiler_class = _Compiler

    def __init__(self, **settings) -> None:
        self.recorder = Recorder(0)
        self.raised: BaseException | None = None
        self.source = ""
        super().__init__(**settings)
        for name in OTHER_LANGUAGES:
            self.register_magic_function(self._refuse_cell, "cell", name)

    def init_io(self):
        """Leave the terminal alone."""

    def _refuse_cell(self, line, cell=""):
        self.system(line)

    def system(self, cmd):
        """Say that no other program is run, and go on."""
        self.recorder.stream("stderr", "Other programs are not run while a notebook is graded.\n")
        self.user_ns["_exit_code"] = 126

    system_raw = system_piped = system

    def getoutput(self, cmd, split=True, depth=0):
        """Return no output, as no other program is run."""
        self.system(cmd)
        return [] if split else ""

    def enable_gui(self, gui=None):
        """Start no window system."""

    def showtraceback(self, *args, **kwargs):
        """Keep what was raised instead of printing a stack of framework lines."""
        self.raised = sys.exc_info()[1]

    showsyntaxerror = showindentationerror = showtraceback

    @contextmanager
    def recording(self, budget: int):
        """Send what is shown to a new recorder, which the block receives."""
        self.recorder, before = Recorder(budget), (sys.stdout, sys.stderr)
        sys.stdout, sys.stderr = _Stream(self, "stdout"), _Stream(self, "stderr")
        try:
            yield self.recorder
        finally:
            sys.stdout, sys.stderr = before

    def run(self, cell: int, source: str, budget: int) -> tuple[list[dict], dict | None]:
        """Run one notebook cell.

        Args:
            cell: its number, by which errors name it.
            source: its text, magics included.
            budget: characters of output to keep.

        Returns:
            Its outputs, and what it raised as plain data, or None.
        """
        self.compile.cell, self.source = cell, source
        self.raised = None
        with self.recording(budget) as recorder:
            plain = self._plain(source)
            if plain is None:
                result = self.run_cell(source, store_history=False)
            else:
                result = self._run_plain(source, *plain)
        error = result.error_before_exec or result.error_in_exec or self.raised
        self.raised = None
        return recorder.finish(), describe(error) if error is not None else None

    def _plain(self, source):
        """Read a cell that needs nothing of IPython: no magic, no `await`; else return None.

        In a single line a bare name may be a magic, so that IPython has to look at it.
        Returns what is to be run, compiled, and the last expression, which is shown, if there is one.
        """
        if "\n" not in source.strip() or "await" in source or "async" in source:
            return None
        if self.ast_transformers or self.ast_node_interactivity != "last_expr":
            return None
        name = self.compile.get_code_name("", "", 0)
        if _ends_in_a_block(source):
            with suppress(Exception):  # without Python's objects for its tree: half the time
                return [self.compile(f"{source}\n", name, "exec")], []
        try:
            tree = self.compile.ast_parse(source, filename=name)
        except REFUSED:
            return None
        shown = tree.body[-1:] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
        del tree.body[len(tree.body) - len(shown) :]
        return self._compiled(tree, name), shown

    def _compiled(self, tree, name):
        """Compile statements together or, where one is refused, each when those before it ran."""
        try:
            together = self.compile(tree, name, "exec")
        except REFUSED:
            for node in tree.body:
                yield self.compile(ast.Module([node], []), name, "exec")
        else:
            yield together

    def _run_plain(self, source, codes, shown):
        """Run a cell as IPython does, in a fifth of the time."""
        result = ExecutionResult(ExecutionInfo(source, False, False, True, None))
        self.events.trigger("pre_execute")
        self.events.trigger("pre_run_cell", result.info)
        with self.builtin_trap, self.display_trap:
            name = self.compile.cache(source)
            try:
                for code in codes:
                    exec(code, self.user_global_ns, self.user_ns)
                for node in shown:
                    code = self.compile(ast.Interactive([node]), name, "single")
                    exec(code, self.user_global_ns, self.user_ns)
            except BaseException as error:  # SystemExit, too, is the learner's
                result.error_in_exec = error
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", result)
        return result


def _ends_in_a_block(source):
    """Tell of a cell whether it surely ends in a statement of a block, if it is valid at all.

    Then it has no last expression that is shown. The last line could only be part of a text over
    several lines where it holds a quote that ends this.
    """
    last = source.rstrip().replace("\r", "\n").rpartition("\n")[2]
    if not last.startswith((" ", "\t")) or last.split()[0] not in ENDS:
        return False
    several = any(mark in source for mark in ("\\\n", '"""', "'''"))
    return not several or not any(quote in last for quote in "'\"")


def describe(error: BaseException) -> dict:
    """Say what was raised and where in the learner's own cells, as plain data.

    Args:
        error: the exception.

    Returns:
        Its type, its message, and [cell, line, function] of each of the learner's frames, outer
        first.
    """
    places = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        places += _place(frame.f_code.co_filename, line, frame.f_code.co_name)
    if isinstance(error, SyntaxError):
        places = _place(str(error.filename), error.lineno, "") or places
        message = str(error.msg)
    else:
        try:
            message = str(error)
        except Exception:  # a learner's __str__ may raise anything
            message = ""
    if isinstance(error, MemoryError) and not message:
        message = "used more memory than allowed"
    return {
        "type": wire.type_name(error),
        "message": wire.short(message, MAX_MESSAGE),
        "places": places[-MAX_FRAMES:],
    }


def _place(filename: str, line: object, function: str) -> list[list]:
    number = filename.removeprefix("<cell ").removesuffix(">")
    if filename.startswith("<cell ") and number.isdecimal() and isinstance(line, int):
        return [[int(number), line, wire.short("" if function == "<module>" else function)]]
    return []


def make_shell(folder: str) -> Shell:
    """Make the one shell of this process.

    Args:
        folder: an empty folder for IPython's profile; it may be removed afterwards.

    Returns:
        The shell, which is also `IPython.get_ipython()`.
    """
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.history_length = 0
    config.InteractiveShell.cache_size = 0
    config.HistoryAccessor.enabled = False
    warnings.filterwarnings("ignore", message="To exit: use")  # there is nobody to read it
    return Shell.instance(config=config, ipython_dir=folder)
