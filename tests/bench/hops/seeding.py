"""Orders that lie in the first queue before a program starts: persistent, confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange

from tests.bench.hops.job import END, HOPS, QUORUM, amqp_url

IN_FLIGHT = 500


async def publish_all(exchange: AbstractExchange, messages: Iterable[tuple[str, aio_pika.Message]]) -> None:
    """Publish (routing key, message) pairs, many at once."""
    waiting = list(messages)
    for start in range(0, len(waiting), IN_FLIGHT):
        await asyncio.gather(
            *(exchange.publish(message, key) for key, message in waiting[start : start + IN_FLIGHT])
        )


async def declare_queues(channel: AbstractChannel, names: Sequence[str] = ()) -> None:
    """The queues of the hand-written programs, or those named."""
    for name in names or (*(hop.queue for hop in HOPS.values()), END):
        await channel.declare_queue(name, durable=True, arguments=QUORUM)


async def seed_plainly(bodies: Iterable[tuple[bytes, str]], queue: str) -> None:
    """Declare the queues and put (body, message id) pairs into the first one."""
    async with await aio_pika.connect(amqp_url()) as connection:
        channel = await connection.channel()
        await declare_queues(channel)
        made = (
            (
                queue,
                aio_pika.Message(
                    body,
                    content_type="application/json",
                    message_id=message_id,
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                ),
            )
            for body, message_id in bodies
        )
        await publish_all(channel.default_exchange, made)
