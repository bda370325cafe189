"""Attack: open files by a handle or a kept number instead of a name."""

LOSES = ()
CODE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
attempt("make a handle", call, 303, -100, b"/", ctypes.create_string_buffer(200), 0, 0)
attempt("open by handle", call, 304, -100, ctypes.create_string_buffer(200), 0)
for number in range(4, 256):
    try:
        os.fstat(number)
        print(f"{number}: SUCCEEDED")
    except OSError:
        pass
import socket
attempt("take a descriptor", lambda: socket.socket(fileno=3).recvmsg(10, 100))
"""


def test_no_descriptor_but_the_wire_came_along(graded):
    graded.check()
    graded.all_refused()
