"""Attack: raise errors whose names, messages and lines are markup."""

LOSES = ("lstm97_step", "forget_half_life")
CODE = """
evil = "<script>document.title = 'owned'</script><img src=x onerror=\\"document.title='owned'\\">"
"""
OWN = {
    "lstm97_step": "def lstm97_step(*args):\n    raise type(evil, (Exception,), {})(evil)  # <script>x()</script>\n",
    "forget_half_life": "raise ValueError(evil)  # <script>document.title = 1</script>\n",
}


def test_it_is_shown_as_text(graded, harmless):
    graded.check()
    harmless(graded)
    assert "<script>" in graded.report("lstm97_step")
