"""Attack: hand in, beside the notebook, modules that shadow NumPy, the checks and pytest's own."""

LOSES = "everything"
CODE = "import numpy\nprint(hasattr(numpy, 'evil'))\n"


def HAND_IN(folder, text, host):
    (folder / "lstm_gates.ipynb").write_text(text)
    names = ("numpy", "sitecustomize", "conftest", "test_lstm_gates", "unrolled", "json")
    for name in names:
        (folder / f"{name}.py").write_text(
            f"open('{host['folder']}/{host['mark']}', 'w')\nevil = 1\n"
        )
    (folder / "lstm_gates.json").write_text("{}")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (folder / "nbgrader_config.py").write_text(f"open('{host['folder']}/{host['mark']}', 'w')\n")


def test_none_of_it_is_read(graded):
    graded.check()
    assert graded.printed() == "False\n"
