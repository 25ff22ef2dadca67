"""Servers that go away while orders come in: nothing is lost, nothing is parked, everything comes out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aio_pika
import pytest

from contracts.codec import binary_headers, body_of
from contracts.queues import QUEUES, QueueKind
from services.orders.app import build
from services.runtime.messaging.declaring import declare
from tests.support.builders import an_order_requested
from tests.support.eventually import eventually
from tests.support.outside import a_fresh_message
from tests.support.servers import on_disk
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from contracts.message import Message
    from contracts.values import Value
    from services.ops.embedded import EmbeddedServers
    from services.runtime.process.runtime import Runtime

pytestmark = [
    pytest.mark.chaos,
    # aiormq drops its own close() when a connection dies under it
    pytest.mark.filterwarnings("ignore:coroutine 'Connection.close' was never awaited"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ORDERS = 200
AWAY_S = 6


async def publish(url: str, messages: list[Message[Value]]) -> None:
    """Send with confirms, again and again until the broker has taken each: what an app's outbox does."""
    left = list(messages)
    while left:
        try:
            connection = await aio_pika.connect(url, timeout=5)
            async with connection:
                channel = await connection.channel()
                exchange = await channel.get_exchange("gancang.requests")
                while left:
                    message = left[0]
                    await exchange.publish(
                        aio_pika.Message(
                            body_of(message.data),
                            headers=binary_headers(message),
                            content_type="application/json",
                            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                        ),
                        message.type,
                        timeout=5,
                    )
                    left.pop(0)
                    await asyncio.sleep(0.02)
        except (aio_pika.exceptions.AMQPError, OSError, TimeoutError, RuntimeError):
            await asyncio.sleep(0.5)


async def everything_accepted_and_sent(runtime: Runtime) -> bool:
    orders = runtime.database["orders"]
    accepted = await orders.count_documents({"state.status": "searching", "version": 1})
    unsent = await orders.count_documents({"unsent_since": {"$exists": True}})
    assert (accepted, unsent) == (ORDERS, 0)
    return True


async def depth(url: str, name: str) -> int:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(name, passive=True)
        return queue.declaration_result.message_count or 0


async def nothing_parked_and_each_event_once(servers: EmbeddedServers) -> None:
    url = servers.urls.amqp
    for queue in QUEUES.values():
        if queue.kind is QueueKind.WORK:
            assert await depth(url, queue.parked) == 0
    assert await depth(url, "orders.order_requested") == 0


async def orders_through(servers: EmbeddedServers, trouble: list[str]) -> None:
    """200 orders, and in the middle of them trouble."""
    settings = runtime_settings(servers.urls.amqp, servers.urls.mongodb)
    connection = await aio_pika.connect(servers.urls.amqp)
    async with connection:
        await declare(connection)
    work = [queue.name for queue in QUEUES.values() if queue.kind is QueueKind.WORK]
    await eventually(lambda: on_disk(servers, *work), within=30)
    async with at_work("orders", build, settings) as runtime:
        messages = [a_fresh_message(an_order_requested(order_id=f"o-{n}")) for n in range(ORDERS)]
        publishing = asyncio.create_task(publish(servers.urls.amqp, messages))
        await asyncio.sleep(1)
        for step in trouble:
            await asyncio.to_thread(
                getattr(servers.rabbit if "rabbit" in step else servers.mongo, step.split()[1])
            )
            if step.endswith(("stop", "kill")):
                await asyncio.sleep(AWAY_S)
        await asyncio.to_thread(servers.mongo.wait_ready)
        await publishing
        await eventually(lambda: everything_accepted_and_sent(runtime), within=90)
        await nothing_parked_and_each_event_once(servers)


@pytest.mark.parametrize(
    "trouble",
    [
        ["mongo stop", "mongo start"],
        ["mongo kill", "mongo start"],
        ["rabbit stop", "rabbit start"],
        ["rabbit kill", "rabbit start"],
        ["rabbit kill", "mongo kill", "rabbit start", "mongo start"],
    ],
    ids=", ".join,
)
async def test_orders_survive(own_servers: EmbeddedServers, trouble: list[str]) -> None:
    await orders_through(own_servers, trouble)
