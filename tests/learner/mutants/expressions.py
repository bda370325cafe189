"""What may stand in the place of an expression: every slip of the pen, by the kind of the node."""

from __future__ import annotations

import ast
import itertools
import sys

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.FloorDiv, ast.Mod, ast.Pow)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)

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


def expressions(node, context):
    """Yield what may stand in the place of `node`; context: the names and strings at hand."""
    handler = getattr(sys.modules[__name__], f"_of_{type(node).__name__.lower()}", None)
    if handler is not None:
        yield from handler(node, context)


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
        yield ast.Call(node.func, swapped(node.args, a, b), node.keywords)
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
            yield type(node)(swapped(node.elts, a, b), node.ctx)
        repeated = list(node.elts)
        repeated[a] = node.elts[b]
        yield type(node)(repeated, node.ctx)
    for k in range(n):
        yield type(node)([*node.elts[:k], *node.elts[k + 1 :]], node.ctx)


_of_list = _of_tuple


def _of_dict(node, context):
    n = len(node.keys)
    for a, b in itertools.combinations(range(n), 2):
        yield ast.Dict(swapped(node.keys, a, b), swapped(node.values, a, b))
        yield ast.Dict(node.keys, swapped(node.values, a, b))
    for k in range(n):
        yield ast.Dict(
            [*node.keys[:k], *node.keys[k + 1 :]], [*node.values[:k], *node.values[k + 1 :]]
        )


def _of_comprehension(node, context):
    if node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)
    for new in other_ways_through(node.iter):
        yield ast.comprehension(node.target, new, node.ifs, node.is_async)


def other_ways_through(iterated):
    """Yield `iterated` backwards, without its first and without its last element, and every other."""
    for bounds in ((None, None, -1), (1, None, None), (None, -1, None), (None, None, 2)):
        parts = [None if bound is None else ast.Constant(bound) for bound in bounds]
        yield ast.Subscript(iterated, ast.Slice(*parts), ast.Load())


def swapped(items, a, b):
    """Return a list with two of its items in each other's place."""
    items = list(items)
    items[a], items[b] = items[b], items[a]
    return items
