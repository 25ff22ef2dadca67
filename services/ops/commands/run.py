"""`gancang run`: service processes against the servers of `GANCANG_*`, or of the embedded set-up of this folder."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from services.ops.embedded import ServerUrls
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE
from services.ops.errors import NotRunningError, ServerMissingError
from services.ops.running import setup as home
from services.ops.running.environment import service_environment
from services.ops.running.run_file import state_folder
from services.ops.running.service_processes import Children, known_services
from services.ops.running.stopping import ALL, chosen, stopping, until_stopped

Wanted = list[tuple[str, int]]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    services: Annotated[
        list[str],
        typer.Argument(
            metavar="SERVICE…",
            help="Which ones; `all` for all of them.",
            autocompletion=lambda: [*known_services(), ALL],
        ),
    ],
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes of each service.")] = 1,
) -> None:
    """Run services until Ctrl-C; they finish what they have in hand. Exit code 2 when one dies by itself.

    Against GANCANG_AMQP_URL and GANCANG_MONGODB_URI; without them in the running set-up of this folder, which is started when none runs.

    gancang run orders matching --processes 2
    """
    names = chosen(services)
    wanted = [(name, number) for name in names for number in range(1, processes + 1)]
    try:
        environment = service_environment()
    except NotRunningError as none_runs:
        if os.environ.get(AMQP_VARIABLE) or os.environ.get(MONGODB_VARIABLE):
            raise
        _run_at_home(wanted, none_runs)
    else:
        asyncio.run(_run(wanted, environment))


def _run_at_home(wanted: Wanted, none_runs: NotRunningError) -> None:
    folder = state_folder()
    try:
        with home.servers_at(folder) as urls:
            asyncio.run(_run_on(urls, folder, wanted))
    except ServerMissingError:
        raise none_runs from None


async def _run_on(urls: ServerUrls, folder: Path, wanted: Wanted) -> None:
    async with home.environment_at(folder, urls) as environment:
        await home.apply_policies(urls)
        await _run(wanted, {**environment, **_given()})


async def _run(wanted: Wanted, environment: Mapping[str, str]) -> None:
    stop = stopping()
    first_port = int(environment.get("GANCANG_HTTP_PORT") or 0)
    with Children(environment) as children:
        for index, (name, number) in enumerate(wanted):
            child = children.start(name, number, first_port + index if first_port else 0)
            health = f", health on port {child.port}" if child.port else ""
            sys.stderr.write(f"gancang: {child.name} started (pid {child.process.pid}{health})\n")
        await until_stopped(children, stop)
        sys.stderr.write("gancang: stopping\n")


def _given() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("GANCANG_") and value}
