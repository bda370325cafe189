"""Attack: let IPython's own magics run a program or write for us."""

LOSES = ()
CODE = """
found = !cat /etc/passwd
!touch escaped
get_ipython().system("touch escaped")
get_ipython().getoutput("touch escaped")
import os
print("found:", list(found), os.path.exists("escaped"))
"""


def test_a_magic_runs_no_program(graded):
    graded.check()
    assert "found: [] False\n" in graded.printed()
