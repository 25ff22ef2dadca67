"""What `gancang test` runs: linters, and pytest with a report that is counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.ops.errors import CommandError
from services.ops.junit import Counts, Duration, read_counts, read_durations

ROOT = Path(__file__).parents[3]
LINTERS = {
    "ruff check": ("ruff", "check", "--quiet", "--force-exclude"),
    "ruff format": ("ruff", "format", "--check", "--quiet", "--force-exclude"),
    "mypy": ("mypy", "--no-error-summary"),
    "import-linter": ("lint-imports", "--no-logo"),
}
BY_FILE = {"ruff check", "ruff format"}
NOTHING_SELECTED = 5
SLOWEST = 20
# The tests start hundreds of Python processes; with this set each of them compiles our modules again.
NOT_INHERITED = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True, slots=True)
class Ended:
    """One run of pytest that is over."""

    code: int
    seconds: float
    report: Path


@dataclass(slots=True)
class Summary:
    """What has come of all stages."""

    counts: Counts = field(default_factory=Counts)
    durations: list[Duration] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(self, label: str, ended: Ended) -> None:
        """Count the tests of a stage, and say how it ended."""
        counted = read_counts(ended.report)
        self.counts += counted
        self.durations += read_durations(ended.report)
        outcome = "passed" if ended.code in {0, NOTHING_SELECTED} else "FAILED"
        if outcome == "passed" and counted.skipped and not counted.passed:
            outcome = "SKIPPED"
        self.close(label, outcome, ended.seconds, f" ({counted})" if counted != Counts() else "")

    def close(self, label: str, outcome: str, seconds: float, detail: str = "") -> None:
        """Say how a stage ended."""
        if outcome == "FAILED":
            self.failed.append(label)
        say(f"{label}: {outcome}{detail} … {seconds:.1f} s")

    def show(self) -> None:
        """Name the slowest tests and the stages that failed; the counts are the last line."""
        slowest = sorted(self.durations, reverse=True)[:SLOWEST]
        if slowest:
            say(f"the slowest {len(slowest)} tests, with their fixtures:")
        for duration in slowest:
            say(f"  {duration}")
        for label in self.failed:
            say(f"failed: {label}")


def lint(summary: Summary, files: Sequence[str] | None) -> None:
    """Run the linters; with `files` on these alone, as far as a linter can."""
    typed = files is None or any(file.startswith(("contracts/", "services/")) for file in files)
    for name, command in LINTERS.items():
        where = () if name not in BY_FILE else (".",) if files is None else files
        if where or (name not in BY_FILE and typed):
            began = time.monotonic()
            code = subprocess.call([_tool(command[0]), *command[1:], *where], cwd=ROOT, env=_environment())
            summary.close(f"lint: {name}", "FAILED" if code else "passed", time.monotonic() - began)


def pytest(folder: Path, name: str, arguments: Sequence[str]) -> Ended:
    """Run pytest, its report in `folder`."""
    report, began = folder / f"{name}.xml", time.monotonic()
    command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", *arguments]
    code = subprocess.call(command, cwd=ROOT, env=_environment())
    return Ended(code, time.monotonic() - began, report)


def need_development_packages() -> None:
    """Raises CommandError without them."""
    if not Path(_tool("pytest")).exists():
        raise CommandError(
            "the development packages are missing: use ./gancang test, or install requirements/dev.txt"
        )


def say(line: str) -> None:
    """Print one line of our own between the output of others."""
    sys.stdout.write(f"gancang: {line}\n")
    sys.stdout.flush()


def _environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != NOT_INHERITED and (not name.startswith("GANCANG_") or "_TEST_" in name)
    }
    return inherited | {"PYTHONPATH": str(ROOT)}


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)
