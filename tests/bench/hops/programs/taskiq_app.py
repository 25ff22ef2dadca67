"""taskiq with taskiq-aio-pika and motor: its two workers by default, on uvloop.

    python -m tests.bench.hops.programs.taskiq_app seed 2000
    taskiq worker tests.bench.hops.programs.taskiq_app:broker --workers 2 …     (see `contestants.py`)

taskiq uses uvloop where it is installed. One queue for all three tasks, as its documentation shows it (a
quorum queue is its default); the end queue is routed to by label. `qos` 200, because its default of 10 keeps
the 100 tasks at a time (its default) from being used. Acknowledged when executed; there are no results to
save. Publishes are confirmed (aio-pika's default) and persistent (its own). Log level WARNING.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from contextlib import suppress
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import DuplicateKeyError
from taskiq import TaskiqEvents, TaskiqState
from taskiq_aio_pika import AioPikaBroker, Queue

from contracts.codec import body_of
from tests.bench.hops.job import (
    END,
    MATCH,
    MONGO_OPTIONS,
    TAKE_IN,
    TELL,
    Hop,
    amqp_url,
    an_order,
    document_of,
    mongodb_uri,
    next_id,
)

QUEUES = [Queue(name=TAKE_IN.queue), Queue(name=MATCH.queue), Queue(name=TELL.queue)]
broker = AioPikaBroker(amqp_url(), qos=200).with_queues(*QUEUES)
outside = AioPikaBroker(amqp_url()).with_queues(Queue(name=END))
stores: dict[str, Any] = {}


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def start(_: TaskiqState) -> None:
    """Inside the worker's own loop."""
    stores["database"] = AsyncIOMotorClient(mongodb_uri(), **MONGO_OPTIONS).get_default_database()
    await outside.startup()


async def _do(hop: Hop, body: str, message_id: str) -> tuple[str, str]:
    data = hop.takes.model_validate_json(body)
    step = hop.work(data, message_id)
    with suppress(DuplicateKeyError):  # written before: only the publish may be missing
        await stores["database"][hop.collection].insert_one(document_of(hop, step, message_id, data))
    return body_of(step.told).decode(), next_id(hop, step)


@broker.task(task_name="take_in", queue_name=TAKE_IN.queue)
async def take_in(body: str, message_id: str) -> None:
    await match.kiq(*await _do(TAKE_IN, body, message_id))


@broker.task(task_name="match", queue_name=MATCH.queue)
async def match(body: str, message_id: str) -> None:
    await tell.kiq(*await _do(MATCH, body, message_id))


@broker.task(task_name="tell", queue_name=TELL.queue)
async def tell(body: str, message_id: str) -> None:
    await end.kiq(*await _do(TELL, body, message_id))


@outside.task(task_name="end")
async def end(body: str, message_id: str) -> None:
    """Never run: the bench counts what lies in the queue."""


async def seed(orders: int) -> None:
    """Declare the queues and send the orders."""
    await broker.startup()
    await outside.startup()
    await asyncio.gather(
        *(take_in.kiq(body_of(an_order(number)).decode(), str(uuid.uuid4())) for number in range(orders))
    )
    await broker.shutdown()
    await outside.shutdown()


if __name__ == "__main__":
    asyncio.run(seed(int(sys.argv[2])))
