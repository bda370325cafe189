"""Attack: use other families of sockets, each a part of the kernel of its own."""

LOSES = ()
CODE = """
import ctypes, socket
for family in range(0, 46):
    for kind in (1, 2, 3, 5):
        attempt(f"family {family} kind {kind}", socket.socket, family, kind)
"""


def test_no_family_is_left(graded):
    graded.check()
    graded.all_refused()
