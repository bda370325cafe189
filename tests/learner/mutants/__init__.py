"""Systematic mutants of a solution cell: every small change that a slip of the pen could make.

`mutants(cell, names)` parses the cell, changes one place at a time, and returns the sources. It
knows Python and NumPy, and nothing of any topic. `expressions` and `statements` say what may stand
in the place of what; `survivors` judges the mutants of a topic's references.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator

from tests.learner.mutants.expressions import expressions
from tests.learner.mutants.statements import is_name, signatures, statements

SIMPLE = (ast.Name, ast.Subscript, ast.Call, ast.BinOp)


def mutants(cell: str, names: Iterable[str] = ()) -> dict[str, str]:
    """Return {what was changed: source} for every mutant of `cell` that is valid Python.

    names: functions defined elsewhere that the cell could call by mistake, e.g. {"sigmoid"}. What
    was changed is told as "statement → statement", in the form that `ast.unparse` gives.
    """
    tree = ast.parse(cell)
    _drop_docstrings(tree)
    original, places = ast.unparse(tree), list(_places(tree))
    context = _Context(tree, set(names))
    found, sources = {}, {original}
    for parent, field, index, node in places:
        for new in _replacements(node, parent, field, context):
            source = _with(tree, parent, field, index, new)
            if source in sources or not _is_python(source):
                continue
            sources.add(source)
            words = _words(original, source)
            # The same line may stand in a cell twice.
            while words in found:
                words += " (again)"
            found[words] = source
    return found


class _Context:
    """What a mutation may draw on: the names and strings of the cell."""

    def __init__(self, tree, functions):
        nodes = list(ast.walk(tree))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        stored = {node.id for node in nodes if is_name(node, ast.Store)}
        arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
        strings = [node for node in nodes if isinstance(node, ast.Constant)]
        self.locals = sorted(stored | arguments)
        self.strings = sorted({node.value for node in strings if isinstance(node.value, str)})
        self.functions, self.called = functions, called


def _replacements(node, parent, field, context) -> Iterator[object]:
    """Yield everything that may stand in the place of `node`; a list stands for statements."""
    if isinstance(node, ast.stmt):
        yield from statements(node, context)
        return
    if isinstance(node, ast.arguments):
        yield from signatures(node)
        return
    if isinstance(node, ast.keyword):
        yield None  # dropped
        return
    if id(node) in context.called or (isinstance(node, ast.Name) and field == "annotation"):
        return
    if _is_size(node):
        yield from map(ast.Constant, range(1, 25))  # a size written down as a number
    yield from expressions(node, context)
    if isinstance(node, SIMPLE) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield ast.UnaryOp(ast.USub(), node)
        yield ast.Attribute(node, "T", ast.Load())


def _is_size(node):
    """Return whether the expression is made of shapes, lengths and numbers alone."""
    if isinstance(node, ast.BinOp):
        return _is_size(node.left) or _is_size(node.right)
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) == "len"


def _places(tree):
    """Yield (parent, field, index, node) for every node under `tree`."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST) and not isinstance(
                value, ast.expr_context | ast.operator
            ):
                yield parent, field, None, value
            elif isinstance(value, list):
                for k, node in enumerate(value):
                    if isinstance(node, ast.AST):
                        yield parent, field, k, node


def _with(tree, parent, field, index, new):
    """Return the source of `tree` with `new` in that place; the tree itself stays as it was."""
    old = getattr(parent, field)
    if index is None:
        changed = new[0] if isinstance(new, list) else new
    else:
        many = new if isinstance(new, list) else [] if new is None else [new]
        changed = [*old[:index], *many, *old[index + 1 :]]
    setattr(parent, field, changed)
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    except Exception:
        return ""  # what cannot even be written down is no mutant
    finally:
        setattr(parent, field, old)


def _words(original, source):
    """Return "old lines → new lines" for the lines where the two sources differ."""
    old, new = original.splitlines(), source.splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    told = ("; ".join(line.strip() for line in lines) or "nothing" for lines in (old, new))
    return " → ".join(told)


def _is_python(source):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # Python suspects what cannot work; a check shall find it
            compile(source, "a mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return bool(source)


def _drop_docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
