"""The embedded set-up that `up` and `run` keep in the state folder: servers, keys, an inbox, and a run file by which others join."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from services.ops import terminal
from services.ops.connecting.management import Management
from services.ops.embedded import EmbeddedServers, ServerUrls
from services.ops.running.environment import known
from services.ops.running.keys import kept_keys
from services.ops.running.mailing import mail_settings
from services.runtime.messaging.topology import topology
from services.simulator.channels.mailbox import Mailbox

SERVERS, LOGS, MAIL = "servers", "logs", "mail"


@contextlib.contextmanager
def servers_at(folder: Path) -> Iterator[ServerUrls]:
    """Both servers on the data that lies there; ended in good order, so that the data stays for the next time."""
    console = terminal.console(errors=True)
    for name in (LOGS, MAIL):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        with terminal.waiting("gancang: starting RabbitMQ and MongoDB", console):
            servers = stack.enter_context(EmbeddedServers(folder / SERVERS))
        yield servers.urls
        console.print("gancang: stopping the servers")


@contextlib.asynccontextmanager
async def environment_at(folder: Path, urls: ServerUrls) -> AsyncIterator[dict[str, str]]:
    """What service processes are told, with an inbox that takes their mail; other commands of this folder may join meanwhile."""
    async with Mailbox(folder=folder / MAIL) as mailbox:
        environment = {**urls.environment(), **kept_keys(folder), **mail_settings(mailbox)}
        with known(urls, environment):
            yield environment


async def apply_policies(urls: ServerUrls) -> None:
    """Set what operators' policies say."""
    await asyncio.to_thread(_apply_policies, urls)


def _apply_policies(urls: ServerUrls) -> None:
    with Management(urls.rabbitmq_api, "/") as management:
        for policy in topology().policies:
            management.put_policy(policy)
