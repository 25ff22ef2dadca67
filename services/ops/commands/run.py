"""`gancang run`: service processes against the servers of `GANCANG_*`, or of the embedded set-up that runs."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from services.ops.children import Children
from services.ops.serving import chosen, stopping, until_stopped
from services.ops.shared import service_environment


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    services: Annotated[list[str], typer.Argument(metavar="SERVICE…", help="Which ones; `all` for all of them.")],
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes of each service.")] = 1,
) -> None:
    """Run services until Ctrl-C; they finish what they have in hand. Exit code 2 when one dies by itself.

    gancang run orders matching --processes 2
    """
    names = chosen(services)
    environment = service_environment()
    first_port = int(environment.get("GANCANG_HTTP_PORT") or 0)
    asyncio.run(_run([(name, number) for name in names for number in range(1, processes + 1)], environment, first_port))


async def _run(wanted: list[tuple[str, int]], environment: dict[str, str], first_port: int) -> None:
    stop = stopping()
    with Children(environment) as children:
        for index, (name, number) in enumerate(wanted):
            child = children.start(name, number, first_port + index if first_port else 0)
            health = f", health on port {child.port}" if child.port else ""
            sys.stderr.write(f"gancang: {child.name} started (pid {child.process.pid}{health})\n")
        await until_stopped(children, stop)
        sys.stderr.write("gancang: stopping\n")
