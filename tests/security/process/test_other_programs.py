"""Attack: run other programs: a shell, the interpreter, a file of one's own."""

LOSES = ()
CODE = """
import os, subprocess, glob
with open("program", "w") as file:
    file.write("#!/bin/sh\\ntouch " + HOST["folder"] + "/" + HOST["mark"])
os.chmod("program", 0o755)
attempt("run", subprocess.run, ["/bin/sh", "-c", "id"])
attempt("popen", os.popen, "id")
attempt("python", os.execv, HOST["python"], ["python", "-c", "1"])
attempt("loader", os.execv, glob.glob("/lib*/ld-linux*")[0], ["ld", HOST["python"]])
attempt("own", os.execv, "./program", ["program"])
attempt("posix_spawn", os.posix_spawn, HOST["python"], ["python"], {})
"""


def test_no_program_is_run(graded):
    graded.check()
    graded.all_refused()
