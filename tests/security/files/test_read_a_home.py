"""Attack: read keys and settings of whoever grades."""

LOSES = ()
CODE = """
import os, pathlib, sys
def look(place):
    # Seen counts whatever is not the way down to the interpreter and its packages.
    os.stat(place)
    ways = {way[len(place) + 1 :].split("/")[0] for way in (sys.prefix, sys.base_prefix)
            if way.startswith(place + "/")}
    if ways and set(os.listdir(place)) <= ways:
        raise FileNotFoundError(place)
for name in (".ssh/id_rsa", ".ssh", ".netrc", ".bashrc", ".profile", ".config", ".jupyter", ".cache"):
    for home in ("/root/", "/home/", os.path.expanduser("~/"), "/var/lib/"):
        attempt(home + name, os.stat, home + name)
for place in (HOST["secret"], "/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/resolv.conf",
              "/proc", "/sys", "/run", "/var", "/tmp", "/boot", "/mnt", "/proc/self/environ"):
    attempt(place, look, place)
"""


def test_no_home_and_nothing_of_the_system_is_seen(graded):
    graded.check()
    graded.all_refused()
