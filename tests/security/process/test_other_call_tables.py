"""Attack: use the kernel's other tables of system calls, which a filter by number may forget."""

LOSES = ("forget_half_life",)
CODE = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def x32(number):
    ctypes.set_errno(0)
    if libc.syscall(0x40000000 | number, 0x10000000, 0, 0, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "refused")
"""
# mov eax, 2 (fork, in the table of 32 bits); int 0x80; ret
OWN = {
    "forget_half_life": """
def forget_half_life(f):
    import ctypes, mmap
    x32(272)
    return None


def old_table():
    import ctypes, mmap
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes([0xB8, 2, 0, 0, 0, 0xCD, 0x80, 0xC3]))
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()


answer = old_table()
print("still here:", "parent" if answer > 0 else answer)
"""
}


def test_both_other_tables_are_closed(graded):
    graded.check()
    shown = graded.printed("exercise-forget_half_life")
    # Either the kernel ends who asks, or it answers with an error; nobody is forked.
    assert "was stopped and left out" in shown or "still here: -" in shown
