"""Attack: print markup, and sequences that a terminal or a page would act on."""

LOSES = ()
CODE = r"""
import sys
evil = "</pre></div><script>document.title = 'owned'</script><svg onload=document.title='owned'>"
print(evil)
print(evil, file=sys.stderr)
print("\x1b[31m\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07\x1b[2J\x9b31m\u202e", "\x1b[38;2;1;2;3m'><b>")
"""


def test_it_is_shown_as_text(graded, harmless):
    graded.check()
    harmless(graded)
    assert "\x1b" not in graded.printed()
