"""`gancang doctor`: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(run)


def run(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
) -> None:
    """Say what is missing on this machine and how to get it; exit code 1 when something needed is.

    gancang doctor --json
    """
    from services.ops.running import machine

    raise typer.Exit(0 if machine.report(as_json=as_json) else 1)
