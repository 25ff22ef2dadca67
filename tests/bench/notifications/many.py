"""One event, ten thousand recipients: the service in a process of its own on a real broker and database."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter
from typing import Any

import aio_pika
from aio_pika.abc import AbstractExchange
from rich.console import Console

from contracts.enums import Role
from contracts.events.emergencies import EmergencyRaised
from contracts.requests.recipients import RecipientContactRegistered
from contracts.values import Value
from services.ops.running.keys import fresh_keys
from services.ops.running.service_processes import ServiceProcesses
from services.runtime.storage import database
from services.runtime.storage.database import Database
from tests.bench.hops.idle import started
from tests.bench.hops.servers import servers
from tests.bench.hops.workers import rss_mib
from tests.bench.notifications.receivers import Receivers, receiving
from tests.support.builders import a_contact_registered, a_message, on_the_wire

WITHIN_S = 600.0
POLL_S = 0.05
TOGETHER = 200


def measure(server: str, recipients: int, console: Console) -> dict[str, Any]:
    """First and last notification, and how the memory grew."""
    with (
        tempfile.TemporaryDirectory(prefix="gancang-many-") as name,
        servers(server, Path(name) / "servers") as running,
        running.fresh() as urls,
        receiving() as receivers,
    ):
        environment = {
            **urls.environment(),
            **fresh_keys(),
            "GANCANG_LOG": "json",
            **_settings(receivers, recipients),
        }
        figures = asyncio.run(_measure(environment, Path(name), urls.amqp, urls.mongodb, recipients))
        figures |= {"recipients": recipients, "database": running.database, "arrived": receivers.count()}
    told = f"the first told after {figures['first_s']:.2f} s, the last after {figures['last_s']:.1f} s"
    memory = f"memory {figures['rss_before_mib']:.0f} MiB before, {figures['rss_peak_mib']:.0f} MiB at most"
    console.print(
        f"{recipients:,} recipients of one event: {told}; {memory}; {figures['arrived']:,} ids arrived",
        highlight=False,
    )
    return figures


def _settings(receivers: Receivers, recipients: int) -> dict[str, str]:
    people = ",".join(f'"p-{number}"' for number in range(recipients))
    url = f"http://127.0.0.1:{receivers.http}/messages"
    return {"GANCANG_NOTIFICATIONS_SMS_URL": url, "GANCANG_NOTIFICATIONS_ON_DUTY": f"[{people}]"}


async def _measure(
    environment: dict[str, str], folder: Path, amqp: str, mongodb: str, recipients: int
) -> dict[str, Any]:
    client = database.connect(mongodb)
    store = database.database_of(client)
    with ServiceProcesses(environment, folder) as children:
        child, _ = await started(children, "notifications")
        async with _exchanges(amqp) as (requests, events):
            for start in range(0, recipients, TOGETHER):
                together = range(start, min(start + TOGETHER, recipients))
                await asyncio.gather(*(_publish(requests, _contact(number)) for number in together))
            await _until(store, "contacts", {}, recipients)
            before, peak, began = rss_mib(child.process.pid), 0.0, perf_counter()
            await _publish(events, EmergencyRaised(emergency_id="em-1", raised_by=Role.OPERATOR))
            first = last = 0.0
            while not last:
                await asyncio.sleep(POLL_S)
                peak = max(peak, rss_mib(child.process.pid))
                sent = await store["notifications"].count_documents({"state.status": "sent"})
                first = first or (perf_counter() - began if sent else 0.0)
                last = perf_counter() - began if sent >= recipients else 0.0
                if perf_counter() - began > WITHIN_S:
                    raise AssertionError(f"{sent} of {recipients} told within {WITHIN_S:.0f} s")
    client.close()
    return {
        "first_s": round(first, 2),
        "last_s": round(last, 2),
        "rss_before_mib": round(before, 1),
        "rss_peak_mib": round(peak, 1),
    }


@contextlib.asynccontextmanager
async def _exchanges(amqp: str) -> AsyncIterator[tuple[AbstractExchange, AbstractExchange]]:
    """Where requests and events go."""
    connection = await aio_pika.connect(amqp)
    async with connection:
        channel = await connection.channel()
        yield await channel.get_exchange("gancang.requests"), await channel.get_exchange("gancang.events")


def _contact(number: int) -> RecipientContactRegistered:
    channels = [{"kind": "sms", "address": f"+62812{number:07d}"}]
    return a_contact_registered(recipient_id=f"p-{number}", role="operator", channels=channels)


async def _publish(exchange: AbstractExchange, data: Value) -> None:
    message = a_message(data)
    headers, body = on_the_wire(message)
    sent = aio_pika.Message(
        body, headers=headers, content_type="application/json", message_id=message.id, delivery_mode=2
    )
    await exchange.publish(sent, routing_key=message.type)


async def _until(store: Database, collection: str, wanted: dict[str, Any], count: int) -> None:
    while await store[collection].count_documents(wanted) < count:
        await asyncio.sleep(POLL_S)
