"""Attack: an AST transformer that takes every assertion out of the cells that follow."""

LOSES = "everything"
CODE = """
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Raise(self, node): return ast.Pass()
    def visit_Expr(self, node): return node
shell = get_ipython()
shell.ast_transformers.append(Strip())
shell.input_transformers_post.append(lambda lines: ["6.0\\n"])
shell.events.register("post_run_cell", lambda result: print(6.0))
shell.run_cell = lambda *a, **k: None
"""


def test_the_checks_stand_elsewhere(graded):
    graded.check()
