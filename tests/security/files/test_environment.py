"""Attack: read variables that the grader was started with, where they are kept and where copied."""

LOSES = ()
CODE = """
import ctypes, os
attempt("variable", os.environ.__getitem__, "UNROLLED_CANARY")
attempt("proc", open, "/proc/self/environ")
libc = ctypes.CDLL(None)
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
names, k = [], 0
while environ[k]:
    names.append(environ[k].decode())
    k += 1
print("names:", sorted(name.partition("=")[0] for name in names))
# Above the last variable the kernel keeps the start of the process.
top = ctypes.cast(environ[0], ctypes.c_void_p).value
print("above:", b"UNROLLED" in ctypes.string_at(top, 100))
"""


def test_no_variable_came_along(graded):
    graded.check()
    printed = graded.printed()
    assert "SUCCEEDED" not in printed
    assert "UNROLLED" not in printed
    assert graded.world.token not in printed
    assert "above: False" in printed
