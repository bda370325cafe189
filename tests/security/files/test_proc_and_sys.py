"""Attack: learn about the machine and change it through /proc and /sys."""

LOSES = ()
CODE = """
import os
for place in ("/proc/self/status", "/proc/1/environ", "/proc/1/root/etc/passwd", "/proc/self/fd",
              "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/kcore", "/proc/mounts",
              "/proc/self/mem", "/proc/self/exe", "/proc/keys", "/sys/kernel", "/sys/fs/cgroup",
              f"/proc/{HOST['grader']}/cwd", f"/proc/{HOST['grader']}/fd", "/dev/fd", "/dev/stdin"):
    attempt(place, open, place)
    attempt("list " + place, os.listdir, place)
    attempt("write " + place, open, place, "w")
print("pid:", os.getpid(), os.getppid())
"""


def test_there_is_neither(graded):
    graded.check()
    assert "SUCCEEDED" not in graded.printed()
    assert graded.printed().endswith("pid: 1 0\n")
