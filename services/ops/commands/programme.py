"""`gancang programme`: what a programme owes for a month, order by order."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Programmes that pay for orders.")
    commands.callback()(_programmes)
    commands.command("report")(report)
    app.add_typer(commands, name="programme")


def _programmes() -> None:
    """Programmes of the regency, which pay for orders out of a monthly budget."""


def report(
    programme: Annotated[
        str, typer.Argument(metavar="PROGRAMME", help="The programme's id, as in its budget.")
    ],
    month: Annotated[str, typer.Option(help="The month of the budget, e.g. 2026-11.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print a month's claim: each order that was completed or returned, with its cost; and the budget.

    It names no person.

    gancang programme report gancang-aron --month 2026-11

    gancang programme report gancang-aron --month 2026-11 --json | jq .claimed
    """
    from services.ops.views import programme as view

    view.report(programme, month, as_json=as_json)
