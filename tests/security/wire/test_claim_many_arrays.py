"""Attack: send one large array and claim a hundred thousand: a bomb for who unpacks them."""

LOSES = ("forget_half_life",)
CODE = """
import json, os, struct
def bomb(number):
    # All numbers that may be asked for; the first that fits does it.
    size = 8 << 20
    tree = ["d", "n", number, "value", ["l", *[["a", "<f8", 1 << 20]] * 100_000]]
    header = json.dumps(tree).encode()
    return struct.pack("!4sIQ", b"unr1", len(header), size) + header + bytes(size)
def count():
    import gc
    for thing in gc.get_objects():
        if type(thing).__name__ == "Service":
            service = thing
    import sys
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "serve":
            return frame.f_locals["number"]
        frame = frame.f_back
"""
OWN = {
    "forget_half_life": """
def forget_half_life(f):
    data = memoryview(bomb(count()))
    while data:
        data = data[os.write(3, data):]
""",
}


def test_it_is_refused(graded):
    graded.check()
    assert "claims more bytes than were sent" in graded.report("forget_half_life")
