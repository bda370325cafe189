"""Attack: do it when the process ends: exit handlers, finalisers, threads that wait."""

LOSES = ()
CODE = """
import atexit, threading, weakref, sys
def strike():
    try:
        open(HOST["folder"] + "/" + HOST["mark"], "w")
    finally:
        while True:
            pass
class Last:
    def __del__(self):
        strike()
last = Last()
last.itself = last
atexit.register(strike)
weakref.finalize(last, strike)
threading.Thread(target=lambda: (threading.main_thread().join(), strike())).start()
threading._register_atexit(strike)
"""


def test_nothing_is_left_running_and_nothing_written(graded):
    graded.check()
    assert graded.raised() == ""
