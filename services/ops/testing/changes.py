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
    from collections.abc import Iterable

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


@dataclass(slots=True)
class Selection:
    """Test files, each with the reason why it is chosen; `whole` says why all of them are."""

    base: str
    differing: list[str]
    chosen: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    whole: str = ""

    def sources(self, root: Path) -> list[str]:
        """Python files that differ and are still there."""
        return [path for path in self.differing if path.endswith(".py") and (root / path).exists()]


def select(root: Path, base: str) -> Selection:
    """Look at everything that differs from where this branch left `base`, committed or not.

    Raises CommandError outside a git checkout, or when it has no such revision.
    """
    left = _git(root, "merge-base", base, "HEAD").strip()
    tracked = _git(root, "diff", "--name-only", "--no-renames", left, "--")
    untracked = _git(root, "ls-files", "--others", "--exclude-standard")
    selection = Selection(f"{base} ({left[:10]})", sorted({*tracked.splitlines(), *untracked.splitlines()}))
    under_all = next(filter(_is_under_all, selection.differing), "")
    if under_all:
        selection.whole = f"{under_all} differs"
    elif selection.differing:
        _choose(selection, Imports(root, PACKAGES))
    return selection


def _choose(selection: Selection, imports: Imports) -> None:
    for path in selection.differing:
        for test, reason in _concerned(path, imports):
            selection.chosen.setdefault(test, reason)
    differing = set(selection.differing)
    selection.left_out = sorted(
        test for test in selection.chosen if test not in differing and imports.is_slow(test)
    )
    for test in selection.left_out:
        del selection.chosen[test]
    if imports.tests and imports.tests <= {*selection.chosen, *selection.left_out}:
        selection.whole = "every test file concerns what differs"


def _concerned(path: str, imports: Imports) -> Iterable[tuple[str, str]]:
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
