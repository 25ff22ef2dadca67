"""The town's way to a real broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aio_pika
import pytest

from contracts.registry import Exchange
from services.runtime.tasks import cancel_and_wait
from services.simulator.channels.gateway import Gateway
from services.simulator.errors import Unsendable
from tests.support.builders import a_message, an_order_requested

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FULL: dict[str, Any] = {"x-max-length": 1, "x-overflow": "reject-publish"}


@pytest.fixture
async def inbox(broker_url: str) -> AsyncIterator[aio_pika.abc.AbstractQueue]:
    """A queue for requests that takes one."""
    async with await aio_pika.connect(broker_url) as connection:
        channel = await connection.channel()
        for exchange in (Exchange.REQUESTS, Exchange.EVENTS, Exchange.CONFIDENTIAL):
            await channel.declare_exchange(exchange, "topic", durable=True)
        queue = await channel.declare_queue("inbox", durable=True, arguments=FULL)
        await queue.bind(Exchange.REQUESTS, "#")
        yield queue


@pytest.fixture
async def gateway(broker_url: str, inbox: aio_pika.abc.AbstractQueue) -> AsyncIterator[Gateway]:
    gateway = Gateway(broker_url, lambda _: None)
    link = asyncio.create_task(gateway.run())
    await gateway.ready()
    yield gateway
    await cancel_and_wait(link)


async def test_a_broker_that_says_no_is_asked_again(
    gateway: Gateway, inbox: aio_pika.abc.AbstractQueue
) -> None:
    first, second = (a_message(an_order_requested(order_id=order)) for order in ("o-1", "o-2"))
    await gateway.send(first)

    refused = not await gateway.send_once(second)
    await inbox.purge()
    await gateway.send(second)

    assert refused
    assert (await inbox.get(no_ack=True)).message_id == second.id


async def test_what_no_queue_takes_is_said_to_be_unsendable(
    gateway: Gateway, inbox: aio_pika.abc.AbstractQueue
) -> None:
    await inbox.delete(if_empty=False, if_unused=False)

    with pytest.raises(Unsendable):
        await gateway.send(a_message(an_order_requested()))
