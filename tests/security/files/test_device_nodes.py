"""Attack: make a device of one's own, or use one that is there."""

LOSES = ()
CODE = """
import os, stat
for name, kind, number in (("disk", stat.S_IFBLK, (8, 0)), ("memory", stat.S_IFCHR, (1, 1)),
                           ("kmsg", stat.S_IFCHR, (1, 11)), ("tty", stat.S_IFCHR, (5, 0))):
    attempt(name, os.mknod, name, kind | 0o666, os.makedev(*number))
    attempt("open " + name, open, "/dev/" + name, "wb")
attempt("pipe", os.mkfifo, "pipe")
for name in ("zero", "random", "urandom", "full"):
    attempt("write " + name, open, "/dev/" + name, "wb")
for name in ("mem", "sda", "kvm", "fuse", "net/tun", "tty", "ptmx", "pts", "shm", "console"):
    attempt(name, open, "/dev/" + name)
"""


def test_no_device_is_made_or_reached(graded):
    graded.check()
    graded.all_refused()
