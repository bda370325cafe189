"""Attack: show as much as a cell may, in every one of hundreds of cells."""

LOSES = ()
CODE = """
import struct, zlib
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
size = 4000
rows = zlib.compress(bytes((size // 8 + 1) * size), 9)
png = (b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0))
       + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
from IPython.display import Image
"""


def EDIT(notebook):
    shows = "print('x' * 60_000)\nfor _ in range(20):\n    display(Image(png))"
    cell = {"cell_type": "code", "source": shows, "metadata": {}}
    notebook.cells[3:3] = [cell] * 200


def test_the_notebook_as_a_whole_is_bounded(graded):
    graded.check()
    path = graded.course.folder / "autograded" / graded.student / "lstm_gates" / "lstm_gates.ipynb"
    assert path.stat().st_size < 20 << 20
    pictures = sum(
        "image/png" in out.get("data", {})
        for cell in graded.notebook.cells
        for out in cell.get("outputs", [])
    )
    assert 0 < pictures * 4000 * 4000 <= 1 << 27
    assert "shows more than is kept" in path.read_text()
