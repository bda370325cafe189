"""Attack: reach what is out of sight by way of a link made in one's own folder."""

LOSES = ()
CODE = """
import os
targets = (HOST["secret"], HOST["solution"], "/proc/1/root", "/../../root", HOST["gradebook"])
for k, target in enumerate(targets):
    attempt(f"link {k}", os.symlink, target, f"link{k}")
    attempt(f"read {k}", lambda: open(f"link{k}").read())
    attempt(f"hard {k}", os.link, target, f"hard{k}")
attempt("library", os.link, os.__file__, "os.py")
attempt("rename", os.rename, os.__file__, "os.py")
"""


def test_a_link_leads_nowhere(graded):
    graded.check()
    graded.all_refused()
