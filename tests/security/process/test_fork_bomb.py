"""Attack: start processes until the machine stands still."""

LOSES = ()
CODE = """
import os, multiprocessing

def fork():
    return os.fork() or os._exit(0)

def bomb():
    while True:
        os.fork()

attempt("fork", fork)
attempt("bomb", bomb)
attempt("pty", lambda: __import__("pty").fork())
attempt("process", multiprocessing.get_context("fork").Process(target=print).start)
attempt("spawn", multiprocessing.get_context("spawn").Process(target=print).start)
"""


def test_the_first_fork_is_refused_and_right_answers_earn_their_points(graded):
    graded.check()
    graded.all_refused()
