"""`gancang contracts`: write the schemas and the AsyncAPI document, and check that they only changed as they may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Schemas, AsyncAPI document, golden examples.")
    commands.command("export")(export)
    commands.command("check")(check)
    app.add_typer(commands, name="contracts")


def export(
    folder: Annotated[Path | None, typer.Option(help="Where to write; by default where the contracts lie.")] = None,
    *,
    allow_breaking: Annotated[bool, typer.Option(help="Overwrite even what apps in the field rely on.")] = False,
) -> None:
    """Write JSON Schemas, the AsyncAPI document and the manifest of the examples."""
    from contracts.publishing import baseline  # noqa: PLC0415  reading all models is not for every command

    target = (folder or baseline.CONTRACTS_FOLDER).resolve()
    breaking = [finding for finding in baseline.check(target) if finding.breaking]
    if breaking and not allow_breaking:
        raise BreakingChangeError(breaking)
    written = baseline.export(target)
    for file in written:
        typer.echo(file.relative_to(target).as_posix())
    typer.echo(f"{len(written)} files written to {target}" if written else f"{target} is up to date")


def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Compare the committed files with the models; exit code 1 when they differ."""
    from contracts.publishing import baseline  # noqa: PLC0415  reading all models is not for every command

    findings = baseline.check()
    if as_json:
        typer.echo(json.dumps({"ok": not findings, "findings": [finding.as_dict() for finding in findings]}))
    else:
        for finding in findings:
            typer.echo(_line(finding))
        typer.echo(_verdict(findings))
    if findings:
        raise typer.Exit(1)


def _line(finding: Finding) -> str:
    kind = "breaking  " if finding.breaking else "compatible"
    return f"{kind}  {finding.where} {finding.pointer}: {finding.what}".replace(" :", ":")


def _verdict(findings: Sequence[Finding]) -> str:
    breaking = sum(finding.breaking for finding in findings)
    if breaking:
        return f"{breaking} breaking: publish a new major version (.v2) beside the old one"
    if findings:
        return "compatible: run `gancang contracts export` and commit what it writes"
    return "contracts: the committed files are what the models say"
