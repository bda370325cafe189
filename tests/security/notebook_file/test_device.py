"""Attack: hand in a device, or a socket, in place of a notebook."""

import contextlib
import os
import socket

LOSES = "everything"


def HAND_IN(folder, text, host):
    path = folder / "lstm_gates.ipynb"
    try:
        # As /dev/null: an endless one would fill the disk of whoever copies the folder.
        os.mknod(path, 0o20666, os.makedev(1, 3))
    except PermissionError:  # who is not root can hand in a socket
        with contextlib.chdir(folder), socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)


def test_it_is_not_read(graded):
    graded.check()
    assert "not a plain file" in graded.result.remark
