"""What `gancang demo` does: start servers, play the morning, print the summary."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import uvloop
from rich.console import Console

from services.ops import terminal
from services.ops.connecting.run_file import state_folder
from services.ops.demo import printing
from services.ops.demo.morning import Morning, play
from services.ops.demo.summary import Document
from services.ops.embedded import EmbeddedServers
from services.ops.running.readiness import NotReadyError
from services.ops.running.service_processes import ServiceDiedError
from services.orders.app import catalogue
from services.simulator.town import Scenario

DRIVERS_PER_ORDER, MORE_DRIVERS = 0.6, 8
START_S = 10.0  # real seconds until the first order
LAST_RIDE_S = 750.0  # business seconds from the last order to its end
LOGS = "demo"


def run(orders: int, seed: int, speed: float, drivers: int | None, *, as_json: bool) -> Document:
    """Play a morning, print its summary and return it.

    Raises `ServiceDiedError`, `NotReadyError` after the last lines of that service's log, and what a server
    that does not start raises.
    """
    console = terminal.console(errors=as_json)
    crowd = drivers if drivers is not None else round(orders * DRIVERS_PER_ORDER) + MORE_DRIVERS
    scenario = Scenario(seed, orders, crowd, services=frozenset(catalogue().services))
    document = _play(scenario, speed, console)
    if as_json:
        terminal.write_json(document)
    else:
        printing.show(document, console)
    return document


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
        except (ServiceDiedError, NotReadyError) as error:
            for line in error.service.last_lines():
                sys.stderr.write(f"{error.service.name}: {line}\n")
            raise
    if not document["ok"]:
        console.print(f"the services' logs: {logs}", highlight=False)
    return document


def _announcement(scenario: Scenario, speed: float) -> str:
    seconds = START_S + (scenario.orders * scenario.every_s + LAST_RIDE_S) / speed
    clock = f"{speed:g} business seconds in a real one"
    size = f"{scenario.orders} orders and {scenario.drivers} drivers"
    return f"{size}, {clock}: takes about {round(seconds, -1):.0f} s"
