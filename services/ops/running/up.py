"""What `gancang up` does: embedded servers and all services until Ctrl-C, with a command to try for each."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from services.ops import terminal
from services.ops.connecting.run_file import RUN_FILE, state_folder
from services.ops.embedded import ServerUrls
from services.ops.embedded.ports import LOOPBACK, free_ports
from services.ops.running import setup
from services.ops.running.readiness import all_ready
from services.ops.running.service_processes import ServiceProcess, ServiceProcesses, known_services
from services.ops.running.stopping import stop_requested, until_stopped

# A driver on shift and a customer, so that each row below has something to show.
TRY_FIRST = "docs/examples/ride.jsonl"


def run() -> None:
    """Run everything until Ctrl-C or SIGTERM.

    Raises `ServiceDiedError`, `NotReadyError`, and what a server that does not start raises.
    """
    folder = state_folder()
    with setup.servers_in(folder) as urls:
        asyncio.run(_up(urls, folder))


async def _up(urls: ServerUrls, folder: Path) -> None:
    stop = stop_requested()
    async with setup.environment_in(folder, urls) as environment:
        with ServiceProcesses(environment, folder / setup.LOGS) as processes:
            names = known_services()
            started = [
                processes.start(name, port=port)
                for name, port in zip(names, free_ports(len(names)), strict=True)
            ]
            with terminal.waiting("gancang: starting the services", terminal.console(errors=True)):
                await all_ready(started)
            await setup.apply_policies(urls)
            _show(urls, folder, started)
            await until_stopped(processes, stop)
            sys.stderr.write("gancang: stopping the services\n")


def _show(urls: ServerUrls, folder: Path, started: list[ServiceProcess]) -> None:
    for label, value, command in _rows(urls, folder, started):
        sys.stdout.write(f"{label:<14} {value}\n{'':<14} $ {command}\n")
    servers = quote(str(folder / setup.SERVERS))
    sys.stdout.write("These commands work in another terminal, in this folder. Ctrl-C ends everything.\n")
    sys.stdout.write(
        f"The data stays for the next time; to begin without it, after the end: rm -r {servers}\n"
    )
    sys.stdout.flush()


def _rows(urls: ServerUrls, folder: Path, started: list[ServiceProcess]) -> list[tuple[str, str, str]]:
    program = terminal.program()
    pages = urlsplit(urls.rabbitmq_api)
    mail, logs = folder / setup.MAIL, folder / setup.LOGS
    return [
        ("RabbitMQ", urls.amqp, f"{program} publish {TRY_FIRST}"),
        (
            "its pages",
            f"http://{pages.hostname}:{pages.port}  (login {pages.username}, password {pages.password})",
            f"curl -s '{urls.rabbitmq_api}/api/queues?columns=name,messages'",
        ),
        ("MongoDB", urls.mongodb, f"{program} order list"),
        *(_row(service) for service in started),
        (
            "mail",
            f"{mail}  (the example's first comes after two minutes, when no driver took the ride)",
            f"grep -rh ^Subject: {quote(str(mail))}",
        ),
        ("logs", str(logs), f"tail -f {quote(str(logs))}/orders.log"),
        ("run file", str(folder / RUN_FILE), f"{program} doctor"),
    ]


def _row(service: ServiceProcess) -> tuple[str, str, str]:
    url = f"http://{LOOPBACK}:{service.port}"
    return service.name, f"{url}/readyz  /livez  /metrics", f"curl -s {url}/readyz"
