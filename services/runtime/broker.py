"""The one place that knows FastStream's traps.

Every subscriber acknowledges by hand (the default rejects on error, and the message is gone), answers no `reply_to`
(it would send a handler's return value to whoever asks), resolves no parameters in a thread pool, and takes the body
undecoded: our codec reads it.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import structlog
from aio_pika import RobustChannel
from aio_pika.abc import AbstractRobustConnection
from aiormq import Channel as UnderlayChannel
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.message import RabbitMessage

from services.runtime.consumer import Consumer, Route
from services.runtime.errors import BrokerAway

CONNECT_S = 5
RECONNECT_S = 0.5
CLOSE_S = 5
log = structlog.get_logger()


async def undecoded(message: StreamMessage[Any]) -> StreamMessage[Any]:
    """FastStream's decoder step: hand the message over as it is."""
    return message


class Broker:
    """One connection: a channel that consumes, a channel that publishes with confirms."""

    def __init__(self, url: str, prefetch: int, name: str) -> None:
        self._consuming = Channel(prefetch_count=prefetch, publisher_confirms=False)
        self._publishing = Channel(publisher_confirms=True, on_return_raises=True)
        self._faststream = RabbitBroker(
            url,
            timeout=CONNECT_S,
            reconnect_interval=RECONNECT_S,
            client_properties={"connection_name": name},  # type: ignore[arg-type]
            default_channel=self._publishing,
            apply_types=False,
            logger=None,
        )
        self._subscribers: list[Any] = []
        self._channels: Any = self._faststream.config.channel_manager

    async def connect(self) -> AbstractRobustConnection:
        """Connect, and after that reconnect by itself. Raises `BrokerAway`."""
        try:
            connection = await self._faststream.connect()
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError):
                raise
            raise BrokerAway("connect") from error
        return cast("AbstractRobustConnection", connection)

    def subscribe(self, route: Route, consumer: Consumer) -> None:
        """Prepare the consumer of a queue that the topology has declared."""
        subscriber = self._faststream.subscriber(
            RabbitQueue(route.queue, declare=False),
            channel=self._consuming,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )

        async def handle(message: RabbitMessage) -> None:
            await consumer.consume(message.raw_message)

        subscriber(handle, decoder=undecoded)
        self._subscribers.append(subscriber)

    async def start_consuming(self) -> None:
        """Start every subscriber."""
        await self._faststream.start()

    async def stop_delivery(self) -> None:
        """Cancel every consumer; what was delivered is still worked on.

        Through the queue objects: FastStream's own `stop()` first waits for handlers, and meanwhile drops deliveries.
        """
        for subscriber in self._subscribers:
            queue, tag = subscriber._queue_obj, subscriber._consumer_tag  # noqa: SLF001
            if queue is not None and tag is not None:
                await queue.cancel(tag, timeout=CLOSE_S)

    async def halt(self) -> None:
        """Close the consuming channel: the broker takes every unacknowledged message back at once."""
        channel = await self._consuming_channel()
        if not channel.is_closed:
            async with asyncio.timeout(CLOSE_S):
                await channel.close()

    async def resume(self) -> None:
        """Open the consuming channel again, with its consumers. Raises `BrokerAway`."""
        try:
            async with asyncio.timeout(CLOSE_S):
                channel = await self._consuming_channel()
                await channel.reopen()
        except (OSError, TimeoutError, RuntimeError) as error:
            raise BrokerAway("resume") from error

    async def probe(self) -> None:
        """Raises `BrokerAway` until the publishing channel is usable."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.publishing()
        except (OSError, TimeoutError, RuntimeError) as error:
            raise BrokerAway("probe") from error

    async def publishing(self) -> UnderlayChannel:
        """The channel below aio-pika's, which allows many confirms in flight."""
        channel = await self._channels.get_channel(self._publishing)
        return cast("UnderlayChannel", await channel.get_underlay_channel())

    async def close(self) -> None:
        """Close everything."""
        await self._faststream.stop()

    async def _consuming_channel(self) -> RobustChannel:
        return cast("RobustChannel", await self._channels.get_channel(self._consuming))
