"""`gancang contracts`: write the schemas and the AsyncAPI document, and check them for breaking changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.ops import terminal
from services.ops.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.publishing.baseline import Finding


class BreakingChangeError(CommandError):
    """The models changed in a way that breaks apps in use."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Name the first of them."""
        first = findings[0]
        super().__init__(
            f"{len(findings)} breaking, first {first.where} {first.pointer or '/'}: {first.what}; "
            "publish a new major version (.v2) beside it, "
            "or use --allow-breaking for a type that was never released",
        )
        self.findings = findings


class NoContractsError(CommandError):
    """The folder has no committed files: an installed command has only the models."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(
            f"no committed schemas in {folder}: give the folder `contracts` of a checkout with --folder"
        )
        self.folder = folder


class UnknownRevisionError(CommandError):
    """Git has no contracts at this revision."""

    def __init__(self, ref: str) -> None:
        """Name the revision."""
        super().__init__(f"git has no contracts at {ref}: give a commit, tag or branch of this repository")
        self.ref = ref


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Schemas, AsyncAPI document, golden examples.")
    commands.command("export")(export)
    commands.command("check")(check)
    app.add_typer(commands, name="contracts")


def export(
    folder: Annotated[
        Path | None, typer.Option(help="The folder to write to; by default that of the contracts.")
    ] = None,
    *,
    allow_breaking: Annotated[
        bool, typer.Option("--allow-breaking", help="Overwrite even what apps in use rely on.")
    ] = False,
) -> None:
    """Write JSON Schemas, the AsyncAPI document and the manifest of the examples.

    In a checkout also docs/asyncapi.html.

    gancang contracts export && git diff contracts
    """
    from contracts.publishing import baseline, page

    target = (folder or baseline.CONTRACTS_FOLDER).resolve()
    breaking = [finding for finding in baseline.check(target) if finding.breaking]
    if breaking and not allow_breaking:
        raise BreakingChangeError(breaking)
    written = baseline.export(target) + page.export(target)
    for file in written:
        typer.echo(os.path.relpath(file, target))
    typer.echo(f"{len(written)} files written to {target}" if written else f"{target} is up to date")


def check(
    folder: Annotated[
        Path | None, typer.Option(help="The folder to check; by default that of the contracts.")
    ] = None,
    *,
    against: Annotated[
        str | None, typer.Option(metavar="REF", help="Report also what breaks this git revision.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Compare the committed files with the models; exit code 1 when they differ.

    gancang contracts check --against origin/main
    """
    from contracts.publishing import baseline, page

    committed = (folder or baseline.CONTRACTS_FOLDER).resolve()
    if not (committed / baseline.SCHEMAS).is_dir():
        raise NoContractsError(committed)
    findings = baseline.check(committed) + page.check(committed)
    if against:
        findings += [one for one in _broken_since(against, committed) if one not in findings]
    if as_json:
        typer.echo(json.dumps({"ok": not findings, "findings": [finding.as_dict() for finding in findings]}))
    else:
        for finding in findings:
            typer.echo(_line(finding))
        typer.echo(_verdict(findings))
    if findings:
        raise typer.Exit(1)


def _broken_since(ref: str, committed: Path) -> list[Finding]:
    from contracts.publishing import baseline

    with tempfile.TemporaryDirectory() as older:
        _extract(ref, committed, Path(older))
        return baseline.broken_since(Path(older), committed)


def _extract(ref: str, folder: Path, target: Path) -> None:
    """Write the folder as it was at a git revision into `target`. Raises `UnknownRevisionError`."""
    import io
    import tarfile

    git = shutil.which("git")
    archive = [git or "git", "-C", str(folder), "archive", "--format=tar", "--end-of-options", ref, "."]
    packed = subprocess.run(archive, capture_output=True, check=False) if git else None
    if packed is None or packed.returncode:
        raise UnknownRevisionError(ref)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        tar.extractall(target, filter="data")


def _line(finding: Finding) -> str:
    kind = "breaking  " if finding.breaking else "compatible"
    return f"{kind}  {finding.where} {finding.pointer}: {finding.what}".replace(" :", ":")


def _verdict(findings: Sequence[Finding]) -> str:
    breaking = sum(finding.breaking for finding in findings)
    if breaking:
        return f"{breaking} breaking: publish a new major version (.v2) beside the old one"
    if findings:
        return f"compatible: run `{terminal.program()} contracts export` and commit what it writes"
    return "contracts: the committed files are what the models say"
