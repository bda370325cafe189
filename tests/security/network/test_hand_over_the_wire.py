"""Attack: use the one socket a worker has to send a file descriptor, or to connect elsewhere."""

LOSES = "everything"
CODE = """
import array, ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
for name, number in dict(sendmsg=46, sendto=44, recvmsg=47, connect=42, bind=49, listen=50, accept=43,
                         shutdown=48, sendmmsg=307, accept4=288).items():
    attempt(name, call, number, 3, 0, 0, 0, 0, 0)
wire = socket.socket(fileno=os.dup(3))
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))]
attempt("rights", wire.sendmsg, [b"x"], rights)
wire.detach()
"""


def test_the_wire_carries_bytes_and_nothing_else(graded):
    graded.check()
    graded.all_refused()
