"""Celery, set up as its documentation advises for throughput ("Optimizing", "Using RabbitMQ").

    python -m tests.bench.hops.programs.celery_app seed 2000
    python -m celery -A tests.bench.hops.programs.celery_app worker -c 4 …     (see `contestants.py`)

Prefork with 4 processes (two a core: tasks wait for servers); `worker_prefetch_multiplier` 50, since the
tasks are short ("for many short tasks 50 or 150 may be good"); `task_acks_late`, because an order may not be
lost with its worker; quorum queues (detected); results ignored; no gossip, mingle, heartbeat or events
between workers; log level WARNING; publishes confirmed (`confirm_publish`). A message carries the JSON of the
order as its argument and is validated by the same model.
"""

from __future__ import annotations

import sys
import uuid
from contextlib import suppress
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError

from contracts.codec import body_of
from tests.bench.hops.job import (
    END,
    HOPS,
    MATCH,
    MONGO_OPTIONS,
    NEXT,
    TAKE_IN,
    TELL,
    Hop,
    amqp_url,
    an_order,
    document_of,
    mongodb_uri,
    next_id,
)

app = Celery("hops", broker=amqp_url())
app.conf.update(
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
    task_default_queue_type="quorum",
    task_routes={name: {"queue": hop.queue} for name, hop in HOPS.items()} | {"end": {"queue": END}},
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=50,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
)
stores: dict[str, Any] = {}


@worker_process_init.connect
def open_database(**_: Any) -> None:
    """A client a process: it may not be shared across a fork."""
    stores["database"] = MongoClient(mongodb_uri(), **MONGO_OPTIONS).get_default_database()


def _do(hop: Hop, body: str, message_id: str, following: str) -> None:
    data = hop.takes.model_validate_json(body)
    step = hop.work(data, message_id)
    with suppress(DuplicateKeyError):  # written before: only the publish may be missing
        stores["database"][hop.collection].insert_one(document_of(hop, step, message_id, data))
    app.send_task(following, (body_of(step.told).decode(), next_id(hop, step)), queue=NEXT[hop.name])


@app.task(name="take_in")
def take_in(body: str, message_id: str) -> None:
    _do(TAKE_IN, body, message_id, "match")


@app.task(name="match")
def match(body: str, message_id: str) -> None:
    _do(MATCH, body, message_id, "tell")


@app.task(name="tell")
def tell(body: str, message_id: str) -> None:
    _do(TELL, body, message_id, "end")


@app.task(name="end")
def end(body: str, message_id: str) -> None:
    """Never run: the bench counts what lies in the queue."""


def declare() -> None:
    """All queues, also the one without a worker."""
    with app.connection_for_write() as connection:
        for name in (*(hop.queue for hop in HOPS.values()), END):
            app.amqp.queues[name](connection.default_channel).declare()


if __name__ == "__main__":
    declare()
    for number in range(int(sys.argv[2])):
        take_in.apply_async((body_of(an_order(number)).decode(), str(uuid.uuid4())))
