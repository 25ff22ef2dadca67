"""An app around Gancang: publishes requests, and keeps every event that it reads from its own queue."""

from __future__ import annotations

import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aio_pika

from contracts.codec import binary_headers, body_of, parse, read
from contracts.message import Message
from contracts.registry import TYPE_OF, Exchange
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

    from contracts.values import Value


class OutsideApp:
    """`events` in the order of arrival."""

    def __init__(
        self, requests: AbstractExchange, events: AbstractExchange, confidential: AbstractExchange
    ) -> None:
        self._exchanges = {
            Exchange.REQUESTS: requests,
            Exchange.EVENTS: events,
            Exchange.CONFIDENTIAL: confidential,
        }
        self.events: list[Message[Any]] = []

    async def request(self, data: Value, **changes: Any) -> Message[Value]:
        """Publish a request (or, in a test that plays another service, an event)."""
        message = a_fresh_message(data, **changes)
        await self.send(message)
        return message

    async def send(self, message: Message[Value]) -> None:
        """Publish a message as it is."""
        from contracts.registry import CONTRACTS  # noqa: PLC0415

        await self.send_raw(
            body_of(message.data),
            exchange=CONTRACTS[message.type].exchange,
            routing_key=message.type,
            headers=binary_headers(message),
            content_type="application/json",
            message_id=message.id,
        )

    async def send_raw(
        self, body: bytes, *, exchange: Exchange = Exchange.REQUESTS, routing_key: str, **properties: Any
    ) -> None:
        """Publish bytes."""
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, **properties)
        await self._exchanges[exchange].publish(message, routing_key, mandatory=False)

    def of_type(self, name: str, **fields: Any) -> list[Message[Any]]:
        """The events of a type whose data has these values."""
        return [
            event
            for event in self.events
            if event.type == name and all(getattr(event.data, key) == value for key, value in fields.items())
        ]

    async def event(self, name: str, within: float = 20, **fields: Any) -> Message[Any]:
        """Wait for the first such event."""

        def found() -> list[Message[Any]]:
            return self.of_type(name, **fields)

        await eventually(found, within=within)
        return found()[0]

    async def keep(self, raw: AbstractIncomingMessage) -> None:
        """Note an event."""
        self.events.append(parse(read(raw.headers, raw.body, raw.content_type, datetime.now(UTC))))


def a_fresh_message(data: Value, **changes: Any) -> Message[Value]:
    """A message with an id of its own, sent now."""
    known = {
        "id": str(uuid.uuid4()),
        "type": TYPE_OF[type(data)],
        "source": "app.test",
        "time": datetime.now(UTC),
        "data": data,
    }
    return Message(**{**known, **changes})


@asynccontextmanager
async def an_outside_app(broker_url: str) -> AsyncIterator[OutsideApp]:
    """An app with a queue for every event; the topology must stand."""
    connection = await aio_pika.connect(broker_url)
    async with connection:
        channel = await connection.channel()
        exchanges = [
            await channel.get_exchange(name)
            for name in (Exchange.REQUESTS, Exchange.EVENTS, Exchange.CONFIDENTIAL)
        ]
        app = OutsideApp(*exchanges)
        queue = await channel.declare_queue(f"app.test.{uuid.uuid4().hex}", auto_delete=True)
        for exchange in (Exchange.EVENTS, Exchange.CONFIDENTIAL):
            await queue.bind(exchange, "#")
        await queue.consume(app.keep, no_ack=True)
        yield app
