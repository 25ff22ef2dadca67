"""`gancang up`: embedded servers and all services, until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

import typer

from services.ops import terminal
from services.ops.embedded import ServerUrls
from services.ops.embedded.ports import LOOPBACK, free_ports
from services.ops.running import setup as home
from services.ops.running.readiness import all_ready
from services.ops.running.run_file import RUN_FILE, state_folder
from services.ops.running.service_processes import Child, Children, known_services
from services.ops.running.stopping import stopping, until_stopped

# A driver on shift and a customer, then what each row lets one look at.
TRY_FIRST = "docs/examples/ride.jsonl"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(run)


def run() -> None:
    """Start RabbitMQ, MongoDB and all services, and keep them until Ctrl-C; the data stays for the next time.

    Prints where each is, and a command to try there. Commands in other terminals of this folder find it by themselves.

    To begin anew with no data: end it and remove the folder that its last line names.

    gancang up
    """
    folder = state_folder()
    with home.servers_at(folder) as urls:
        asyncio.run(_up(urls, folder))


async def _up(urls: ServerUrls, folder: Path) -> None:
    stop = stopping()
    async with home.environment_at(folder, urls) as environment:
        with Children(environment, folder / home.LOGS) as children:
            names = known_services()
            started = [
                children.start(name, port=port)
                for name, port in zip(names, free_ports(len(names)), strict=True)
            ]
            with terminal.waiting("gancang: starting the services", terminal.console(errors=True)):
                await all_ready(started)
            await home.apply_policies(urls)
            _show(urls, folder, started)
            await until_stopped(children, stop)
            sys.stderr.write("gancang: stopping the services\n")


def _show(urls: ServerUrls, folder: Path, started: list[Child]) -> None:
    program = terminal.program()
    pages = urlsplit(urls.rabbitmq_api)
    rows = [
        ("RabbitMQ", urls.amqp, f"{program} publish {TRY_FIRST}"),
        (
            "its pages",
            f"http://{pages.hostname}:{pages.port}  (login {pages.username}, password {pages.password})",
            f"curl -s '{urls.rabbitmq_api}/api/queues?columns=name,messages'",
        ),
        ("MongoDB", urls.mongodb, f"{program} order list"),
        *(_row(child) for child in started),
        (
            "mail",
            f"{folder / home.MAIL}  (of the example: two minutes after it, when nobody took the ride)",
            f"grep -rh ^Subject: {quote(str(folder / home.MAIL))}",
        ),
        ("logs", str(folder / home.LOGS), f"tail -f {quote(str(folder / home.LOGS))}/orders.log"),
        ("run file", str(folder / RUN_FILE), f"{program} doctor"),
    ]
    for label, value, command in rows:
        sys.stdout.write(f"{label:<14} {value}\n{'':<14} $ {command}\n")
    sys.stdout.write("These commands work in another terminal, in this folder. Ctrl-C ends everything.\n")
    sys.stdout.write(
        f"What is stored stays for the next time; to begin anew: rm -r {quote(str(folder / home.SERVERS))} after the end.\n"
    )
    sys.stdout.flush()


def _row(child: Child) -> tuple[str, str, str]:
    url = f"http://{LOOPBACK}:{child.port}"
    return child.name, f"{url}/readyz  /livez  /metrics", f"curl -s {url}/readyz"
