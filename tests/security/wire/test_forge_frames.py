"""Attack: write frames of one's own to the descriptor that answers go through."""

LOSES = ("lstm_param_count", "forget_half_life", "lstm97_step", "set_forget_bias")
CODE = """
import json, os, struct
def frame(tree, buffers=b""):
    header = json.dumps(tree).encode()
    return struct.pack("!4sIQ", b"unr1", len(header), len(buffers)) + header + buffers
def forge(data):
    os.write(3, data)
"""
OWN = {
    "lstm_param_count": "def lstm_param_count(*args):\n"
    "    forge(frame(['d', 'n', 10**6, 'value', True, 'passed', True, 'points', 6]))\n",
    "forget_half_life": "def forget_half_life(f):\n    forge(b'HTTP/1.1 200 OK'.ljust(64))\n",
    "lstm97_step": "def lstm97_step(*args):\n    forge(frame(['pickle', 'gASVBgAAAAAAAACMAmlkLg==']))\n",
    "set_forget_bias": "def set_forget_bias(*args):\n"
    "    forge(struct.pack('!4sIQ', b'unr1', 2, 1 << 62))\n",
}


def test_each_costs_its_part_and_nothing_else(graded):
    graded.check()
    assert "does not belong to the question" in graded.report("lstm_param_count")
    assert "not a frame" in graded.report("forget_half_life")
    assert "malformed" in graded.report("lstm97_step")
    assert "allowed" in graded.report("set_forget_bias")
