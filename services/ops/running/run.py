"""What `gancang run` does: service processes on given servers, or in the embedded set-up of this folder."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from services.ops.connecting.environment import service_environment
from services.ops.connecting.run_file import state_folder
from services.ops.embedded import ServerUrls
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE
from services.ops.errors import CommandError, NotRunningError, ServerMissingError
from services.ops.running import setup
from services.ops.running.service_processes import ALL, ServiceProcesses, known_services
from services.ops.running.stopping import stop_requested, until_stopped

Numbered = list[tuple[str, int]]  # a service, and which of its processes


class UnknownServiceError(CommandError):
    """No such service."""

    def __init__(self, name: str) -> None:
        """Name it and those that there are."""
        super().__init__(f"no such service: {name} (there are {', '.join(known_services())}, and {ALL})")
        self.name = name


def run(services: list[str], processes: int) -> None:
    """Run so many processes of each service until Ctrl-C or SIGTERM.

    Raises `UnknownServiceError`, `ServiceDiedError`, `NotRunningError` without servers of any kind, and what
    a server that does not start raises.
    """
    numbered = [(name, number) for name in chosen(services) for number in range(1, processes + 1)]
    try:
        environment = service_environment()
    except NotRunningError as none_runs:
        if os.environ.get(AMQP_VARIABLE) or os.environ.get(MONGODB_VARIABLE):
            raise
        _run_with_servers(numbered, none_runs)
    else:
        asyncio.run(_run(numbered, environment))


def chosen(names: list[str]) -> tuple[str, ...]:
    """The named services, each once. Raises `UnknownServiceError`."""
    there = known_services()
    for name in names:
        if name not in there and name != ALL:
            raise UnknownServiceError(name)
    return there if ALL in names else tuple(dict.fromkeys(names))


def _run_with_servers(numbered: Numbered, none_runs: NotRunningError) -> None:
    """Start the servers too. Raises `none_runs` where they are not installed."""
    folder = state_folder()
    try:
        with setup.servers_in(folder) as urls:
            asyncio.run(_run_on(urls, folder, numbered))
    except ServerMissingError:
        raise none_runs from None


async def _run_on(urls: ServerUrls, folder: Path, numbered: Numbered) -> None:
    async with setup.environment_in(folder, urls) as environment:
        await setup.apply_policies(urls)
        await _run(numbered, {**environment, **_given()})


async def _run(numbered: Numbered, environment: Mapping[str, str]) -> None:
    stop = stop_requested()
    first_port = int(environment.get("GANCANG_HTTP_PORT") or 0)
    with ServiceProcesses(environment) as processes:
        for index, (name, number) in enumerate(numbered):
            started = processes.start(name, number, first_port + index if first_port else 0)
            health = f", health on port {started.port}" if started.port else ""
            sys.stderr.write(f"gancang: {started.name} started (pid {started.process.pid}{health})\n")
        await until_stopped(processes, stop)
        sys.stderr.write("gancang: stopping\n")


def _given() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("GANCANG_") and value}
