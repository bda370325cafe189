"""Attack: leave code where the next student's Python, or IPython, or the grader, would run it."""

LOSES = "everything"
CODE = """
import os, site, sys
names = ("sitecustomize.py", "usercustomize.py", "full_marks.pth", "numpy.py", HOST["mark"])
homes = [os.path.expanduser("~/.ipython/profile_default/startup"), os.path.expanduser("~/.config"),
         "/root/.ipython/profile_default/startup", "/etc/ipython", "/etc/profile.d"]
places = [*sys.path, *site.getsitepackages(), site.getusersitepackages(), HOST["packages"],
          HOST["root"], HOST["folder"], "/tmp", "/dev/shm", "/var/tmp", "/usr/lib", *homes]
for place in places:
    if place and not place.startswith(os.getcwd()):
        for name in names:
            attempt(f"{place}/{name}", open, os.path.join(place, name), "a")
        attempt(f"{place} numpy", open, os.path.join(place, "numpy", "__init__.py"), "a")
"""


def test_nothing_can_be_left(graded):
    graded.check()
    graded.all_refused()
