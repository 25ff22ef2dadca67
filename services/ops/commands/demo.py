"""`gancang demo`: servers, services and a town around them; a summary that checks what must hold."""

from __future__ import annotations

from typing import Annotated

import typer

SPEED = 20.0  # the 15 business seconds in which a driver may answer are then 3/4 of a real one

Orders = Annotated[int, typer.Option(min=1, max=5_000, help="How many orders, of all services.")]
Seed = Annotated[
    int, typer.Option(help="Another seed is another morning; the same one plays the same plans.")
]
Speed = Annotated[
    float,
    typer.Option(
        min=1,
        max=60,
        help="Business seconds in a real second; above 30 a busy machine may miss the 15 s "
        "in which a driver may answer.",
    ),
]
Drivers = Annotated[
    int | None,
    typer.Option(min=1, max=2_000, help="How many drivers; by default 8, and six more for each ten orders."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The summary as one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(run)


def run(
    orders: Orders = 60,
    seed: Seed = 1,
    speed: Speed = SPEED,
    drivers: Drivers = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Play a morning in Banyuwangi on servers of its own; exit code 1 when an invariant does not hold.

    gancang demo --orders 200 --seed 7

    gancang demo --orders 500 --drivers 60 --speed 8

    gancang demo --json | jq '.orders, .assignment_s'
    """
    from services.ops.demo import run as demo

    document = demo.run(orders, seed, speed, drivers, as_json=as_json)
    raise typer.Exit(0 if document["ok"] else 1)
