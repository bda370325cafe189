"""Attack: talk to a service on this machine, by a file's name or by none."""

LOSES = ()
CODE = """
import socket
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    for name in (HOST["unix"], HOST["abstract"], "/run/docker.sock", "/run/dbus/system_bus_socket"):
        attempt(repr(name).replace(": ", ""), lambda: socket.socket(socket.AF_UNIX, kind).connect(name))
attempt("pair", socket.socketpair)
"""


def test_no_service_is_reached(graded):
    graded.check()
    graded.all_refused()
