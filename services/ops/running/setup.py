"""The embedded set-up that `up` and `run` keep in the state folder: servers, keys, an inbox, the run file."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from services.ops import terminal
from services.ops.connecting.environment import joinable
from services.ops.connecting.management import Management
from services.ops.embedded import EmbeddedServers, ServerUrls
from services.ops.running.keys import kept_keys
from services.runtime.messaging.topology import topology
from services.simulator.channels.mailbox import Mailbox

SERVERS, LOGS, MAIL = "servers", "logs", "mail"  # folders


@contextlib.contextmanager
def servers_in(folder: Path) -> Iterator[ServerUrls]:
    """Run both servers on the data of the folder; they shut down in good order, so that the data stays.

    Raises `ServerMissingError`, `ServerStartError`, `FolderInUseError`.
    """
    console = terminal.console(errors=True)
    for name in (LOGS, MAIL):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        with terminal.waiting("gancang: starting RabbitMQ and MongoDB", console):
            servers = stack.enter_context(EmbeddedServers(folder / SERVERS))
        yield servers.urls
        console.print("gancang: stopping the servers")


@contextlib.asynccontextmanager
async def environment_in(folder: Path, urls: ServerUrls) -> AsyncIterator[dict[str, str]]:
    """Yield the variables for service processes, with an inbox for mail; other commands may join."""
    async with Mailbox(folder=folder / MAIL) as mailbox:
        environment = {**urls.environment(), **kept_keys(folder), **mail_settings(mailbox)}
        with joinable(urls, environment):
            yield environment


def mail_settings(mailbox: Mailbox) -> dict[str, str]:
    """The variables that make notifications deliver to this mailbox."""
    return {
        "GANCANG_NOTIFICATIONS_SMTP_HOST": mailbox.host,
        "GANCANG_NOTIFICATIONS_SMTP_PORT": str(mailbox.port),
        "GANCANG_NOTIFICATIONS_SMTP_TLS": "none",
    }


async def apply_policies(urls: ServerUrls) -> None:
    """Set the policies of the topology; a repeat changes nothing. Raises `ManagementError`."""
    await asyncio.to_thread(_apply_policies, urls)


def _apply_policies(urls: ServerUrls) -> None:
    with Management(urls.rabbitmq_api, "/") as management:
        for policy in topology().policies:
            management.put_policy(policy)
