"""Attack: take as long as allowed, again and again, to keep the class waiting."""

LOSES = ("lstm97_step", "forget_half_life")
_SLOW = "import time\n\n\ndef {0}(*args):\n    time.sleep(1.2)\n    raise ValueError('late')\n"
OWN = {name: _SLOW.format(name) for name in LOSES}


def test_it_is_judged_within_bounds_and_the_rest_earns_its_points(graded):
    graded.check()
    assert "ValueError" in graded.report("forget_half_life")
