"""Dramatiq with its RabbitMQ broker: 2 processes (one a core, its default) of 8 threads (its default).

    python -m tests.bench.hops.programs.dramatiq_app seed 2000
    python -m dramatiq tests.bench.hops.programs.dramatiq_app --processes 2 --threads 8

`confirm_delivery=True`, which its documentation advises. Prefetch is its own (threads x 2). The queues are
quorum queues like those of all programs, by its hook for queue arguments. Only the middleware that a worker
needs: retries, time limit, shutdown, and not Prometheus. A message carries the JSON of the order and is
validated by the same model.
"""

from __future__ import annotations

import sys
import uuid
from contextlib import suppress
from functools import cache
from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import Retries, ShutdownNotifications, TimeLimit
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError

from contracts.codec import body_of
from tests.bench.hops.job import (
    END,
    MATCH,
    MONGO_OPTIONS,
    QUORUM,
    TAKE_IN,
    TELL,
    Hop,
    amqp_url,
    an_order,
    document_of,
    mongodb_uri,
    next_id,
)


class QuorumBroker(RabbitmqBroker):
    """Quorum queues."""

    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        return {**super()._build_queue_arguments(queue_name), **QUORUM}


broker = QuorumBroker(
    url=amqp_url(), confirm_delivery=True, middleware=[Retries(), TimeLimit(), ShutdownNotifications()]
)
dramatiq.set_broker(broker)


@cache
def _database() -> Any:
    return MongoClient(mongodb_uri(), **MONGO_OPTIONS).get_default_database()


def _do(hop: Hop, body: str, message_id: str) -> tuple[str, str]:
    data = hop.takes.model_validate_json(body)
    step = hop.work(data, message_id)
    with suppress(DuplicateKeyError):  # written before: only the publish may be missing
        _database()[hop.collection].insert_one(document_of(hop, step, message_id, data))
    return body_of(step.told).decode(), next_id(hop, step)


@dramatiq.actor(queue_name=TAKE_IN.queue)
def take_in(body: str, message_id: str) -> None:
    match.send(*_do(TAKE_IN, body, message_id))


@dramatiq.actor(queue_name=MATCH.queue)
def match(body: str, message_id: str) -> None:
    tell.send(*_do(MATCH, body, message_id))


@dramatiq.actor(queue_name=TELL.queue)
def tell(body: str, message_id: str) -> None:
    broker.enqueue(dramatiq.Message(END, "end", _do(TELL, body, message_id), {}, {}))


if __name__ == "__main__":
    for number in range(int(sys.argv[2])):
        take_in.send(body_of(an_order(number)).decode(), str(uuid.uuid4()))
    for name in (MATCH.queue, TELL.queue, END):
        broker.declare_queue(name, ensure=True)
