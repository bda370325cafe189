"""Attack: watch files, or map shared ones to change them past the file system."""

LOSES = ()
CODE = """
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    if libc.syscall(*numbers) == -1:
        raise OSError(ctypes.get_errno(), "refused")
attempt("inotify", call, 294, 0)
attempt("fanotify", call, 300, 0, 0)
attempt("shared", lambda: mmap.mmap(os.open(os.__file__, os.O_RDWR), 0))
def write_through():
    with open(os.__file__, "rb") as file:
        return mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_WRITE)
attempt("write", write_through)
attempt("truncate", os.truncate, os.__file__, 0)
attempt("chmod", os.chmod, os.__file__, 0o777)
attempt("times", os.utime, os.__file__)
attempt("unlink", os.unlink, os.__file__)
attempt("attribute", os.setxattr, os.__file__, "user.x", b"1")
attempt("lock", lambda: __import__("fcntl").lockf(os.open(os.__file__, os.O_RDWR), 2))
"""


def test_the_libraries_stay_as_they_are(graded):
    graded.check()
    graded.all_refused()
