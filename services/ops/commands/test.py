"""`gancang test`: everything that CI checks, stage by stage, on servers of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.ops.errors import CommandError
from services.ops.testing import changes, stages
from services.ops.testing.stages import ROOT, Summary, say

if TYPE_CHECKING:
    from services.ops.testing.changes import Selection

# The long ones first, so that no worker begins one when the others are done.
SUITES = ("integration", "browser", "contract", "unit")
# They run a whole town or kill servers, by the clock: nothing else runs meanwhile.
ALONE = ("tests/chaos", "tests/integration/test_demo.py")
ALL = [f"tests/{suite}" for suite in SUITES]
STAGES = ("lint", "tests", "containers", "standalone")
LABELS = {
    "alone": "tests that need the machine to themselves",
    "tests": "tests on embedded servers",
    "containers": "tests in containers",
    "standalone": "tests on a stand-alone database",
}
OPTIONS = {
    "alone": ("-n", "0"),
    "tests": ("-n", "auto"),
    "containers": ("-m", "containers", "--servers", "containers"),
    "standalone": ("-m", "standalone", "--servers", "standalone"),
}
ENGINE_PROBE = "import docker; docker.from_env(timeout=5).ping()"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(run)


def run(
    context: typer.Context,
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", help=f"One of {', '.join(STAGES)}; may be repeated. All by default."),
    ] = None,
    *,
    changed: Annotated[
        bool,
        typer.Option("--changed", help="Only lint and tests, and only what concerns files that differ."),
    ] = False,
    base: Annotated[
        str, typer.Option(help="With --changed: a revision; of a branch counts where yours has left it.")
    ] = "main",
) -> None:
    """Lint, then test: on embedded servers, in containers where an engine answers, on a stand-alone database.

    Everything else goes to pytest. Each of its workers has servers of its own: `-n 2` is another number of
    workers, `-n 0` none. The slowest tests are named at the end.

    gancang test --stage lint

    gancang test -k fare

    gancang test --changed

    gancang test --stage tests tests/unit -n 0 --pdb
    """
    chosen = stage or (["lint", "tests"] if changed else list(STAGES))
    unknown = set(chosen) - set(STAGES)
    if unknown:
        raise CommandError(f"no such stage: {', '.join(sorted(unknown))} (there are {', '.join(STAGES)})")
    stages.need_development_packages()
    began, summary = time.monotonic(), Summary()
    selection = _selection(base) if changed else None
    if "lint" in chosen:
        stages.lint(summary, selection.sources(ROOT) if selection and not selection.whole else None)
    where = _where(context.args, selection)
    if where is not None:
        names = [name for name in LABELS if name in chosen]
        if "tests" in names and where == ALL:
            _test(summary, ["alone"], [*context.args, *ALONE])
        _test(
            summary, names, [*context.args, *where, *(f"--ignore={path}" for path in ALONE if where == ALL)]
        )
    summary.show()
    say(f"all stages … {time.monotonic() - began:.0f} s")
    typer.echo(summary.counts)
    raise typer.Exit(1 if summary.failed else 0)


def _test(summary: Summary, names: Sequence[str], arguments: Sequence[str]) -> None:
    """Run the stages one after another: servers for two of them at once leave no room for what is timed."""
    with tempfile.TemporaryDirectory(prefix="gancang-test-") as folder:
        for name in names:
            if name != "containers" or _engine_answers():
                ended = stages.pytest(Path(folder), name, [*OPTIONS[name], *arguments])
                summary.add(LABELS[name], ended)


def _where(arguments: Sequence[str], selection: Selection | None) -> list[str] | None:
    """Files and folders for pytest, none when its arguments name some; None when no test is asked for."""
    if any((ROOT / argument.split("::")[0]).exists() for argument in arguments):
        return []
    if selection is not None and not selection.whole:
        return list(selection.chosen) or None
    return ALL


def _selection(base: str) -> Selection:
    """Choose the tests for what differs, and say which and why."""
    paths = changes.differing(ROOT, base)
    selection = changes.select(ROOT, paths)
    say(f"{len(paths)} files differ from {base}")
    if selection.whole:
        say(f"all tests: {selection.whole}")
    for test, reason in selection.chosen.items():
        say(f"  {test}: {reason}")
    for test in selection.left_out:
        say(f"  {test}: left to the run without --changed, it is slow")
    if not (selection.whole or selection.chosen):
        say("no test file concerns them")
    return selection


def _engine_answers() -> bool:
    probe = subprocess.run([sys.executable, "-c", ENGINE_PROBE], capture_output=True, check=False)
    if probe.returncode != 0:
        say(f"{LABELS['containers']}: skipped, no container engine answers")
    return probe.returncode == 0
