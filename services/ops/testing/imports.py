"""Which test files reach a module by imports."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grimp import ImportGraph

DIRECT = 2
PROGRAM = "services.ops"
# A file whose every test is slow, or kills servers.
SLOW_FILE = re.compile(r"^pytestmark\b[^#]*\bmark\.(chaos|slow)\b", re.MULTILINE)


class Imports:
    """The graph of imports, and what it cannot see: conftest.py above a test, the command line as a process.

    A process counts for changes of the command line alone: it reaches nearly every module, and its tests
    would concern every change.
    """

    def __init__(self, root: Path, packages: Sequence[str]) -> None:
        """Read all source files below `root`; a quarter of a second."""
        self._root = root
        self._files = {
            _module_of(path.relative_to(root)): path.relative_to(root).as_posix()
            for package in packages
            for path in (root / package).rglob("*.py")
        }
        self.tests = {path for path in self._files.values() if PurePosixPath(path).name.startswith("test_")}
        self._packages = packages

    @cached_property
    def _graph(self) -> ImportGraph:
        import grimp  # noqa: PLC0415 a development package

        graph = grimp.build_graph(*self._packages, cache_dir=None)
        for test in self.tests:
            for conftest in self._conftests(test):
                graph.add_import(importer=_module_of(PurePosixPath(test)), imported=conftest)
        for module in filter(self._starts_program, self._files):
            graph.add_import(importer=module, imported=f"{PROGRAM}.__main__")
        return graph

    def knows(self, path: str) -> bool:
        """Whether the path is one of a module."""
        return _module_of(PurePosixPath(path)) in self._files and path.endswith(".py")

    def users_of(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the test files that reach it, each with the way; data stands for the service around it."""
        for module in self._modules_at(path):
            for user in sorted(self._graph.find_downstream_modules(module)):
                if self._files.get(user) in self.tests:
                    chain = self._graph.find_shortest_chain(importer=user, imported=module) or (user, module)
                    way = _shown(chain) if path.endswith(".py") else f"the service of {path}"
                    yield self._files[user], f"uses {way}"
        if path.startswith("tests/") and not path.endswith(".py"):
            yield from self._tests_beside(path)
        elif path.startswith(f"{PROGRAM.replace('.', '/')}/"):
            for user in sorted(self._graph.find_downstream_modules(f"{PROGRAM}.__main__")):
                if self._files.get(user) in self.tests:
                    yield self._files[user], f"starts {PROGRAM}"

    def is_slow(self, test: str) -> bool:
        """Whether the whole file is marked `chaos` or `slow`."""
        return SLOW_FILE.search((self._root / test).read_text()) is not None

    def _modules_at(self, path: str) -> list[str]:
        module = _module_of(PurePosixPath(path))
        if path.endswith(".py"):
            return [module] if module in self._files else []  # of one that is gone, the importers differ
        if not path.startswith("services/"):
            return []
        service = ".".join(PurePosixPath(path).parts[:2])
        return [name for name in self._files if name == service or name.startswith(f"{service}.")]

    def _tests_beside(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the tests of the nearest folder that has some."""
        for folder in PurePosixPath(path).parents:
            below = [test for test in sorted(self.tests) if PurePosixPath(test).is_relative_to(folder)]
            if below:
                yield from ((test, f"lies beside {path}") for test in below)
                return

    def _starts_program(self, module: str) -> bool:
        return f'"-m", "{PROGRAM}"' in (self._root / self._files[module]).read_text()

    def _conftests(self, test: str) -> Iterator[str]:
        for folder in PurePosixPath(test).parents:
            name = _module_of(folder / "conftest.py")
            if name in self._files:
                yield name


def _shown(chain: Sequence[str]) -> str:
    """How the first imports the last, without the steps between."""
    return chain[-1] if len(chain) == DIRECT else f"{chain[1]}, and by it {chain[-1]}"


def _module_of(path: PurePath) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
