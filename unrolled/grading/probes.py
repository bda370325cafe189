"""What a process can find out about its own confinement, by trying."""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Callable


def unreachable() -> bool:
    """Tell whether a datagram to another host (a documentation address) has no way to go."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return refuses(lambda: probe.connect(("192.0.2.1", 9)), errno.ENETUNREACH)


def read_only(path: str) -> bool:
    """Tell whether nothing can be written on the file system of `path`."""
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def is_small(folder: str, most: int) -> bool:
    """Tell whether the file system of `folder` holds no more than `most` bytes, but for a page."""
    status = os.statvfs(folder)
    return status.f_blocks * status.f_frsize <= most + resource.getpagesize()


def refuses(action: Callable[[], object], code: int) -> bool:
    """Tell whether the kernel refuses an action with exactly this error."""
    try:
        action()
    except OSError as error:
        return error.errno == code
    return False
