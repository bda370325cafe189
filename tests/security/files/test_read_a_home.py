"""Attack: read keys and settings of whoever grades."""

LOSES = ()
CODE = """
import os, pathlib
for name in (".ssh/id_rsa", ".ssh", ".netrc", ".bashrc", ".profile", ".config", ".jupyter", ".cache"):
    for home in ("/root/", "/home/", os.path.expanduser("~/"), "/var/lib/"):
        attempt(home + name, os.stat, home + name)
for place in (HOST["secret"], "/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/resolv.conf",
              "/proc", "/sys", "/run", "/var", "/tmp", "/boot", "/mnt", "/proc/self/environ"):
    attempt(place, os.stat, place)
"""


def test_no_home_and_nothing_of_the_system_is_seen(graded):
    graded.check()
    graded.all_refused()
