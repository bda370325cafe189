"""Attack: compile a program of one's own, or let a package do it."""

LOSES = ()
CODE = """
import os
def compile_it():
    from torch.utils import cpp_extension
    return cpp_extension.load_inline("mine", "int f() { return 1; }", functions=["f"])
def with_ctypes():
    import ctypes
    return ctypes.CDLL("./mine.so")
open("mine.so", "wb").write(b"\\x7fELF" + bytes(200))
attempt("torch", compile_it)
attempt("compiler", os.execv, "/usr/bin/cc", ["cc"])
attempt("own library", with_ctypes)
"""


def test_nothing_is_compiled(graded):
    graded.check()
    graded.all_refused()
