"""Attack: hand in an endless device."""

import os

LOSES = "everything"


def HAND_IN(folder, text, host):
    path = folder / "lstm_gates.ipynb"
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:  # who is not root can hand in a socket
        import socket

        with socket.socket(socket.AF_UNIX) as made:
            os.chdir(folder)
            made.bind(path.name)


def test_it_is_not_read(graded):
    graded.check()
    assert "not a plain file" in graded.result.remark
