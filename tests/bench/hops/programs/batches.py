"""Hand-written micro-batches with an outbox: no handlers, no abstractions, nothing but the job.

The limit. One process a hop.

    python -m tests.bench.hops.programs.batches work match

Up to 200 messages or 5 ms after the first; one `bulk_write` of inserts with the outgoing events inside; all
of them published with confirms in flight together on the channel below aio-pika's; a second `bulk_write` that
marks them sent; one `ack(multiple)`. uvloop; prefetch 400, so that the next batch lies ready. The messages
are ours: CloudEvents in binary mode by our codec.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import aio_pika
import uvloop
from aiormq import Channel
from aiormq.abc import DeliveredMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pamqp.commands import Basic
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from contracts.codec import binary_headers, body_of, parse, read
from services.runtime.storage.database import Collection
from tests.bench.hops.job import (
    HOPS,
    MONGO_OPTIONS,
    NEXT,
    Document,
    Hop,
    a_message,
    amqp_url,
    document_of,
    mongodb_uri,
    next_id,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 200
PATIENCE_S = 0.005
PREFETCH = 2 * BATCH
DUPLICATE_KEY = 11000


async def work(hop: Hop, *, single_marks: bool) -> None:
    """Consume until killed."""
    collection: Any = AsyncIOMotorClient(mongodb_uri(), **MONGO_OPTIONS).get_default_database()[
        hop.collection
    ]
    connection = await aio_pika.connect(amqp_url())
    publishing = cast(Channel, await (await connection.channel()).get_underlay_channel())
    consuming = await (await connection.channel(publisher_confirms=False)).get_underlay_channel()
    arrived: asyncio.Queue[DeliveredMessage] = asyncio.Queue()
    await consuming.basic_qos(prefetch_count=PREFETCH)
    await consuming.basic_consume(hop.queue, arrived.put)
    while True:
        batch = await _batch(arrived)
        documents = await _do(hop, batch, collection, publishing)
        await _mark(documents, collection, single=single_marks)
        await consuming.basic_ack(batch[-1].delivery_tag or 0, multiple=True, wait=False)


async def _batch(arrived: asyncio.Queue[DeliveredMessage]) -> list[DeliveredMessage]:
    batch = [await arrived.get()]
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while len(batch) < BATCH:
        try:
            batch.append(arrived.get_nowait())
        except asyncio.QueueEmpty:
            if (left := deadline - asyncio.get_running_loop().time()) <= 0:
                break
            await asyncio.sleep(min(left, 0.001))
    return batch


async def _do(
    hop: Hop, batch: list[DeliveredMessage], collection: Collection, publishing: Channel
) -> list[Document]:
    documents: list[Document] = []
    sends: list[tuple[bytes, Basic.Properties]] = []
    for raw in batch:
        properties = raw.header.properties
        message = parse(read(properties.headers or {}, raw.body, properties.content_type, datetime.now(UTC)))
        step = hop.work(message.data, message.id)
        event = a_message(step.told, next_id(hop, step))
        headers, body = binary_headers(event), body_of(step.told)
        document = document_of(hop, step, message.id, message.data)
        document["outbox"] = {"1-0": {"type": event.type, "headers": headers, "body": body.decode()}}
        document["unsent_since"] = document["updated_at"]
        documents.append(document)
        sends.append(
            (
                body,
                Basic.Properties(
                    content_type="application/json", delivery_mode=2, message_id=event.id, headers=headers
                ),
            )
        )
    try:
        await collection.bulk_write([InsertOne(document) for document in documents], ordered=False)
    except BulkWriteError as error:
        if any(row["code"] != DUPLICATE_KEY for row in error.details["writeErrors"]):
            raise
        # written before: only the publish may be missing
    await asyncio.gather(
        *(
            publishing.basic_publish(body, routing_key=NEXT[hop.name], properties=properties, wait=False)
            for body, properties in sends
        )
    )
    return documents


async def _mark(documents: list[Document], collection: Collection, *, single: bool) -> None:
    unset = {"$unset": {"outbox.1-0": "", "unsent_since": ""}}
    if single:
        await collection.bulk_write(
            [UpdateOne({"_id": document["_id"], "version": 1}, unset) for document in documents],
            ordered=False,
        )
    else:
        await collection.update_many(
            {"_id": {"$in": [document["_id"] for document in documents]}, "version": 1}, unset
        )


def main(arguments: Sequence[str]) -> None:
    """Work until killed; the orders come from `one_by_one seed`, the messages are the same."""
    uvloop.run(work(HOPS[arguments[1]], single_marks="--single-marks" in arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
