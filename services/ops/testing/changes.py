"""What differs from a revision, and the test files that concern it by the imports between modules."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from services.ops.errors import CommandError
from services.ops.testing.imports import Imports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PACKAGES = ("contracts", "services", "tests")
# What every test stands on, as a file or a folder.
UNDER_ALL = ("pyproject.toml", "requirements", "gancang", ".ci")
# Tests of files that Python does not import. The first pattern that fits counts.
BY_PATTERN = (
    ("contracts/*", ("tests/contract", "tests/unit/contracts")),
    ("docs/examples/*", ("tests/contract", "tests/integration/test_examples.py")),
    ("docs/*", ("tests/contract",)),
    ("deploy/*", ("tests/contract",)),
    ("*.md", ("tests/contract/test_documents.py",)),
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Test files, each with the reason why it is chosen; `whole` says why all of them are."""

    differing: Sequence[str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    whole: str = ""

    def sources(self, root: Path) -> list[str]:
        """Python files that differ and are still there."""
        return [path for path in self.differing if path.endswith(".py") and (root / path).exists()]


def differing(root: Path, base: str) -> list[str]:
    """Paths that differ from where this branch has left `base`, committed or not.

    Raises CommandError outside a git checkout, or when git does not know the revision.
    """
    left = _git(root, "merge-base", base, "HEAD").strip()
    tracked = _git(root, "diff", "--name-only", "--no-renames", left, "--")
    untracked = _git(root, "ls-files", "--others", "--exclude-standard")
    return sorted({*tracked.splitlines(), *untracked.splitlines()})


def select(root: Path, paths: Sequence[str]) -> Selection:
    """Choose the test files that concern these paths; slow ones only when they differ themselves."""
    under_all = next(filter(_is_under_all, paths), "")
    if under_all:
        return Selection(paths, whole=f"{under_all} differs")
    imports = Imports(root, PACKAGES)
    found: dict[str, str] = {}
    for path in paths:
        for test, reason in _concerned(path, imports):
            found.setdefault(test, reason)
    if found and imports.tests <= found.keys():
        return Selection(paths, whole="every test file concerns what differs")
    left_out = sorted(test for test in found if test not in paths and imports.is_slow(test))
    chosen = {test: reason for test, reason in found.items() if test not in left_out}
    return Selection(paths, chosen, left_out)


def _concerned(path: str, imports: Imports) -> Iterator[tuple[str, str]]:
    """Yield test files, each with the reason."""
    if path in imports.tests:
        yield path, "differs"
        return
    yield from imports.users_of(path)
    if not imports.knows(path):
        places = next((tests for pattern, tests in BY_PATTERN if fnmatch(path, pattern)), ())
        yield from ((test, f"checks {path}") for test in sorted(imports.tests) if test.startswith(places))


def _is_under_all(path: str) -> bool:
    return any(path == name or path.startswith(f"{name}/") for name in UNDER_ALL)


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", root, *arguments],  # noqa: S607 the git of the PATH
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError:
        raise CommandError("--changed needs git") from None
    except subprocess.CalledProcessError as error:
        raise CommandError(f"git {arguments[0]}: {error.stderr.strip() or 'no common ancestor'}") from None
    return done.stdout
