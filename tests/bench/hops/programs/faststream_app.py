"""FastStream as its tutorial shows it, with motor.

    python -m tests.bench.hops.programs.faststream_app seed 2000
    python -m tests.bench.hops.programs.faststream_app work      (twice)

Its documentation scales by `--workers`, which starts copies. `@broker.subscriber` over `@broker.publisher`,
the model as the handler's parameter, the next message as its return value; default acknowledgement (after the
handler and its publish). Confirms are aio-pika's default; `persist=True` because its publishes are transient
otherwise; prefetch 200 by `Channel(prefetch_count=…)`, which its documentation names for throughput. uvloop,
as its command line.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import uvloop
from faststream import Context, FastStream
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import DuplicateKeyError

from contracts.codec import body_of
from contracts.events.matching import MatchMade
from contracts.events.notifications import NotificationSent
from contracts.events.orders import OrderAccepted
from contracts.requests.orders import OrderRequested
from contracts.values import Value
from tests.bench.hops.job import (
    END,
    HOPS,
    MATCH,
    MONGO_OPTIONS,
    TAKE_IN,
    TELL,
    Hop,
    amqp_url,
    an_order,
    document_of,
    mongodb_uri,
)
from tests.bench.hops.seeding import seed_plainly

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFETCH = 200

broker = RabbitBroker(amqp_url(), default_channel=Channel(prefetch_count=PREFETCH), logger=None)
app = FastStream(broker)
database: Any = AsyncIOMotorClient(mongodb_uri(), **MONGO_OPTIONS).get_default_database()


def _queue(name: str) -> RabbitQueue:
    return RabbitQueue(name, durable=True, queue_type=QueueType.QUORUM)


async def _done(hop: Hop, data: Value, message_id: str) -> Any:
    step = hop.work(data, message_id)
    with suppress(DuplicateKeyError):  # written before: only the publish may be missing
        await database[hop.collection].insert_one(document_of(hop, step, message_id, data))
    return step.told


@broker.subscriber(_queue(TAKE_IN.queue))
@broker.publisher(_queue(MATCH.queue), persist=True)
async def take_in(order: OrderRequested, message_id: str = Context("message.message_id")) -> OrderAccepted:
    accepted: OrderAccepted = await _done(TAKE_IN, order, message_id)
    return accepted


@broker.subscriber(_queue(MATCH.queue))
@broker.publisher(_queue(TELL.queue), persist=True)
async def match(accepted: OrderAccepted, message_id: str = Context("message.message_id")) -> MatchMade:
    made: MatchMade = await _done(MATCH, accepted, message_id)
    return made


@broker.subscriber(_queue(TELL.queue))
@broker.publisher(_queue(END), persist=True)
async def tell(made: MatchMade, message_id: str = Context("message.message_id")) -> NotificationSent:
    sent: NotificationSent = await _done(TELL, made, message_id)
    return sent


def main(arguments: Sequence[str]) -> None:
    """Seed, or work until killed."""
    if arguments[0] == "seed":
        bodies = ((body_of(an_order(number)), str(uuid.uuid4())) for number in range(int(arguments[1])))
        asyncio.run(seed_plainly(bodies, HOPS["take_in"].queue))
    else:
        uvloop.run(app.run())


if __name__ == "__main__":
    main(sys.argv[1:])
