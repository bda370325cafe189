"""A worker runs cells as Jupyter does, and tells what went wrong as the learner's own."""

import pytest

from unrolled.grading import outputs
from unrolled.grading.zygote import (
    LearnerError,
    Limits,
)
from unrolled.grading.zygote_main import CELLS


def test_a_cell_shows_what_it_prints_and_its_last_expression(worker):
    result = worker.run("print('one')\nprint('two')\n1 + 1")
    assert result.error is None
    assert result.outputs == [
        {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "2"},
            "metadata": {},
            "execution_count": None,
        },
    ]


@pytest.mark.slow
def test_outputs_are_valid_in_a_notebook(worker):
    nbformat = pytest.importorskip("nbformat")
    result = worker.run("print(1)\ndisplay(2)\nimport sys\nprint(3, file=sys.stderr)\n1 / 0")
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(o) for o in result.outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    kinds = [output["output_type"] for output in result.outputs]
    assert kinds == ["stream", "display_data", "stream", "error"]


def test_a_semicolon_hides_the_last_expression_and_names_stay(worker):
    assert worker.run("x = 41; x;").outputs == []
    assert worker.run("x + 1").outputs[0]["data"] == {"text/plain": "42"}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("def f():\n    return 1", None),
        ("def f():\n    return 'one'  # it's", None),
        ("if True:\n    'not shown'\n    pass", None),
        ('"""\n    return 1\n    return"""', repr("\n    return 1\n    return")),
        ("'a\\\n    return '", repr("a    return ")),
        ("x = 1\n(x,\n    not x)", "(1, False)"),
        ("if True:\r    pass\rlen('abc')\nlen('ab')", "2"),
        ("if True:\n    pass\rlen('abc')", "3"),
    ],
)
def test_a_last_expression_is_shown_whatever_the_last_line_looks_like(worker, source, shown):
    result = worker.run(source)
    assert result.error is None
    assert [output["data"]["text/plain"] for output in result.outputs] == ([shown] if shown else [])


def test_an_error_names_the_learners_own_line(worker):
    worker.run("def f(x):\n    y = x + 1\n    return y / 0\n", cell="first")
    worker.run("pass", cell="second")
    error = worker.run("f(1)", cell="third").error
    assert isinstance(error, LearnerError)
    assert (error.type_name, error.message) == ("ZeroDivisionError", "division by zero")
    assert (error.cell, error.line_number, error.line, error.function) == (
        "first",
        3,
        "return y / 0",
        "f",
    )


def test_an_error_output_holds_no_framework_line(worker):
    (output,) = worker.run("import numpy as np\nx = 1\nnp.zeros(2) @ np.zeros(3)").outputs
    text = "\n".join(output["traceback"])
    assert text.startswith("line 3:     np.zeros(2) @ np.zeros(3)\nValueError: matmul")
    assert "site-packages" not in text


@pytest.mark.parametrize(
    "source", ["def f(:\n", "x = 1\n  y = 2", "return 1", "x = '", "def f(:\n    return 1"]
)
def test_source_that_is_no_python_is_an_error_of_that_cell(worker, source):
    error = worker.run(source).error
    assert error.type_name in ("SyntaxError", "IndentationError")
    assert error.line_number in (1, 2)
    assert worker.run("1").error is None


def test_what_stands_before_a_refused_statement_is_run(worker):
    result = worker.run("before = 1\nfor k in [2]:\n    before = k\nreturn before\n")
    assert result.error.type_name == "SyntaxError"
    assert worker.lookup("before") == 2
    result = worker.run("before = 3\nif before:\n    return before")
    assert result.error.type_name == "SyntaxError"
    assert worker.lookup("before") == 3


def test_what_the_server_rehearses_runs_to_its_end(worker):
    errors = [worker.run(source).error for source in CELLS]
    assert [error and error.type_name for error in errors] == [None, None, "ValueError", None]


def test_magics_work_or_fail_softly(worker):
    source = "%matplotlib inline\n%timeit -n1 -r1 1 + 1\n!ls\nfiles = !ls\n%pip install x\ny = 1"
    result = worker.run(source)
    assert result.error is None
    assert worker.lookup("y") == 1
    assert "Other programs are not run while a notebook is graded." in str(result.outputs)
    assert worker.run("%%bash\nls /").error is None
    assert worker.run("%%time\nz = 2").error is None
    assert worker.lookup("z") == 2
    assert worker.run("%nomagic").error.message == "Line magic function `%nomagic` not found."


def test_an_error_inside_a_magic_is_not_lost(worker):
    assert worker.run("%%time\n1 / 0").error.type_name == "ZeroDivisionError"
    assert worker.run("%timeit -n1 -r1 1 / 0").error.type_name == "ZeroDivisionError"


def test_a_warning_is_shown_and_is_no_error(worker):
    result = worker.run("import warnings\nwarnings.warn('careful')\nx = 1")
    assert result.error is None
    assert "careful" in result.outputs[0]["text"]


def test_input_finds_nobody_to_answer(worker):
    assert worker.run("input()").error.type_name in ("EOFError", "StdinNotImplementedError")


def test_a_progress_bar_leaves_its_last_state(worker):
    result = worker.run(
        "for n in range(3):\n    print(f'\\r{n} of 2', end='')\nprint('\\r\\ndone')"
    )
    assert result.outputs[0]["text"] == "2 of 2\ndone\n"


def test_a_notebook_may_use_its_own_folder_and_the_null_device(worker):
    source = """
import contextlib, os, pathlib, pickle, tempfile
with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
    print("not seen")
pathlib.Path("data").mkdir()
pathlib.Path("data/x.txt").write_text("1,2")
os.rename("data/x.txt", "y.txt")
with tempfile.TemporaryDirectory() as folder, open(folder + "/z", "w") as file:
    file.write("z")
class Point:
    x = 1
again = pickle.loads(pickle.dumps(Point()))
"""
    result = worker.run(source)
    assert (result.error, result.outputs) == (None, [])
    assert worker.lookup("again").x == 1


@pytest.mark.slow
def test_a_figure_is_shown_as_a_picture_after_its_cell(zygote):
    with zygote.worker(Limits(cell_seconds=60)) as worker:
        result = worker.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
        assert result.error is None
        picture = result.outputs[-1]["data"]["image/png"]
        assert outputs.picture(picture, 1 << 20) == picture
