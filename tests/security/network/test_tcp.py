"""Attack: connect to a server on this machine, or to the world."""

LOSES = ()
CODE = """
import socket, urllib.request
for host, port in (("127.0.0.1", HOST["tcp"]), ("::1", HOST["tcp"]), ("192.0.2.1", 80)):
    attempt(host, socket.create_connection, (host, port), 1)
attempt("http", urllib.request.urlopen, f"http://127.0.0.1:{HOST['tcp']}/", None, 1)
attempt("listen", socket.create_server, ("127.0.0.1", 0))
"""


def test_nobody_hears_of_it(graded):
    graded.check()
    graded.all_refused()
