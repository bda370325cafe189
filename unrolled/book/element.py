"""A docutils node for one HTML element, so that a directive can place Markdown inside it."""

from __future__ import annotations

from docutils import nodes


class element(nodes.General, nodes.Element):  # docutils names its nodes in lower case
    """An HTML element; other builders show its content alone.

    Arguments:
        tag: the element's name.
        attributes: its HTML attributes; `True` stands for one without a value.
        children: docutils nodes inside it.
    """

    def __init__(self, tag="div", attributes=None, children=()):
        """Keep tag and attributes as attributes of the node, which survive pickling and copies."""
        super().__init__("", *children, tag=tag, attributes=attributes or {})

    def copy(self):
        """Return a copy without children, as docutils expects of every node."""
        return element(self["tag"], dict(self["attributes"]))


def _visit(translator, node):
    pairs = []
    for name, value in node["attributes"].items():
        text = translator.attval(str(value))
        pairs.append(f" {name}" if value is True else f' {name}="{text}"')
    translator.body.append(f"<{node['tag']}{''.join(pairs)}>")


def _depart(translator, node):
    if node["tag"] != "input":  # the one element we use that has no end
        translator.body.append(f"</{node['tag']}>")


def _skip(translator, node):
    """Other builders have no such element."""


def setup(app):
    """Register the node with Sphinx."""
    others = {name: (_skip, _skip) for name in ("latex", "text", "man", "texinfo")}
    app.add_node(element, html=(_visit, _depart), **others)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
