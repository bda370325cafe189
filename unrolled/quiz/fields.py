"""Read YAML so that every complaint names the file, the line and the field."""

from __future__ import annotations

import math
import re

import yaml

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class FieldError(ValueError):
    """A YAML file does not say what it must; the message is `file:line: field: what is wrong`."""


class Field:
    """One value of a YAML document, which knows where it stands."""

    def __init__(self, node, source, offset, path):
        """Wrap a YAML node; `offset` lines come before the document in the file `source`."""
        self._node, self._source, self._offset, self._path = node, source, offset, path

    @property
    def line(self):
        """The line of the file on which the value begins, counted from 1."""
        return self._node.start_mark.line + 1 + self._offset

    def error(self, message):
        """Return a `FieldError` about this value, to be raised."""
        where = f" {self._path}:" if self._path else ""
        return FieldError(f"{self._source}:{self.line}:{where} {message}")

    def items(self):
        """Return the entries of a list, each a `Field`."""
        if not isinstance(self._node, yaml.SequenceNode) or not self._node.value:
            raise self.error("expected a list with at least one entry")
        return [
            Field(node, self._source, self._offset, f"{self._path}[{k}]")
            for k, node in enumerate(self._node.value, start=1)
        ]

    def mapping(self, required, optional=()):
        """Return the fields of a mapping by name; a missing or unknown one is an error."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error(f"expected the fields {', '.join(required)}")
        found = {}
        for key, value in self._node.value:
            path = f"{self._path}.{key.value}".lstrip(".")
            entry = Field(value, self._source, self._offset, path)
            if key.value not in (*required, *optional):
                names = ", ".join((*required, *optional))
                raise entry.error(f"unknown field; expected one of {names}")
            if key.value in found:
                raise entry.error("given twice")
            found[key.value] = entry
        for name in required:
            if name not in found:
                raise self.error(f"the field {name} is missing")
        return found

    def peek(self, name):
        """Return the field `name` of a mapping, or None where there is none."""
        if isinstance(self._node, yaml.MappingNode):
            for key, value in self._node.value:
                if key.value == name:
                    return Field(value, self._source, self._offset, f"{self._path}.{name}")
        return None

    def text(self):
        """Return a piece of text (str) without the space around it; empty text is an error."""
        node = self._node
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.error("expected some text")
        return node.value.strip()

    def block(self):
        """Return a piece of text (str) with its indentation, and without a line end at its end."""
        self.text()
        return self._node.value.rstrip()

    def number(self):
        """Return a finite decimal number (float); anything else is an error."""
        text = self.text()
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise self.error(f"expected a number, found {text!r}")
        return float(text)

    def one_of(self, names):
        """Return the text (str) if it is one of `names`; anything else is an error."""
        text = self.text()
        if text not in names:
            raise self.error(f"{text!r} is none of {', '.join(names)}")
        return text

    def flag(self):
        """Return whether the value is `true` (bool); anything but true or false is an error."""
        if getattr(self._node, "tag", "") != "tag:yaml.org,2002:bool":
            raise self.error("expected true or false")
        return self._node.value.lower() in ("true", "yes", "on")


def read_yaml(text, source, offset=0):
    """Parse a YAML document without building any object from it.

    Arguments:
        text: the document.
        source: what to call the file in messages.
        offset: how many lines of the file come before the document.

    Returns:
        The `Field` at the root.

    Raises:
        FieldError: if the text is not YAML, or empty.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = offset + 1 + (mark.line if mark else 0)
        raise FieldError(f"{source}:{line}: {getattr(error, 'problem', error)}") from error
    if node is None:
        raise FieldError(f"{source}:{offset + 1}: the document is empty")
    return Field(node, source, offset, "")
