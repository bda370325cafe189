"""Attack: pictures that are none: too many pixels, another format, a page in disguise."""

CODE = """
import base64, struct
from IPython.display import display
def picture(data):
    display({"image/png": base64.b64encode(data).decode(), "text/plain": "p"}, raw=True)
head = b"\\x89PNG\\r\\n\\x1a\\n" + struct.pack(">I4s", 13, b"IHDR")
"""
OWN = {
    "forget_half_life": "picture(head + struct.pack('>II', 60_000, 60_000) + bytes(20))\n",
    "set_forget_bias": "picture(b'<svg onload=document.title=1>' + bytes(100))\n",
    "lstm97_step": "display({'image/png': '\"><script>x()</script>'}, raw=True)\n",
}
LOSES = tuple(OWN)


def test_each_is_refused_with_its_cell(graded, harmless):
    graded.check()
    harmless(graded)
    assert "too many pixels" in graded.printed("exercise-forget_half_life")
    assert "not a PNG" in graded.printed("exercise-set_forget_bias")
    assert "not a PNG" in graded.printed("exercise-lstm97_step")
