"""Attack: become root through a program that is allowed to."""

LOSES = ()
CODE = """
import os, stat, glob
for place in ("/bin/su", "/usr/bin/sudo", "/usr/bin/passwd", "/usr/bin/mount"):
    attempt(place, os.execv, place, [place])
found = [p for p in glob.glob("/usr/lib/**/*", recursive=True)
         if os.path.isfile(p) and os.stat(p).st_mode & (stat.S_ISUID | stat.S_ISGID)]
for place in found[:3]:
    attempt(place, os.execv, place, [place])
open("mine", "w").close()
attempt("chown", os.chown, "mine", 0, 0)
attempt("setuid", os.setuid, 0)
attempt("seteuid", os.seteuid, 0)
attempt("setgroups", os.setgroups, [0])
"""


def test_nobody_becomes_root(graded):
    graded.check()
    graded.all_refused()
