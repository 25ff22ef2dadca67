"""Our consumers on FastStream as it is documented: what the short cut of `messaging/broker.py` saves.

A `RabbitRouter` a queue; our codec as its `decoder`; a `BaseMiddleware` that decides the outcome of a message
and acknowledges it; a subscriber with `AckPolicy.MANUAL` and `no_reply=True`, and the handler as a plain
function. Nothing of FastStream is replaced. `RawDocumentedBroker` keeps this pipeline and skips only
aio-pika's message object.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog
from faststream import AckPolicy, BaseMiddleware
from faststream.rabbit import RabbitMessage, RabbitQueue, RabbitRouter

from services.runtime.errors import Away
from services.runtime.messaging.broker import Broker
from services.runtime.messaging.delivery import Delivery
from services.runtime.messaging.outcomes import Outcome

if TYPE_CHECKING:
    from contracts.message import Message
    from services.runtime.messaging.consumer import Consumer
    from services.runtime.route import Route

log = structlog.get_logger()


class Settle(BaseMiddleware[Any, Any]):
    """One message: opened when it is received, settled after its handler."""

    def __init__(self, raw: Any, /, *, context: Any, consumer: Consumer) -> None:
        super().__init__(raw, context=context)
        self._consumer = consumer

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        """What `Consumer.consume` does, around FastStream's own way to the handler."""
        consumer, raw = self._consumer, msg.raw_message
        acks, tag = consumer._context.acks.of(raw.channel), raw.delivery_tag
        acks.opened(tag)
        started = perf_counter()
        delivery = Delivery.of(consumer._route.queue, raw, consumer._context.our_users)
        msg.delivery = delivery
        structlog.contextvars.bind_contextvars(queue=consumer._route.queue, message_id=delivery.message_id)
        try:
            outcome = await self._outcome(call_next, msg, delivery)
        except Away as error:
            consumer._context.pause(error.what)
            outcome = Outcome.GIVEN_BACK
        await consumer._settle(acks, tag, outcome)
        spent = perf_counter() - started
        known = delivery.routing_key if delivery.routing_key in consumer._route.handlers else "unknown"
        consumer._handling.observe(spent)
        consumer._counter(known, outcome).inc()
        log.info("message.done", type=known, outcome=outcome.value, ms=round(spent * 1000, 1))

    async def _outcome(
        self, call_next: Callable[[Any], Awaitable[Any]], msg: Any, delivery: Delivery
    ) -> Outcome:
        consumer = self._consumer
        try:
            await call_next(msg)
        except Exception as error:  # noqa: BLE001  the table decides about every error
            return await consumer._after(error, delivery, getattr(msg, "envelope", None))
        age = (consumer._context.clock.now() - msg.envelope.time).total_seconds()
        consumer._age.observe(max(0.0, age))
        return Outcome.DONE


class DocumentedBroker(Broker):
    """The runtime's connection with FastStream's own way from the queue to the handler."""

    raw = False

    def subscribe(self, route: Route, consumer: Consumer) -> None:
        async def decode(msg: Any) -> Message[Any]:
            message: Message[Any] = consumer._read(msg.delivery)
            msg.envelope = message
            if consumer._is_request:
                consumer._require_permission(message)
            return message

        async def handle(message: Any) -> None:
            await route.handlers[message.type](message)

        options: dict[str, Any] = {"parser": parse_raw} if self.raw else {}
        router = RabbitRouter(middlewares=(partial(Settle, consumer=consumer),), decoder=decode, **options)
        subscriber = router.subscriber(
            RabbitQueue(route.queue, declare=False),
            channel=self._consuming,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )
        subscriber(handle)
        self._faststream.include_router(router)
        self._subscribers.append(subscriber)

    async def _watch_consumers(self) -> None:
        if self.raw:
            await super()._watch_consumers()
            return
        channel = await self._consuming_channel()
        channel.close_callbacks.add(self._on_channel_closed)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(self._on_cancelled)


class RawDocumentedBroker(DocumentedBroker):
    """The same, with aiormq's message instead of aio-pika's copy of it."""

    raw = True


async def parse_raw(raw: Any) -> RabbitMessage:
    """FastStream's own parser, for a message that has no `reply_to`."""
    return RabbitMessage(
        body=raw.body,
        headers=raw.headers,
        content_type=raw.content_type,
        message_id=raw.message_id,
        correlation_id=raw.correlation_id,
        raw_message=raw,
    )
