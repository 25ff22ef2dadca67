"""Ours: `services.runtime` as the services use it.

Aggregates, outbox, relay, effect-once, history, metrics, tracing, logs at INFO.

    python -m tests.bench.hops.programs.gancang seed 2000
    python -m tests.bench.hops.programs.gancang work take_in match tell [--without history,metrics]

Settings are the runtime's own (prefetch 200 a queue, uvloop). The bench's three queues stand in for ours, so
that no event is copied into queues without a consumer. `--without` is how the price of a promise is measured:
from outside, the runtime has no such switches.
"""

from __future__ import annotations

import argparse
import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aio_pika
from prometheus_client import Counter, Gauge, Histogram

from contracts.codec import binary_headers, body_of
from contracts.message import Message
from contracts.queues import QUEUES, Queue
from contracts.registry import Exchange
from services.runtime import metrics
from tests.bench.hops.job import END, HOPS, QUORUM, Document, Hop, Step, a_message, amqp_url, an_order
from tests.bench.hops.seeding import publish_all

COMFORTS = (
    "outbox",
    "effect-once",
    "history",
    "metrics",
    "logs",
    "tracing",
)  # logs: GANCANG_LOG_LEVEL=WARNING
END_TYPE = "notification.sent.v1"
A_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def queue_of(hop: Hop) -> str:
    """Where a hop listens."""
    return f"bench.{hop.name}"


def play_alone() -> None:
    """Let the topology consist of the bench's queues, and of those that every service needs."""
    kept = [queue for queue in QUEUES.values() if not queue.types]
    ours = [Queue(queue_of(hop), (hop.type,)) for hop in HOPS.values()]
    QUEUES.clear()
    QUEUES.update({queue.name: queue for queue in (*kept, *ours)})


class Silent:
    """A metric that measures nothing."""

    def labels(self, *_: object, **__: object) -> Silent:
        return self

    def observe(self, _: float) -> None:
        return

    def set(self, _: float) -> None:
        return

    def inc(self, _: float = 1) -> None:
        return


def silence_metrics() -> None:
    """Before anything of the runtime takes a metric."""
    for name, value in list(vars(metrics).items()):
        if isinstance(value, Counter | Gauge | Histogram):
            setattr(metrics, name, Silent())


def stop_tracing() -> None:
    """No trace is begun or passed on."""
    from services.runtime.messaging import consumer, outbox  # noqa: PLC0415  after metrics are silenced

    consumer.new_traceparent = lambda: A_TRACE  # type: ignore[attr-defined]
    outbox.trace_or_new = lambda _: None  # type: ignore[attr-defined, assignment, return-value]


def follow_documentation(way: str) -> None:
    """FastStream's own way from the queue to the handler."""
    from services.runtime.process import lifecycle  # noqa: PLC0415  as above
    from tests.bench.hops.programs import documented  # noqa: PLC0415  as above

    brokers = {"documented": documented.DocumentedBroker, "documented-raw": documented.RawDocumentedBroker}
    lifecycle.Broker = brokers[way]  # type: ignore[attr-defined]  # imported there, not exported


def builder(hops: list[Hop], without: frozenset[str]) -> Callable[[Any], Awaitable[Any]]:
    """The `build` of a service that handles these hops."""
    from services.runtime.change import Change, Entry, cause_of  # noqa: PLC0415  as above
    from services.runtime.process.runtime import Application, Runtime  # noqa: PLC0415
    from services.runtime.route import Route  # noqa: PLC0415
    from services.runtime.storage.aggregates import Aggregates  # noqa: PLC0415  as above
    from services.runtime.storage.kind import Kind  # noqa: PLC0415  as above

    def change_of(step: Step, *, told: bool) -> Change[Document]:
        entry = None if "history" in without else Entry(step.status, "bench")
        return Change(step.state, (step.told,) if told else (), entry)

    def handler(
        hop: Hop, aggregates: Aggregates[Document], runtime: Runtime
    ) -> Callable[[Message[Any]], Awaitable[None]]:
        async def handle(message: Message[Any]) -> None:
            step = hop.work(message.data, message.id)
            cause = cause_of(message)
            if "effect-once" in without:
                cause = replace(cause, remembered=False)

            def decide(present: Document | None) -> Change[Document] | None:
                return None if present is not None else change_of(step, told="outbox" not in without)

            await aggregates.change(step.id, cause, decide, expect_new=True)
            if "outbox" in without:
                await runtime.replies.publish(step.told, cause)

        return handle

    def kind(hop: Hop) -> Kind[Document]:
        return Kind(
            name=hop.name,
            collection=hop.collection,
            source=f"/gancang/bench/{hop.name}",
            encode=lambda state: state,
            decode=lambda document: document,
            timers=lambda _: {},
        )

    async def build(runtime: Runtime) -> Application:
        stores = {hop.name: runtime.aggregates(kind(hop)) for hop in hops}
        return Application(
            [Route(queue_of(hop), {hop.type: handler(hop, stores[hop.name], runtime)}) for hop in hops]
        )

    return build


async def seed(orders: int) -> None:
    """Declare the topology and publish the orders as an app does."""
    from services.runtime.messaging.declaring import declare  # noqa: PLC0415

    async with await aio_pika.connect(amqp_url()) as connection:
        await declare(connection)
        channel = await connection.channel()
        end = await channel.declare_queue(END, durable=True, arguments=QUORUM)
        await end.bind(Exchange.EVENTS, END_TYPE)
        exchange = await channel.get_exchange(Exchange.REQUESTS)
        await publish_all(exchange, ((HOPS["take_in"].type, request(number)) for number in range(orders)))


def request(number: int) -> aio_pika.Message:
    """One order as an app sends it."""
    message = a_message(an_order(number), str(uuid.uuid4()))
    return aio_pika.Message(
        body_of(message.data),
        headers=binary_headers(message),
        content_type="application/json",
        message_id=message.id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


def main() -> None:
    """Seed, or work until killed."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("seed").add_argument("orders", type=int)
    work = commands.add_parser("work")
    work.add_argument("hops", nargs="+", choices=sorted(HOPS))
    work.add_argument("--without", default="")
    work.add_argument("--faststream", choices=("documented", "documented-raw"))
    arguments = parser.parse_args()
    play_alone()
    if arguments.command == "seed":
        asyncio.run(seed(arguments.orders))
        return
    without = frozenset(filter(None, arguments.without.split(",")))
    if unknown := without - set(COMFORTS):
        parser.error(f"no such comfort: {', '.join(sorted(unknown))}")
    if "metrics" in without:
        silence_metrics()
    from services.runtime.process.lifecycle import main as run  # noqa: PLC0415

    if "tracing" in without:
        stop_tracing()
    if arguments.faststream:
        follow_documentation(arguments.faststream)
    run("-".join(("bench", *arguments.hops)), builder([HOPS[name] for name in arguments.hops], without))


if __name__ == "__main__":
    main()
