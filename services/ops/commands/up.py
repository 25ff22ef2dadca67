"""`gancang up`: embedded servers and all services, until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import typer

from services.ops.children import Child, Children, known_services
from services.ops.embedded import EmbeddedServers, ServerUrls, state_folder
from services.ops.embedded.ports import LOOPBACK, free_ports
from services.ops.embedded.runfile import RUN_FILE
from services.ops.keys import kept_keys
from services.ops.mailing import mail_settings
from services.ops.management import Management
from services.ops.readiness import all_ready
from services.ops.serving import stopping, until_stopped
from services.ops.shared import known
from services.runtime.topology import topology
from services.simulator.mailbox import Mailbox

SERVERS, LOGS, MAIL = "servers", "logs", "mail"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(run)


def run() -> None:
    """Start RabbitMQ, MongoDB and all services, and keep them until Ctrl-C; the data stays for the next time."""
    folder = state_folder()
    for name in (LOGS, MAIL):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    _say("starting RabbitMQ and MongoDB")
    with EmbeddedServers(folder / SERVERS) as servers:
        asyncio.run(_up(servers.urls, folder))
        _say("stopping the servers")


async def _up(urls: ServerUrls, folder: Path) -> None:
    stop = stopping()
    async with Mailbox(folder=folder / MAIL) as mailbox:
        environment = {**urls.environment(), **kept_keys(folder), **mail_settings(mailbox)}
        with known(urls, environment), Children(environment, folder / LOGS) as children:
            names = known_services()
            started = [children.start(name, port=port) for name, port in zip(names, free_ports(len(names)), strict=True)]
            await all_ready(started)
            await asyncio.to_thread(_apply_policies, urls)
            _show(urls, folder, started)
            await until_stopped(children, stop)
            _say("stopping the services")


def _apply_policies(urls: ServerUrls) -> None:
    with Management(urls.rabbitmq_api, "/") as management:
        for policy in topology().policies:
            management.put_policy(policy)


def _show(urls: ServerUrls, folder: Path, started: list[Child]) -> None:
    rows = [
        ("RabbitMQ", urls.amqp),
        ("its pages", urls.rabbitmq_api),
        ("MongoDB", urls.mongodb),
        *((child.name, f"http://{LOOPBACK}:{child.port}/readyz  /livez  /metrics") for child in started),
        ("mail", str(folder / MAIL)),
        ("logs", str(folder / LOGS)),
        ("run file", str(folder / RUN_FILE)),
    ]
    for label, value in rows:
        sys.stdout.write(f"{label:<14} {value}\n")
    sys.stdout.write("Commands in another terminal of this folder join: gancang order list. Ctrl-C ends everything.\n")
    sys.stdout.flush()


def _say(line: str) -> None:
    sys.stderr.write(f"gancang: {line}\n")
