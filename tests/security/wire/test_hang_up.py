"""Attack: close the wire, read from it, or keep half of an answer back for ever."""

LOSES = ("forget_half_life", "set_forget_bias", "lstm_param_count")
OWN = {
    "forget_half_life": "import os\n\n\ndef forget_half_life(f):\n    os.close(3)\n    return 1.0\n",
    "set_forget_bias": "def set_forget_bias(*args):\n    os.read(3, 1)\n",
    "lstm_param_count": "def lstm_param_count(*args):\n    os.write(3, b'unr1')\n    os.close(3)\n",
}


def test_each_costs_its_part_alone(graded):
    graded.check()
    assert "longer than the 1.5 seconds" in graded.report("set_forget_bias")
