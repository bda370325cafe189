"""Attack: print without end, or display what a browser would run."""

import pytest

from unrolled.grading.zygote import Limits

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")


def test_printed_text_is_cut(attack):
    worker = attack("for _ in range(10_000):\n    print('x' * 1000)", cell_seconds=20)
    (output,) = worker.result.outputs
    assert len(output["text"]) < Limits().output_bytes + 300
    assert "the rest of this cell's output was cut here" in output["text"]


def test_one_huge_result_is_cut(attack):
    (output,) = attack("'x' * 10_000_000").result.outputs
    assert len(output["data"]["text/plain"]) < Limits().output_bytes + 300


def test_writing_to_the_descriptors_goes_nowhere(attack, capfd):
    attack("import os\nfor _ in range(1000):\n    os.write(1, b'x' * 1000); os.write(2, b'y')")
    assert capfd.readouterr() == ("", "")


def test_many_displays_are_cut(attack):
    worker = attack("for n in range(5000):\n    display(n)")
    assert len(worker.result.outputs) <= 200


def test_nothing_active_reaches_the_grader(attack):
    source = """
from IPython.display import HTML, Javascript, SVG, display
evil = '<script>alert(1)</script>'
display(HTML(evil), Javascript('alert(1)'), SVG('<svg xmlns="http://www.w3.org/2000/svg"/>'))
display({'text/html': evil, 'text/plain': 'plain', 'application/javascript': 'x'}, raw=True)
display({'image/png': 'bm90IGEgcG5n'}, raw=False)
"""
    result = attack(source).result
    kinds = {kind for output in result.outputs for kind in output["data"]}
    assert kinds == {"text/plain"}
    assert "script" not in str(result.outputs).replace("IPython.core.display.Javascript", "")


def test_a_picture_that_is_none_is_refused(zygote):
    from unrolled.grading.zygote import WireError

    with zygote.worker() as worker, pytest.raises(WireError, match="not a PNG"):
        worker.run("display({'image/png': 'bm90IGEgcG5n'}, raw=True)")


def test_terminal_sequences_are_taken_out(attack):
    (output,) = attack(r"print('a\x1b[2Jb\x1b]0;title\x07c\x00\u202ed')").result.outputs
    assert "\x1b" not in output["text"]
    assert "\x00" not in output["text"]
    assert output["text"].startswith("ab")


def test_an_endless_message_is_cut(attack):
    error = attack("raise ValueError('x' * 10_000_000)").result.error
    assert len(error.message) <= 2000
