"""`gancang topology`: put exchanges, queues and policies on the broker, compare, export."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer
from aiormq.exceptions import AMQPError

from services.ops.broker.comparison import Report, compare
from services.ops.connecting.management import Management
from services.ops.connecting.servers import broker, settings
from services.ops.errors import CommandError
from services.runtime.messaging import declaring
from services.runtime.messaging.topology import definitions, topology


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Exchanges, queues, bindings and policies.")
    commands.command("apply")(apply)
    commands.command("check")(check)
    commands.command("export")(export)
    app.add_typer(commands, name="topology")


def apply() -> None:
    """Declare exchanges, queues and bindings; policies too where GANCANG_RABBITMQ_API_URL is set. The second time changes nothing.

    GANCANG_RABBITMQ_API_URL=http://admin:secret@broker:15672 gancang topology apply
    """
    asyncio.run(_declare())
    whole = topology()
    with _management() as management:
        for policy in whole.policies if management else ():
            if management:
                management.put_policy(policy)
    policies = (
        f"{len(whole.policies)} policies"
        if management
        else "no policies (GANCANG_RABBITMQ_API_URL is not set)"
    )
    sys.stdout.write(f"{len(whole.exchanges)} exchanges, {len(whole.queues)} queues, {policies}\n")


def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Say what is missing or different on the broker, and what this login could not see; exit code 1 when something is.

    Nothing is changed, and no right to declare is needed. Bindings and policies are looked at where GANCANG_RABBITMQ_API_URL is set.

    gancang topology check --json
    """
    with _management() as management:
        report = asyncio.run(_compared(management))
    if as_json:
        document = {"ok": not report.differences, "differences": report.differences, "unseen": report.unseen}
        sys.stdout.write(f"{json.dumps(document)}\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in report.differences or ["the broker has what it should"])
        for what, why in report.unseen.items():
            sys.stderr.write(f"gancang: {what} not looked at: {why}\n")
    if report.differences:
        raise typer.Exit(1)


def export(
    vhost: Annotated[str, typer.Option(help="Name of the virtual host to write into the definitions.")] = "/",
) -> None:
    """Print the definitions in the form that RabbitMQ imports.

    gancang topology export > definitions.json
    """
    sys.stdout.write(json.dumps(definitions(vhost), indent=2) + "\n")


async def _declare() -> None:
    async with broker() as connection:
        try:
            await declaring.declare(connection)
        except AMQPError as error:
            raise CommandError(
                f"the broker refuses: {error} (gancang topology check says what differs)"
            ) from None


async def _compared(management: Management | None) -> Report:
    async with broker() as connection:
        return await compare(connection, management)


@contextlib.contextmanager
def _management() -> Iterator[Management | None]:
    given = settings()
    url = given.rabbitmq_api_url.get_secret_value()
    if not url:
        yield None
        return
    virtual_host = unquote(urlsplit(given.amqp_url.get_secret_value()).path.removeprefix("/")) or "/"
    with Management(url, virtual_host) as management:
        yield management
