"""`gancang order`: one order with its history, or a page of orders."""

from __future__ import annotations

from typing import Annotated

import typer

MOST = 1_000


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Orders with their history.")
    commands.command("show")(show)
    commands.command("list")(list_orders)
    app.add_typer(commands, name="order")


def show(
    order_id: Annotated[str, typer.Argument(metavar="ID", help="The id that the ordering app chose.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show an order with its history, and who had the goods when; never exact places, notes or names.

    gancang order show o-1

    gancang order show o-1 --json | jq .history
    """
    from services.ops.views import order

    order.show(order_id, as_json=as_json)


def _statuses() -> list[str]:
    from services.ops.views import order

    return order.STATUSES


def list_orders(
    status: Annotated[
        str | None, typer.Option(help="Only these, e.g. searching.", autocompletion=_statuses)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, the newest first.")] = 50,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
) -> None:
    """List orders, those that changed last first.

    gancang order list --status searching
    """
    from services.ops.views import order

    order.list_orders(status, limit, as_json=as_json)
