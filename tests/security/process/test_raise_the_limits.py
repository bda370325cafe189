"""Attack: raise one's own limits."""

LOSES = ()
CODE = """
import resource, os
for name in ("AS", "CPU", "FSIZE", "NOFILE", "NPROC", "CORE", "STACK", "MEMLOCK"):
    limit = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(limit)
    attempt(name, resource.setrlimit, limit, (hard + 1, hard + 1))
attempt("nice", os.nice, -5)
attempt("priority", os.setpriority, os.PRIO_PROCESS, 0, -5)
attempt("scheduler", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
"""


def test_no_limit_is_raised(graded):
    graded.check()
    graded.all_refused()
