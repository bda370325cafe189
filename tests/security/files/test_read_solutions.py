"""Attack: read the solution, the checks, the seed and the gradebook from the disk, and answer."""

LOSES = "everything"
CODE = """
import glob, os
for what in ("solution", "checks", "seed", "gradebook", "root", "folder"):
    attempt(what, os.stat, HOST[what])
for place in ("/", os.path.expanduser("~"), os.getcwd(), "..", "../..", "/work", "/home", "/srv", "/opt"):
    for found in glob.glob(place + "/**/solutions/*.py", recursive=True):
        print("found: SUCCEEDED", found)
        exec(open(found).read())
"""


def test_nothing_of_the_course_is_seen(graded):
    graded.check()
    graded.all_refused()
