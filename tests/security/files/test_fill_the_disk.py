"""Attack: fill the disk: many files, one huge file, many names, many open files."""

LOSES = ()
CODE = """
import os
def many():
    for number in range(10**6):
        with open(f"f{number}", "wb") as file:
            file.write(bytes(1 << 20))
def names():
    for number in range(10**6):
        os.mkdir(f"d{number}")
def handles():
    kept = [open("/dev/null") for _ in range(10**4)]
attempt("many", many)
attempt("sparse", lambda: open("s", "wb").truncate(1 << 40))
attempt("allocate", lambda: os.posix_fallocate(os.open("a", os.O_CREAT | os.O_RDWR), 0, 1 << 34))
for name in os.listdir("."):
    os.unlink(name)
attempt("names", names)
attempt("handles", handles)
"""


def test_only_its_own_small_folder_fills(graded):
    graded.check()
    graded.all_refused()
