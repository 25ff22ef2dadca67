"""What `gancang topology` does: declare exchanges, queues and policies, compare them, export them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import typer
from aiormq.exceptions import AMQPError

from services.ops import terminal
from services.ops.broker.comparison import Comparison, compare
from services.ops.connecting.broker import broker
from services.ops.connecting.management import Management
from services.ops.connecting.settings import settings
from services.ops.errors import CommandError
from services.runtime.messaging import declaring
from services.runtime.messaging.topology import definitions, topology


def apply() -> None:
    """Declare everything; a repeat changes nothing. Raises `UnreachableError`, `CommandError`."""
    asyncio.run(_declare())
    whole = topology()
    policies = "no policies (GANCANG_RABBITMQ_API_URL is not set)"
    with _management() as management:
        if management is not None:
            for policy in whole.policies:
                management.put_policy(policy)
            policies = f"{len(whole.policies)} policies"
    terminal.write(f"{len(whole.exchanges)} exchanges, {len(whole.queues)} queues, {policies}")


def check(*, as_json: bool) -> None:
    """Print what differs. Raises `typer.Exit` (code 1) if any, `UnreachableError`, `CommandError`."""
    with _management() as management:
        found = asyncio.run(_compared(management))
    if as_json:
        document = {"ok": not found.differences, "differences": found.differences, "unseen": found.unseen}
        terminal.write(json.dumps(document))
    else:
        sys.stdout.writelines(f"{line}\n" for line in found.differences or ["the broker has what it should"])
        for what, why in found.unseen.items():
            sys.stderr.write(f"gancang: {what} not looked at: {why}\n")
    if found.differences:
        raise typer.Exit(1)


def export(vhost: str) -> None:
    """Print the definitions for one virtual host."""
    terminal.write(json.dumps(definitions(vhost), indent=2))


async def _declare() -> None:
    async with broker() as connection:
        try:
            await declaring.declare(connection)
        except AMQPError as error:
            raise CommandError(
                f"the broker refuses: {error} (gancang topology check says what differs)"
            ) from None


async def _compared(management: Management | None) -> Comparison:
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
