"""Systematic mutants of a solution cell: every small change that a slip of the pen could make.

`mutants(cell, names)` parses the cell, changes one place at a time, and returns the sources. It
knows Python and NumPy, and nothing of any topic.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.FloorDiv, ast.Mod, ast.Pow)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
SIMPLE = (ast.Name, ast.Subscript, ast.Call, ast.BinOp)

# Functions that are taken for one another, by the last part of their name.
FAMILIES = [
    ("tanh", "sigmoid", "sin"),
    ("log", "exp", "log2", "log10", "log1p", "expm1", "sqrt"),
    ("stack", "concatenate", "vstack", "hstack"),
    ("sum", "mean", "max", "min", "prod"),
    ("argmax", "argmin"),
    ("cumsum", "cumprod"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("minimum", "maximum"),
    ("floor", "ceil", "round"),
    ("abs", "square", "sign"),
    ("dot", "outer"),
    ("append", "extend"),
]
ALONG_AN_AXIS = {"stack", "concatenate", "sum", "mean", "max", "min", "argmax", "argmin", "cumsum"}


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
        stored = {node.id for node in nodes if _is_name(node, ast.Store)}
        arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
        strings = [node for node in nodes if isinstance(node, ast.Constant)]
        self.locals = sorted(stored | arguments)
        self.strings = sorted({node.value for node in strings if isinstance(node.value, str)})
        self.functions, self.called = functions, called


def _replacements(node, parent, field, context) -> Iterator[object]:
    """Yield everything that may stand in the place of `node`; a list stands for statements."""
    if isinstance(node, ast.stmt):
        yield from _statements(node, context)
        return
    if isinstance(node, ast.arguments):
        yield from _signatures(node)
        return
    if isinstance(node, ast.keyword):
        yield None  # dropped
        return
    if id(node) in context.called or (isinstance(node, ast.Name) and field == "annotation"):
        return
    if _is_size(node):
        yield from map(ast.Constant, range(1, 25))  # a size written down as a number
    kind = type(node).__name__
    handler = globals().get(f"_of_{kind.lower()}")
    if handler is not None:
        yield from handler(node, context)
    if isinstance(node, SIMPLE) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield ast.UnaryOp(ast.USub(), node)
        yield ast.Attribute(node, "T", ast.Load())


def _of_binop(node, context):
    for operator in ARITHMETIC:
        yield ast.BinOp(node.left, operator(), node.right)
    if not isinstance(node.op, ast.Add | ast.Mult):  # of numbers these are the same either way
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    yield node.right
    # a * (b + c) against a * b + c: parentheses in another place
    inner = node.right
    if isinstance(inner, ast.BinOp):
        yield ast.BinOp(ast.BinOp(node.left, node.op, inner.left), inner.op, inner.right)
    inner = node.left
    if isinstance(inner, ast.BinOp):
        yield ast.BinOp(inner.left, inner.op, ast.BinOp(inner.right, node.op, node.right))


def _of_unaryop(node, context):
    yield node.operand


def _of_compare(node, context):
    if len(node.ops) == 1:
        for operator in COMPARISONS:
            yield ast.Compare(node.left, [operator()], node.comparators)
        yield ast.UnaryOp(ast.Not(), node)
    yield ast.Constant(True)
    yield ast.Constant(False)


def _of_boolop(node, context):
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _of_ifexp(node, context):
    yield ast.IfExp(node.test, node.orelse, node.body)
    yield node.body
    yield node.orelse


def _of_constant(node, context):
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        for new in (0, value + 1, value - 1, 2 * value, value / 2, -value):
            yield ast.Constant(int(new) if isinstance(value, int) and new == int(new) else new)
    elif isinstance(value, str):
        for other in context.strings:
            yield ast.Constant(other)


def _of_name(node, context):
    if node.id in context.locals:
        for other in context.locals:
            yield ast.Name(other, node.ctx)


def _of_subscript(node, context):
    yield node.value
    index = node.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for k, part in enumerate(parts):
        for new in _indices(part):
            changed = [*parts[:k], new, *parts[k + 1 :]]
            whole = ast.Tuple(changed, ast.Load()) if len(parts) > 1 else new
            yield ast.Subscript(node.value, whole, node.ctx)


def _indices(part):
    """Yield indices and slices next to `part`: off by one, bounds swapped or dropped, steps."""
    if not isinstance(part, ast.Slice):
        yield from (_plus(part, 1), _plus(part, -1))
        yield ast.Slice(None, part, None)
        yield ast.Slice(part, None, None)
        return
    lower, upper, step = part.lower, part.upper, part.step
    for shift in (1, -1):
        yield ast.Slice(_plus(lower, shift), upper, step)
        yield ast.Slice(lower, _plus(upper, shift), step)
        yield ast.Slice(_plus(lower, shift), _plus(upper, shift), step)
    yield ast.Slice(upper, lower, step)
    yield ast.Slice(None, upper, step)
    yield ast.Slice(lower, None, step)
    for stride in (-1, 2):
        yield ast.Slice(lower, upper, ast.Constant(stride))
    yield lower or ast.Constant(0)


def _plus(bound, shift):
    """Return `bound` moved by `shift`; a bound that is not there is moved from the end it means."""
    if bound is None:
        return ast.Constant(shift)
    return ast.BinOp(bound, ast.Add() if shift > 0 else ast.Sub(), ast.Constant(abs(shift)))


def _of_call(node, context):
    base, name = _split_name(node.func)
    for family in FAMILIES:
        for other in family if name in family else ():
            yield ast.Call(_callable(base, other, context), node.args, node.keywords)
    if name in context.functions:
        for other in sorted(context.functions):
            yield ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords)
    if len(node.args) == 1 and not node.keywords:
        yield node.args[0]  # the identity
        yield ast.Call(node.func, [node], [])  # applied twice
    if not node.args and isinstance(node.func, ast.Attribute):
        yield node.func.value  # a method that does nothing, e.g. no .copy()
    for k, arg in enumerate(node.args):
        yield ast.Call(node.func, [*node.args[:k], *node.args[k + 1 :]], node.keywords)
        if len(node.args) > 1:
            yield arg
    for a, b in itertools.combinations(range(len(node.args)), 2):
        yield ast.Call(node.func, _swapped(node.args, a, b), node.keywords)
    if name in ALONG_AN_AXIS and not any(word.arg == "axis" for word in node.keywords):
        for axis in (0, 1, -1):
            word = ast.keyword("axis", ast.Constant(axis))
            yield ast.Call(node.func, node.args, [*node.keywords, word])


def _split_name(function):
    if isinstance(function, ast.Attribute):
        return function.value, function.attr
    return None, getattr(function, "id", None)


def _callable(base, name, context):
    """Return the function of that name: one of the topic's own, or from where the old one was."""
    if name in context.functions or base is None:
        own = ast.Name(name, ast.Load())
        return own if name in context.functions else ast.Attribute(ast.Name("np"), name)
    return ast.Attribute(base, name, ast.Load())


def _of_tuple(node, context):
    """Values of a `return`, targets of an assignment, indices: swapped, repeated or dropped."""
    n = len(node.elts)
    for a, b in itertools.permutations(range(n), 2):
        if a < b:
            yield type(node)(_swapped(node.elts, a, b), node.ctx)
        repeated = list(node.elts)
        repeated[a] = node.elts[b]
        yield type(node)(repeated, node.ctx)
    for k in range(n):
        yield type(node)([*node.elts[:k], *node.elts[k + 1 :]], node.ctx)


_of_list = _of_tuple


def _of_dict(node, context):
    n = len(node.keys)
    for a, b in itertools.combinations(range(n), 2):
        yield ast.Dict(_swapped(node.keys, a, b), _swapped(node.values, a, b))
        yield ast.Dict(node.keys, _swapped(node.values, a, b))
    for k in range(n):
        yield ast.Dict(
            [*node.keys[:k], *node.keys[k + 1 :]], [*node.values[:k], *node.values[k + 1 :]]
        )


def _of_comprehension(node, context):
    if node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)
    for new in _other_ways_through(node.iter):
        yield ast.comprehension(node.target, new, node.ifs, node.is_async)


def _other_ways_through(iterated):
    """Yield `iterated` backwards, without its first and without its last element, and every other."""
    for bounds in ((None, None, -1), (1, None, None), (None, -1, None), (None, None, 2)):
        parts = [None if bound is None else ast.Constant(bound) for bound in bounds]
        yield ast.Subscript(iterated, ast.Slice(*parts), ast.Load())


def _statements(node, context):
    yield [ast.Pass()]  # deleted
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return
    leaves = any(isinstance(inner, ast.Return) for inner in ast.walk(node))
    if not leaves and _stored(node) & _loaded(node):
        yield [node, node]  # a second time changes what the first has made
    if isinstance(node, ast.With | ast.For | ast.While):
        yield node.body
    if isinstance(node, ast.If):
        yield [ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)]
        yield node.body
        yield node.orelse or [ast.Pass()]
    if isinstance(node, ast.For):
        for new in _other_ways_through(node.iter):
            yield [ast.For(node.target, new, node.body, node.orelse)]
        yield [ast.For(node.target, node.iter, [*node.body, ast.Break()], node.orelse)]
        # a return, or whatever follows, inside the loop
    if isinstance(node, ast.AugAssign):
        for operator in ARITHMETIC:
            yield [ast.AugAssign(node.target, operator(), node.value)]
        yield [ast.Assign([node.target], node.value, lineno=0)]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        for operator in (ast.Add, ast.Mult):
            yield [ast.AugAssign(node.targets[0], operator(), node.value)]
    if isinstance(node, ast.Return) and node.value is not None:
        yield [ast.Expr(node.value)]
        for name in context.locals:
            yield [ast.Return(ast.Name(name, ast.Load()))]


def _is_size(node):
    """Return whether the expression is made of shapes, lengths and numbers alone."""
    if isinstance(node, ast.BinOp):
        return _is_size(node.left) or _is_size(node.right)
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) == "len"


def _stored(node):
    return {name.id for name in ast.walk(node) if _is_name(name, ast.Store)} or {None}


def _loaded(node):
    found = {name.id for name in ast.walk(node) if _is_name(name, ast.Load)}
    return found | {None}  # a statement that stores nothing acts on something


def _signatures(node):
    """Yield the arguments of a function with two of them in each other's place."""
    for a, b in itertools.combinations(range(len(node.args)), 2):
        yield ast.arguments(
            node.posonlyargs,
            _swapped(node.args, a, b),
            node.vararg,
            node.kwonlyargs,
            node.kw_defaults,
            node.kwarg,
            node.defaults,
        )


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


def _swapped(items, a, b):
    items = list(items)
    items[a], items[b] = items[b], items[a]
    return items


def _is_name(node, context):
    return isinstance(node, ast.Name) and isinstance(node.ctx, context)


def _is_python(source):
    try:
        compile(source, "a mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return bool(source)


def _drop_docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
