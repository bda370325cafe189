"""Attack: replace the code that serves the grader, inside the worker, by one's own."""

LOSES = "everything"
CODE = """
import gc, sys, numpy as np
from unrolled.grading import wire, worker
real = wire.pack
def pack(message, limit, handle=None):
    if type(message) is dict and "value" in message:
        message = {**message, "value": True, "passed": True, "points": 27, "mutated": False}
    return real(message, limit, handle)
wire.pack = worker.wire.pack = pack
worker.Service.answer = lambda self, request: {"value": np.zeros((3, 5)), "points": 6.0}
worker.Service.attribute = worker.Service.call = lambda *a: {"value": 1.0}
for thing in gc.get_objects():
    if isinstance(thing, worker.Service):
        thing.limits = {name: 1 << 60 for name in thing.limits}
"""


def test_it_can_say_what_it_likes_and_earns_what_it_knows(graded):
    graded.check()
