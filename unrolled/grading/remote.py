"""Handles to what stays inside a worker: calling and reading them asks the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unrolled.grading import wire

if TYPE_CHECKING:
    from unrolled.grading.client import Worker


class RemoteValue:
    """Something that stays in a worker, known here by a number and the name of its type.

    Attributes:
        type_name: what its class is called, bounded; a claim of the learner's code.
        mutated: whether the last call wrote into its arguments.
        printed: the beginning of what the last call printed.
        timeout: seconds that a call may take; None stands for the worker's limit.
    """

    def __init__(self, worker: Worker, handle: wire.Handle) -> None:
        self._worker, self._handle = worker, handle
        self.type_name = handle.type_name
        self.mutated = False
        self.printed = ""
        self.timeout: float | None = None

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call it on copies of the arguments, and return a plain value or a handle."""
        result = self._worker.call(self, args, kwargs, self.timeout)
        self.mutated, self.printed = result["mutated"], result["printed"]
        return result["value"]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.type_name}>"


class RemoteFunction(RemoteValue):
    """A function that the learner's code defined."""


class RemoteObject(RemoteValue):
    """An object that stays inside; its attributes and methods are read by name."""

    def __getattr__(self, name: str) -> object:
        # NumPy, pytest and copy probe for such names: they get no answer from a learner's code.
        if name.startswith("_"):
            raise AttributeError(name)
        return self._worker.attribute(self, name)
