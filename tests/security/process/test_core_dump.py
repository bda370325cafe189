"""Attack: crash, so that the kernel writes memory to a file or starts a program with it."""

LOSES = ("forget_half_life",)
OWN = {
    "forget_half_life": """
import ctypes, resource
print("core:", resource.getrlimit(resource.RLIMIT_CORE))
try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (ValueError, OSError):
    pass


def forget_half_life(f):
    ctypes.string_at(0)
"""
}


def test_a_crash_costs_one_part_and_writes_no_file(graded):
    graded.check()
    assert graded.printed("exercise-forget_half_life") == "core: (0, 0)\n"
    assert "killed by signal SIGSEGV" in graded.report("forget_half_life")
    assert list(graded.course.root.rglob("core*")) == []
