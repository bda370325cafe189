"""Attack: leave the root folder, by another root, by a kept descriptor, by the way up."""

import ast
import sys
from pathlib import Path

LOSES = ()
CODE = """
import os
attempt("chroot", os.chroot, "/scratch")
descriptor = os.open("/", os.O_RDONLY)
os.chdir("/")
for _ in range(100):
    os.chdir("..")
print("up:", sorted(set(os.listdir(".")) - {"dev", "etc", "lib", "lib64", "scratch", "usr"}))
for _ in range(20):
    descriptor = os.open("..", os.O_RDONLY, dir_fd=descriptor)
attempt("secret", os.open, HOST["secret"].lstrip("/"), os.O_RDONLY, 0o600)
attempt("descriptor", lambda: os.open(HOST["secret"][1:], os.O_RDONLY, dir_fd=descriptor))
os.chdir("/scratch")
"""


def test_the_way_up_leads_nowhere(graded):
    graded.check()
    lines = graded.printed().splitlines()
    assert "SUCCEEDED" not in graded.printed()
    assert len(lines) == 4
    # Beside the usual folders there is only the way down to the interpreter and its packages.
    ways = {Path(prefix).parts[1] for prefix in (sys.prefix, sys.base_prefix)}
    (up,) = [line for line in lines if line.startswith("up: ")]
    assert set(ast.literal_eval(up.removeprefix("up: "))) <= ways
