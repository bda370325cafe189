"""Attack: a module-level __getattr__, a namespace and a global dictionary that lie about names."""

LOSES = "everything"
CODE = """
class Names(dict):
    def __contains__(self, name): return True
    def __getitem__(self, name): return dict.get(self, name, lambda *a, **k: True)
shell = get_ipython()
names = Names(shell.user_ns)
shell.user_ns = names
shell.user_module.__getattr__ = lambda name: (lambda *a: True)
"""


def test_a_lie_about_names_answers_no_question(graded):
    graded.check()
