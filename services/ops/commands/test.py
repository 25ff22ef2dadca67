"""`gancang test`: everything that CI checks, stage by stage, on servers of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.ops.embedded import EmbeddedServers, ServerUrls
from services.ops.errors import CommandError
from services.ops.junit import Counts, read_counts
from services.ops.running.keys import fresh_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
SUITES = ("unit", "contract", "integration", "chaos", "browser")
STAGES = ("lint", "tests", "containers", "standalone")
PYTEST_NOTHING_SELECTED = 5
LINTERS = {
    "ruff check": ("ruff", "check", "--quiet", "."),
    "ruff format": ("ruff", "format", "--check", "--quiet", "."),
    "mypy": ("mypy", "--no-error-summary"),
    "import-linter": ("lint-imports", "--no-logo"),
}
ENGINE_PROBE = "import docker; docker.from_env(timeout=5).ping()"


@dataclass(slots=True)
class Session:
    """What one run of the command is asked for, and what has come of it."""

    pytest_arguments: list[str]
    folder: Path
    counts: Counts = field(default_factory=Counts)
    failed: list[str] = field(default_factory=list)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(run)


def run(
    context: typer.Context,
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", help=f"One of {', '.join(STAGES)}; may be repeated. All by default."),
    ] = None,
) -> None:
    """Lint, then test: on embedded servers, in containers where an engine answers, on a stand-alone database.

    Whatever else is given goes to pytest.

    gancang test --stage lint

    gancang test --stage tests tests/unit -k fare
    """
    chosen = stage or list(STAGES)
    unknown = set(chosen) - set(STAGES)
    if unknown:
        raise CommandError(f"no such stage: {', '.join(sorted(unknown))} (there are {', '.join(STAGES)})")
    _need_development_packages()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gancang-test-") as folder:
        session = Session(list(context.args), Path(folder))
        for name in STAGES:
            if name in chosen:
                _RUNNERS[name](session)
    _summarise(session, time.monotonic() - started)


def _lint(session: Session) -> None:
    for name, command in LINTERS.items():
        with _stage(session, f"lint: {name}"):
            _check_exit(subprocess.call([_tool(command[0]), *command[1:]], cwd=ROOT, env=_environment()))


def _tests(session: Session) -> None:
    with (
        _stage(session, "tests on embedded servers"),
        _servers(session, "replica-set", standalone=False) as urls,
    ):
        _pytest(session, "tests", urls.environment())


def _containers(session: Session) -> None:
    probe = subprocess.run([sys.executable, "-c", ENGINE_PROBE], capture_output=True, check=False)
    if probe.returncode != 0:
        _say("tests in containers: skipped, no container engine answers")
        return
    with _stage(session, "tests in containers"):
        _pytest(session, "containers", {}, "-m", "containers", "--servers", "containers")


def _standalone(session: Session) -> None:
    with (
        _stage(session, "tests on a stand-alone database"),
        _servers(session, "standalone", standalone=True) as urls,
    ):
        _pytest(session, "standalone", urls.environment(), "-m", "standalone")


_RUNNERS: dict[str, Callable[[Session], None]] = {
    "lint": _lint,
    "tests": _tests,
    "containers": _containers,
    "standalone": _standalone,
}


class _StageFailed(Exception):  # noqa: N818 a signal inside this file
    pass


@contextmanager
def _stage(session: Session, label: str) -> Iterator[None]:
    began, before = time.monotonic(), session.counts
    try:
        yield
    except _StageFailed:
        session.failed.append(label)
        outcome = "FAILED"
    else:
        outcome = "passed"
    counted = session.counts - before
    if outcome == "passed" and counted.skipped and not counted.passed:
        outcome = "SKIPPED"
    detail = f" ({counted})" if counted != Counts() else ""
    _say(f"{label}: {outcome}{detail} … {time.monotonic() - began:.1f} s")


@contextmanager
def _servers(session: Session, name: str, *, standalone: bool) -> Iterator[ServerUrls]:
    with EmbeddedServers(session.folder / name, standalone=standalone, disposable=True) as servers:
        yield servers.urls


def _pytest(session: Session, name: str, environment: dict[str, str], *selection: str) -> None:
    report = session.folder / f"{name}.xml"
    given = [argument for argument in session.pytest_arguments if (ROOT / argument.split("::")[0]).exists()]
    where = [] if given else [f"tests/{suite}" for suite in SUITES if (ROOT / "tests" / suite).is_dir()]
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--junit-xml={report}",
        *selection,
        *session.pytest_arguments,
        *where,
    ]
    code = subprocess.call(command, cwd=ROOT, env=_environment() | environment)
    session.counts += read_counts(report)
    if code != PYTEST_NOTHING_SELECTED:
        _check_exit(code)


def _environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GANCANG_") or "_TEST_" in name
    }
    return inherited | fresh_keys() | {"PYTHONPATH": str(ROOT)}


def _check_exit(code: int) -> None:
    if code != 0:
        raise _StageFailed


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _need_development_packages() -> None:
    if not Path(_tool("pytest")).exists():
        raise CommandError(
            "the development packages are missing: use ./gancang test, or install requirements/dev.txt"
        )


def _summarise(session: Session, seconds: float) -> None:
    for label in session.failed:
        _say(f"failed: {label}")
    _say(f"all stages … {seconds:.0f} s")
    sys.stdout.write(f"{session.counts}\n")
    sys.stdout.flush()
    raise typer.Exit(1 if session.failed else 0)


def _say(line: str) -> None:
    sys.stdout.write(f"gancang: {line}\n")
    sys.stdout.flush()
