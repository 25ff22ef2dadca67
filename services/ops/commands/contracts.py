"""`gancang contracts`: write the schemas and the AsyncAPI document, and check that they only changed as they may."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
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
    """The models changed in a way that apps in the field cannot follow."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Name the first of them."""
        first = findings[0]
        super().__init__(
            f"{len(findings)} breaking, first {first.where} {first.pointer or '/'}: {first.what}; "
            "publish a new major version (.v2) beside it, or --allow-breaking for a type that was never released",
        )
        self.findings = findings


class NoContractsError(CommandError):
    """An installed command has the models, not the committed files."""

    def __init__(self, folder: Path) -> None:
        """Name the folder that was looked at."""
        super().__init__(
            f"no committed schemas in {folder}: name the folder contracts of a checkout with --folder"
        )
        self.folder = folder


class UnknownRevisionError(CommandError):
    """Git cannot give the older contracts."""

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
        Path | None, typer.Option(help="Where to write; by default where the contracts lie.")
    ] = None,
    *,
    allow_breaking: Annotated[
        bool, typer.Option("--allow-breaking", help="Overwrite even what apps in the field rely on.")
    ] = False,
) -> None:
    """Write JSON Schemas, the AsyncAPI document and the manifest of the examples; in a checkout also docs/asyncapi.html.

    gancang contracts export && git diff contracts
    """
    from contracts.publishing import baseline, page  # noqa: PLC0415  reading all models is not for every command

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
        Path | None, typer.Option(help="What to check; by default where the contracts lie.")
    ] = None,
    *,
    against: Annotated[
        str | None, typer.Option(metavar="REF", help="Look also for what breaks this git revision.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Compare the committed files with the models; exit code 1 when they differ.

    gancang contracts check --against origin/main
    """
    from contracts.publishing import baseline, page  # noqa: PLC0415  reading all models is not for every command

    committed = (folder or baseline.CONTRACTS_FOLDER).resolve()
    if not (committed / baseline.SCHEMAS).is_dir():
        raise NoContractsError(committed)
    findings = baseline.check(committed) + page.check(committed)
    if against:
        with tempfile.TemporaryDirectory() as older:
            _take_out(against, committed, Path(older))
            findings += [one for one in baseline.broken_since(Path(older), committed) if one not in findings]
    if as_json:
        typer.echo(json.dumps({"ok": not findings, "findings": [finding.as_dict() for finding in findings]}))
    else:
        for finding in findings:
            typer.echo(_line(finding))
        typer.echo(_verdict(findings))
    if findings:
        raise typer.Exit(1)


def _take_out(ref: str, folder: Path, target: Path) -> None:
    """The folder as it was at a git revision. Raises `UnknownRevisionError`."""
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
