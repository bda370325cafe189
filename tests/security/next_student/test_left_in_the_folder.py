"""Attack: leave files, threads, timers and a working folder behind."""

LOSES = ()
CODE = """
import os, signal, threading, time, sys
open("answers.py", "w").write("full = 27")
os.makedirs(".ipython/profile_default/startup", exist_ok=True)
open(".ipython/profile_default/startup/evil.py", "w").write("evil = 1")
os.makedirs("deep")
os.chdir("deep")
os.environ["PYTHONSTARTUP"] = os.environ["PYTHONPATH"] = os.getcwd()
os.umask(0)
sys.path.insert(0, os.getcwd())
signal.setitimer(signal.ITIMER_REAL, 1e6)
threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()
"""


def test_the_next_finds_an_empty_folder(graded):
    from unrolled.grading.zygote import Zygote

    graded.check()
    with Zygote() as zygote:
        with zygote.worker() as first:
            first.run(CODE)
        with zygote.worker() as second:
            second.run(
                "import os, sys, threading\nleft = os.listdir('.'), threading.active_count()"
            )
            assert second.lookup("left") == ([], 1)
