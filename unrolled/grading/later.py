"""Put off imports that take long and are rarely needed.

A module that is put off is there at once, and empty: it is filled when something is asked of it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class Later(MetaPathFinder):
    """Puts off modules of a package that are imported in the block of a `with` statement.

        with Later("package.seldom"):
            import package

    After the block, whoever asks a module that was put off for anything, or imports a module of the
    package that is not there yet, gets all of them filled first, as if nothing had been put off.

    names: those to put off, such as "package.seldom" or "package" itself.
    """

    def __init__(self, *names: str):
        self._names = frozenset(names)
        self._packages = {name.partition(".")[0] for name in names}
        self._waiting: list[_Waiting] = []
        self._entered = False

    def __enter__(self) -> Later:
        self._entered = True
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *_: object) -> None:
        self._entered = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module that is put off, and no other."""
        if not self._entered:
            if fullname.partition(".")[0] not in self._packages:
                return None
            self.fill()
            # Filling may have imported it: `import` takes it from what we say, or makes another.
            there = sys.modules.pop(fullname, None)
            return ModuleSpec(fullname, _There(there)) if there else None
        if fullname not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            waiting = spec.loader = _Waiting(self, spec.loader)
            self._waiting.append(waiting)
        return spec

    def fill(self) -> None:
        """Fill all modules that were put off."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        while self._waiting:
            self._waiting.pop(0).fill()


class _Waiting(Loader):
    """Loads a module as an empty one, and fills it later."""

    def __init__(self, later, real):
        self._later, self._real, self._module = later, real, None

    def create_module(self, spec):
        return self._real.create_module(spec)

    def exec_module(self, module):
        def absent(name):
            # What `import` itself looks for, and a plain module has not.
            if name == "__path__":
                raise AttributeError(name)
            self._later.fill()
            return getattr(module, name)

        module.__getattr__ = absent
        self._module = module

    def fill(self):
        module, self._module = self._module, None
        if module is None or sys.modules.get(module.__name__) is not module:
            return
        del module.__getattr__
        module.__spec__.loader = module.__loader__ = self._real
        self._real.exec_module(module)


class _There(Loader):
    """Gives a module that is there already."""

    def __init__(self, module):
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        module.__spec__ = self._spec
