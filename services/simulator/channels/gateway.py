"""The town's connection to the broker: a client with queues of its own that survives lost connections."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from aio_pika import DeliveryMode, connect
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aiormq.exceptions import AMQPError, PublishError

from contracts.codec import JSON, Unreadable, WrongSchema, binary_headers, body_of, parse, read
from contracts.message import Message
from contracts.registry import Exchange
from contracts.values import Value
from services.simulator.errors import Unsendable

QUEUES = {"app.sim.events": Exchange.EVENTS, "app.sim.confidential": Exchange.CONFIDENTIAL}
QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}
PREFETCH = 200
CONNECT_S, CONFIRM_S, PAUSE_S = 5, 10, 0.5
BROKEN = (AMQPError, OSError, TimeoutError, RuntimeError)
log = structlog.get_logger()

Hear = Callable[[Message[Any]], None]


class Gateway:
    """Sends requests; `hear` gets every parsed event, repeats included, and must not wait."""

    def __init__(self, url: str, hear: Hear) -> None:
        self._url = url
        self._user = urlsplit(url).username
        self._hear = hear
        self._requests: AbstractExchange | None = None
        self._up = asyncio.Event()
        self.unreadable: list[str] = []
        self.connections = 0

    async def run(self) -> None:
        """Connect, and reconnect whenever the connection is lost, until cancelled."""
        while True:
            try:
                await self._connected()
            except BROKEN as error:
                log.info("town.broker_away", error=type(error).__name__)
            finally:
                self._up.clear()
            await asyncio.sleep(PAUSE_S)

    async def ready(self) -> None:
        """Wait until requests can be sent and events are received."""
        await self._up.wait()

    async def send(self, message: Message[Value]) -> None:
        """Send until the broker has confirmed it, always under the same id.

        Raises `Unsendable` when no queue takes it.
        """
        sent = await self.send_once(message)
        while not sent:
            await asyncio.sleep(PAUSE_S)
            sent = await self.send_once(message)

    async def send_once(self, message: Message[Value]) -> bool:
        """Wait for a connection, send once, return whether the broker confirmed it. Raises `Unsendable`."""
        await self._up.wait()
        requests = self._requests
        if requests is None:
            return False
        try:
            await requests.publish(self._packed(message), message.type, mandatory=True, timeout=CONFIRM_S)
        except PublishError as error:  # no queue took it; a mere refusal (`nack`) is tried again
            raise Unsendable(message.type) from error
        except BROKEN:
            return False
        return True

    async def _connected(self) -> None:
        connection = await connect(
            self._url, timeout=CONNECT_S, heartbeat=10, client_properties={"connection_name": "app.sim"}
        )
        lost = asyncio.Event()
        try:
            connection.close_callbacks.add(lambda *_: lost.set())
            await self._listen(connection, lost)
            channel = await self._channel(connection, lost, confirms=True)
            self._requests = await channel.get_exchange(Exchange.REQUESTS)
            self.connections += 1
            self._up.set()
            await lost.wait()
        finally:
            with contextlib.suppress(*BROKEN):
                async with asyncio.timeout(CONNECT_S):
                    await connection.close()

    async def _listen(self, connection: AbstractConnection, lost: asyncio.Event) -> None:
        channel = await self._channel(connection, lost, confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH)
        for name, exchange in QUEUES.items():
            queue = await channel.declare_queue(name, durable=True, arguments=QUORUM)
            await queue.bind(exchange, "#")
            await queue.consume(self._receive)

    async def _channel(
        self, connection: AbstractConnection, lost: asyncio.Event, *, confirms: bool
    ) -> AbstractChannel:
        channel = await connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
        channel.close_callbacks.add(lambda *_: lost.set())
        return channel

    async def _receive(self, raw: AbstractIncomingMessage) -> None:
        try:
            event = parse(read(dict(raw.headers), raw.body, raw.content_type, datetime.now(UTC)))
        except (Unreadable, WrongSchema) as error:
            self.unreadable.append(f"{raw.routing_key}: {error}")
        else:
            self._hear(event)
        with contextlib.suppress(*BROKEN):
            await raw.ack()

    def _packed(self, message: Message[Value]) -> AmqpMessage:
        return AmqpMessage(
            body_of(message.data),
            headers=binary_headers(message),
            content_type=JSON,
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=message.id,
            type=message.type,
            correlation_id=message.correlation_id,
            app_id="app.sim",
            user_id=self._user,
        )
