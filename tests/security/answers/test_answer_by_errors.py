"""Attack: raise what a check might take for a pass, a skip or an end."""

LOSES = "everything"
_RAISES = {
    "split_gates": "KeyboardInterrupt",
    "lstm_param_count": "GeneratorExit",
    "lstm_step": "type('Skipped', (BaseException,), {})",
    "lstm_forward": "type('Exit', (BaseException,), {})",
    "lstm97_step": "type('Mismatch', (AssertionError,), {})",
    "forget_half_life": "StopIteration",
    "set_forget_bias": "type('Passed', (BaseException,), {'__str__': lambda s: 1 / 0})",
}
OWN = {name: f"def {name}(*args):\n    raise {error}\n" for name, error in _RAISES.items()}


def test_an_error_is_an_error(graded):
    graded.check()
    assert "KeyboardInterrupt" in graded.report("split_gates")
