"""Joined publishes on a real broker: they arrive in order, a bad one fails alone, a loss is told at once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aio_pika
import pytest
from aiormq import Channel
from pamqp.commands import Basic

from services.runtime.errors import BrokerAway
from services.runtime.messaging.publishing import LARGEST_FRAME, Publisher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


MANY = 1_000
WITHIN_S = 20


class Wire:
    """A queue, a publisher into it, and the channel below the publisher."""

    def __init__(self, queue: aio_pika.abc.AbstractQueue, publishing: Channel) -> None:
        self.queue = queue
        self.channel = publishing
        self.publisher = Publisher(self._channel)

    async def _channel(self) -> Channel:
        return self.channel

    async def publish(self, body: bytes, **properties: Any) -> None:
        await self.publisher.publish("", self.queue.name, body, Basic.Properties(**properties))

    async def arrived(self, count: int) -> list[bytes]:
        async with self.queue.iterator(no_ack=True, timeout=WITHIN_S) as messages:
            return [(await anext(messages)).body for _ in range(count)]


@pytest.fixture
async def wire(broker_url: str) -> AsyncIterator[Wire]:
    async with _connected(broker_url) as connection:
        reading, publishing = (
            await connection.channel(),
            await connection.channel(publisher_confirms=True, on_return_raises=True),
        )
        queue = await reading.declare_queue("wire", durable=True, arguments={"x-queue-type": "quorum"})
        channel = await publishing.get_underlay_channel()
        assert isinstance(channel, Channel)
        yield Wire(queue, channel)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[aio_pika.abc.AbstractConnection]:
    connection = await aio_pika.connect(url)
    async with connection:
        yield connection


async def test_a_thousand_at_once_arrive_confirmed_and_in_order(wire: Wire) -> None:
    bodies = [str(number).encode() for number in range(MANY)]

    await asyncio.gather(*(wire.publish(body) for body in bodies))

    assert await wire.arrived(MANY) == bodies


async def test_a_body_of_several_frames_and_an_empty_one_arrive_whole(wire: Wire) -> None:
    long = bytes(range(256)) * (LARGEST_FRAME // 100)

    await asyncio.gather(wire.publish(long), wire.publish(b""))

    assert await wire.arrived(2) == [long, b""]


async def test_one_that_no_frame_can_carry_fails_and_its_neighbours_arrive(wire: Wire) -> None:
    outcomes = await asyncio.gather(
        wire.publish(b"1"),
        wire.publish(b"2", correlation_id="x" * 256),
        wire.publish(b"3"),
        return_exceptions=True,
    )

    assert [outcome is None for outcome in outcomes] == [True, False, True]
    assert await wire.arrived(2) == [b"1", b"3"]


async def test_joined_and_mandatory_publishes_share_one_count_of_tags(wire: Wire) -> None:
    properties = Basic.Properties(message_id="m-1")

    outcomes = await asyncio.gather(
        *(wire.publish(b"joined") for _ in range(MANY)),
        *(wire.publisher.publish_mandatory("", wire.queue.name, b"single", properties) for _ in range(10)),
        wire.publisher.publish_mandatory("", "nobody", b"lost", properties),
        return_exceptions=True,
    )

    assert [outcome is None for outcome in outcomes] == [True] * (MANY + 10) + [False]
    assert len(await wire.arrived(MANY + 10)) == MANY + 10


async def test_when_the_channel_closes_every_sender_is_told_at_once(wire: Wire) -> None:
    sending = [asyncio.create_task(wire.publish(b"x")) for _ in range(MANY)]
    await asyncio.sleep(0)

    await wire.channel.close()

    outcomes = await asyncio.wait_for(asyncio.gather(*sending, return_exceptions=True), WITHIN_S)
    assert {type(outcome) for outcome in outcomes} <= {type(None), BrokerAway}
    with pytest.raises(BrokerAway):
        await asyncio.wait_for(wire.publish(b"late"), WITHIN_S)
