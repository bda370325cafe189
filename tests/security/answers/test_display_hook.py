"""Attack: a display hook that shows full points wherever something is shown."""

LOSES = "everything"
CODE = """
import sys
def hook(value):
    print(6.0)
sys.displayhook = hook
shell = get_ipython()
shell.displayhook = hook
shell.display_formatter.format = lambda *a, **k: ({"text/plain": "6.0"}, {})
shell.display_pub.publish = lambda *a, **k: print(6.0)
sys.stdout.write = sys.stderr.write = lambda text: len(text)
sys.settrace(lambda *a: None)
sys.setprofile(lambda *a: None)
6.0
"""


def test_points_are_not_read_from_what_is_shown(graded):
    graded.check()
