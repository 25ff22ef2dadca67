"""Hand-written with aio-pika and motor, a message at a time: what one writes without a framework.

One process a hop.

    python -m tests.bench.hops.programs.one_by_one seed 2000
    python -m tests.bench.hops.programs.one_by_one work match

Prefetch 200 is the concurrency; uvloop; publishes on a channel of their own with confirms (aio-pika's
default), acknowledged after that. The messages are ours: CloudEvents in binary mode, read and written by our
codec.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aio_pika
import uvloop
from aio_pika.abc import AbstractIncomingMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import DuplicateKeyError

from contracts.codec import binary_headers, body_of, parse, read
from contracts.values import Value
from tests.bench.hops.job import (
    HOPS,
    MONGO_OPTIONS,
    NEXT,
    TAKE_IN,
    Hop,
    a_message,
    amqp_url,
    an_order,
    document_of,
    mongodb_uri,
    next_id,
)
from tests.bench.hops.seeding import declare_queues, publish_all

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFETCH = 200


def on_the_wire(data: Value, message_id: str) -> aio_pika.Message:
    """A CloudEvent in binary mode."""
    message = a_message(data, message_id)
    return aio_pika.Message(
        body_of(data),
        headers=binary_headers(message),
        content_type="application/json",
        message_id=message_id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


async def work(hop: Hop) -> None:
    """Consume until killed."""
    collection: Any = AsyncIOMotorClient(mongodb_uri(), **MONGO_OPTIONS).get_default_database()[
        hop.collection
    ]
    connection = await aio_pika.connect_robust(amqp_url())
    consuming, publishing = await connection.channel(publisher_confirms=False), await connection.channel()
    await consuming.set_qos(PREFETCH)

    async def handle(raw: AbstractIncomingMessage) -> None:
        async with raw.process():
            message = parse(read(raw.headers, raw.body, raw.content_type, datetime.now(UTC)))
            step = hop.work(message.data, message.id)
            with suppress(DuplicateKeyError):  # written before: only the publish may be missing
                await collection.insert_one(document_of(hop, step, message.id, message.data))
            await publishing.default_exchange.publish(
                on_the_wire(step.told, next_id(hop, step)), NEXT[hop.name]
            )

    queue = await consuming.get_queue(hop.queue)
    await queue.consume(handle)
    await asyncio.Event().wait()


async def seed(orders: int) -> None:
    """Declare the queues and publish the orders."""
    async with await aio_pika.connect(amqp_url()) as connection:
        channel = await connection.channel()
        await declare_queues(channel)
        made = ((TAKE_IN.queue, on_the_wire(an_order(number), str(uuid.uuid4()))) for number in range(orders))
        await publish_all(channel.default_exchange, made)


def main(arguments: Sequence[str]) -> None:
    """Seed, or work until killed."""
    if arguments[0] == "seed":
        asyncio.run(seed(int(arguments[1])))
    else:
        uvloop.run(work(HOPS[arguments[1]]))


if __name__ == "__main__":
    main(sys.argv[1:])
