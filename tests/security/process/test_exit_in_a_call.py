"""Attack: end the process when a check calls, in each of the ways there are."""

LOSES = ("forget_half_life", "lstm97_step", "lstm_param_count", "set_forget_bias")
OWN = {
    "forget_half_life": "import os\n\n\ndef forget_half_life(f):\n    os._exit(0)\n",
    "lstm97_step": "import sys\n\n\ndef lstm97_step(x, h, c, params):\n    sys.exit(0)\n",
    "lstm_param_count": "def lstm_param_count(*args):\n    os.closerange(0, 100)\n    return 0\n",
    "set_forget_bias": "def set_forget_bias(*args):\n    os.abort()\n",
}


def test_each_costs_its_part_alone(graded):
    graded.check()
    assert "exited with code 0" in graded.report("forget_half_life")
    assert "SystemExit" in graded.report("lstm97_step")
