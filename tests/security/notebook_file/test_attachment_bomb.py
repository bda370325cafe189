"""Attack: a compressed bomb in an attachment, and another in an output."""

import base64
import zlib

LOSES = ()


def EDIT(notebook):
    bomb = base64.b64encode(zlib.compress(bytes(64 << 20), 9)).decode()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell["attachments"] = {"bomb.png": {"image/png": bomb}}
        else:
            data = {"image/png": bomb, "application/zip": bomb}
            cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]


def test_neither_is_kept(graded):
    graded.check()
    assert not [cell for cell in graded.notebook.cells if cell.get("attachments")]
    path = graded.course.folder / "autograded" / graded.student / "lstm_gates" / "lstm_gates.ipynb"
    assert path.stat().st_size < 200_000
