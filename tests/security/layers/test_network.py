"""Attack: talk to a listener on this machine."""

import socket

import pytest

FAMILIES = ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET")


@pytest.mark.parametrize("family", FAMILIES)
def test_no_socket_can_be_made(attack, family):
    worker = attack(f"import socket\nsocket.socket(socket.{family}, socket.SOCK_DGRAM)")
    assert worker.result.error.type_name == "PermissionError"


def test_a_listener_on_this_machine_hears_nothing(attack):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        attack(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)")
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_abstract_socket_on_this_machine_hears_nothing(attack):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0unrolled-test")
        listener.settimeout(0.2)
        attack("import socket\nsocket.socket(socket.AF_UNIX, 2).sendto(b'x', '\\0unrolled-test')")
        with pytest.raises(TimeoutError):
            listener.recv(1)
