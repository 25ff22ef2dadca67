"""`gancang matching`: why each near driver was asked or not, who waits where, and a driver's record."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Which drivers are asked, and why.")
    commands.command("explain")(explain)
    commands.command("standby")(standby)
    commands.command("driver")(driver)
    app.add_typer(commands, name="matching")


def explain(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="The id that the ordering app chose.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show for each driver near an order what they were asked and answered, or why they are not asked.

    During the search it says how things are now, afterwards how they were in the last round. It never names a
    place.

    gancang matching explain o-1

    gancang matching explain o-1 --json | jq '.drivers[] | {driver_id, reasons}'
    """
    from services.ops.views import matching

    matching.explain(order_id, as_json=as_json)


def standby(*, as_json: AsJson = False) -> None:
    """Show who waits at each partner's place, in the order in which they are asked.

    gancang matching standby
    """
    from services.ops.views import matching

    matching.standby(as_json=as_json)


def driver(
    driver_id: Annotated[str, typer.Argument(metavar="ID", help="The id that the drivers' app chose.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a driver's record: answers to the offers that they could win, income, whether they may drive.

    gancang matching driver d-7
    """
    from services.ops.views import matching

    matching.driver(driver_id, as_json=as_json)
