"""The one place that knows FastStream's traps.

It connects, keeps the channels and subscribes. Every subscriber acknowledges by hand (the default rejects on error, and
the message is gone), answers no `reply_to` (it would send a handler's return value to whoever asks), and hands the raw
message to our consumer: our codec reads it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, cast

import aio_pika
import structlog
from aio_pika import RobustChannel
from aio_pika.abc import AbstractRobustConnection
from aiormq import Channel as UnderlayChannel
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import (
    AuthenticationError,
    ChannelPreconditionFailed,
    ConnectionNotAllowed,
    ProbableAuthenticationError,
)
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from services.runtime.errors import BrokerAway, NotConfigured
from services.runtime.messaging.consumer import Consumer
from services.runtime.messaging.declaring import declare
from services.runtime.messaging.incoming import Incoming, Straight
from services.runtime.messaging.publishing import LOST
from services.runtime.messaging.tolerance import tolerate
from services.runtime.route import Route

CONNECT_S = 5
RECONNECT_S = 0.5
CLOSE_S = 5
RESUME_S = 30
NOWHERE = "gancang.nowhere"  # no queue: confirmed and dropped
PATIENCE = 4  # failed probes of a connection that says it is there, before it is cut
log = structlog.get_logger()

OnLost = Callable[[str], None]


async def _never(_: object) -> None:
    """FastStream subscribes only what has a handler; ours takes the message before it comes to that."""


def _hand_over(
    consume: Callable[[Incoming], Coroutine[Any, Any, None]], message: DeliveredMessage
) -> Coroutine[Any, Any, None]:
    return consume(Straight(message))


class Broker:
    """One connection: a channel that consumes, a channel that publishes with confirms."""

    def __init__(self, url: str, prefetch: int, name: str) -> None:
        tolerate()
        self._url = url
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
        self._name = name
        self._subscribers: list[Any] = []
        self._channels: Any = self._faststream.config.channel_manager
        self._connection: AbstractRobustConnection | None = None
        self._declared = asyncio.Event()
        self._failed_probes = 0
        self._halted = False
        self._on_lost: OnLost | None = None

    async def connect(self) -> AbstractRobustConnection:
        """Connect, and after that reconnect by itself. Raises `BrokerAway`, `NotConfigured` for a login that is refused."""
        try:
            connection = await self._faststream.connect()
        except (ProbableAuthenticationError, AuthenticationError, ConnectionNotAllowed) as error:
            raise NotConfigured(
                "GANCANG_AMQP_URL", "names a login or virtual host that the broker refuses"
            ) from error
        except (OSError, TimeoutError) as error:
            raise BrokerAway("connect") from error
        self._connection = cast("AbstractRobustConnection", connection)
        return self._connection

    async def declare(self) -> None:
        """Put the topology there, on a connection of its own: the robust one would declare it all again at each reconnect.

        Raises `BrokerAway`, `NotConfigured` when something exists with other arguments.
        """
        try:
            connection = await aio_pika.connect(
                self._url, timeout=CONNECT_S, client_properties={"connection_name": f"{self._name}.topology"}
            )
            async with connection:
                await declare(connection)
        except ChannelPreconditionFailed as error:
            raise NotConfigured(
                "the broker's topology", f"differs from ours, see topology check ({error})"
            ) from error
        except LOST as error:
            raise BrokerAway("declare") from error
        self._declared.set()

    def watch(self, on_lost: OnLost) -> None:
        """Tell `on_lost` when the connection or the consuming channel is gone without our doing."""
        self._on_lost = on_lost
        if self._connection is not None:
            self._connection.close_callbacks.add(self._on_connection_closed)

    def subscribe(self, route: Route, consumer: Consumer) -> None:
        """Prepare the consumer of a queue that the topology has declared."""
        subscriber = self._faststream.subscriber(
            RabbitQueue(route.queue, declare=False),
            channel=self._consuming,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )

        subscriber(_never)
        # FastStream's own way to a handler (two exit stacks, a log scope, a parsed copy) is an eighth of a message's cost.
        subscriber.consume = consumer.consume  # type: ignore[assignment, method-assign]
        self._subscribers.append(subscriber)

    @property
    def is_connected(self) -> bool:
        """Whether the connection is up at this moment."""
        return self._connection is not None and self._connection.connected.is_set()

    async def start_consuming(self) -> None:
        """Start every subscriber. Raises `BrokerAway`."""
        try:
            await self._faststream.start()
            await self._watch_consumers()
        except LOST as error:
            raise BrokerAway("start") from error

    async def stop_delivery(self) -> None:
        """Cancel every consumer; what was delivered is still worked on.

        Through the queue objects: FastStream's own `stop()` first waits for handlers, and meanwhile drops deliveries.
        """
        self._halted = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(
                CLOSE_S
            ):  # a robust channel waits for its connection, and that may never come back
                await asyncio.gather(*(self._cancel(subscriber) for subscriber in self._subscribers))

    async def halt(self) -> None:
        """Close the consuming channel: the broker takes every unacknowledged message back at once."""
        self._halted = True
        with contextlib.suppress(*LOST):
            async with asyncio.timeout(CLOSE_S):
                channel = await self._consuming_channel()
                await channel.close()

    async def resume(self) -> None:
        """Declare what a wiped broker has lost, and open the consuming channel again, with its consumers. Raises `BrokerAway`."""
        try:
            async with asyncio.timeout(RESUME_S):
                await self.declare()
                channel = await self._consuming_channel()
                await channel.close()  # the robust connection may have brought it back meanwhile
                await channel.reopen()
                await self._watch_consumers()
        except LOST as error:
            raise BrokerAway("resume") from error
        if (
            channel.is_closed or not self._declared.is_set()
        ):  # lost once more meanwhile: nothing would go out any more
            raise BrokerAway("resume")
        self._halted = False

    async def probe(self) -> None:
        """Raises `BrokerAway` until a publish is confirmed; a connection that says it is there but is of no use is cut."""
        try:
            async with asyncio.timeout(CLOSE_S):
                channel = await self._publishing_channel()
                await channel.basic_publish(b"", exchange="", routing_key=NOWHERE, wait=False)
        except LOST as error:
            await self._lose_patience()
            raise BrokerAway("probe") from error
        self._failed_probes = 0

    async def publishing(self) -> UnderlayChannel:
        """The channel below aio-pika's, which allows many confirms in flight.

        After each loss only when the topology stands again: what no queue is bound for is confirmed all the same.
        """
        await self._declared.wait()
        return await self._publishing_channel()

    async def close(self) -> None:
        """Close everything; what does not close in time ends with the process."""
        self._halted = True
        with contextlib.suppress(*LOST):
            async with asyncio.timeout(CLOSE_S):
                await self._faststream.stop()

    async def _cancel(self, subscriber: Any) -> None:
        queue, tag = subscriber._queue_obj, subscriber._consumer_tag  # noqa: SLF001
        if queue is not None and tag is not None:
            with contextlib.suppress(*LOST):
                await queue.cancel(tag, timeout=CLOSE_S)

    async def _consuming_channel(self) -> RobustChannel:
        return cast("RobustChannel", await self._channels.get_channel(self._consuming))

    async def _publishing_channel(self) -> UnderlayChannel:
        channel = await self._channels.get_channel(self._publishing)
        return cast("UnderlayChannel", await channel.get_underlay_channel())

    async def _watch_consumers(self) -> None:
        channel = await self._consuming_channel()
        channel.close_callbacks.add(self._on_channel_closed)
        underlay = cast("UnderlayChannel", await channel.get_underlay_channel())
        underlay.on_consumer_cancel_callbacks.add(self._on_cancelled)
        for subscriber in self._subscribers:  # what came in before takes the longer way, by aio-pika
            underlay.consumers[subscriber._consumer_tag] = partial(_hand_over, subscriber.consume)  # noqa: SLF001

    def _on_connection_closed(self, *_: Any) -> None:
        self._declared.clear()
        self._lost("connection")

    def _on_channel_closed(self, *_: Any) -> None:
        self._lost("channel")

    def _on_cancelled(self, *_: Any) -> None:
        self._lost("consumer")

    def _lost(self, what: str) -> None:
        if self._on_lost is not None and not self._halted:
            self._on_lost(what)

    async def _lose_patience(self) -> None:
        transport = self._connection.transport if self._connection is not None else None
        if transport is None or not self.is_connected:
            return
        self._failed_probes += 1
        if self._failed_probes >= PATIENCE:
            self._failed_probes = 0
            log.warning("broker.connection_cut")
            with contextlib.suppress(*LOST):
                async with asyncio.timeout(CLOSE_S):
                    await transport.connection.close()
