"""What may stand in the place of a statement, and of the arguments of a function."""

from __future__ import annotations

import ast
import itertools

from tests.learner.mutants.expressions import ARITHMETIC, other_ways_through, swapped


def statements(node, context):
    """Yield lists of statements for the place of `node`; context: the names of the cell."""
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
        for new in other_ways_through(node.iter):
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


def _stored(node):
    return {name.id for name in ast.walk(node) if is_name(name, ast.Store)} or {None}


def _loaded(node):
    found = {name.id for name in ast.walk(node) if is_name(name, ast.Load)}
    return found | {None}  # a statement that stores nothing acts on something


def signatures(node):
    """Yield the arguments of a function with two of them in each other's place."""
    for a, b in itertools.combinations(range(len(node.args)), 2):
        yield ast.arguments(
            node.posonlyargs,
            swapped(node.args, a, b),
            node.vararg,
            node.kwonlyargs,
            node.kw_defaults,
            node.kwarg,
            node.defaults,
        )


def is_name(node, context):
    """Return whether `node` is a name that is read or stored, as `context` says."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, context)
