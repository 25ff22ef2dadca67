"""`gancang demo`: servers, services and a town around them; a summary that checks what must hold."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from services.ops import terminal
from services.ops.demo import printing
from services.ops.demo.morning import Morning, play
from services.ops.demo.summary import Document
from services.ops.embedded import EmbeddedServers
from services.ops.running.readiness import NotReadyError
from services.ops.running.run_file import state_folder
from services.ops.running.service_processes import ChildDiedError
from services.simulator.town import Scenario

SPEED = 20.0  # an offer's window of 15 business seconds is then three quarters of a real one
DRIVERS_PER_ORDER, MORE_DRIVERS = 0.6, 8
START_S, LAST_RIDE_S = (
    10.0,
    750.0,
)  # real seconds until the town wakes up; business seconds from the last order to its end
LOGS = "demo"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(run)


def run(
    orders: Annotated[int, typer.Option(min=1, max=5_000, help="How many orders, of all services.")] = 60,
    seed: Annotated[
        int, typer.Option(help="Another seed is another morning; the same one plays the same plans.")
    ] = 1,
    speed: Annotated[
        float,
        typer.Option(
            min=1,
            max=60,
            help="Business seconds in a real second; above 30 a busy machine may miss drivers' windows of 15 s.",
        ),
    ] = SPEED,
    drivers: Annotated[
        int | None,
        typer.Option(
            min=1, max=2_000, help="How many drive; by default 8, and six more for each ten orders."
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON document.")] = False,
) -> None:
    """Play a morning in Banyuwangi on servers of its own; exit code 1 when something that must hold does not.

    gancang demo --orders 200 --seed 7

    gancang demo --orders 500 --drivers 60 --speed 8

    gancang demo --json | jq '.orders, .assignment_s'
    """
    console = terminal.console(errors=as_json)
    crowd = drivers if drivers is not None else round(orders * DRIVERS_PER_ORDER) + MORE_DRIVERS
    document = _play(Scenario(seed, orders, crowd, services=_services()), speed, console)
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        printing.show(document, console)
    raise typer.Exit(0 if document["ok"] else 1)


def _services() -> frozenset[str]:
    from services.orders.app import catalogue  # noqa: PLC0415  reading all models is not for every command

    return frozenset(catalogue().services)


def _play(scenario: Scenario, speed: float, console: Console) -> Document:
    logs = state_folder() / LOGS
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in logs.glob("*.log"):
        old.unlink()
    began = monotonic()
    console.print(_announcement(scenario, speed), highlight=False)
    with tempfile.TemporaryDirectory(prefix="gancang-demo-") as folder, ExitStack() as stack:
        with terminal.waiting("starting RabbitMQ and MongoDB", console):
            servers = stack.enter_context(EmbeddedServers(Path(folder), disposable=True))
        servers_s = monotonic() - began
        console.print(f"servers ready … {servers_s:.1f} s", highlight=False)
        try:
            document = uvloop.run(play(Morning(scenario, speed, servers.urls, logs, console, servers_s)))
        except (ChildDiedError, NotReadyError) as error:
            for line in error.child.last_lines():
                sys.stderr.write(f"{error.child.name}: {line}\n")
            raise
    if not document["ok"]:
        console.print(f"the services' logs: {logs}", highlight=False)
    return document


def _announcement(scenario: Scenario, speed: float) -> str:
    seconds = START_S + (scenario.orders * scenario.every_s + LAST_RIDE_S) / speed
    clock = f"{speed:g} business seconds in a real one"
    return f"{scenario.orders} orders and {scenario.drivers} drivers, {clock}: takes about {round(seconds, -1):.0f} s"
