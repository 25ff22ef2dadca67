"""The connection to RabbitMQ, and everything that the project uses of FastStream.

FastStream connects, reconnects, keeps the channels and registers a consumer for each queue. It does not
decode, acknowledge or publish: aiormq hands each message to our `Consumer`. Used as documented (router,
decoder, middleware) it costs about 1.28 x the CPU (`gancang bench price`) and drops what arrives while a
subscriber starts or stops (ADR 7). Two of its defaults are changed, because they lose or leak: it rejects on
error, and replies to any `reply_to`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from aio_pika import RobustChannel
from aio_pika.abc import AbstractRobustConnection
from aiormq import Channel as UnderlayChannel
from aiormq.exceptions import AuthenticationError, ConnectionNotAllowed, ProbableAuthenticationError
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from services.runtime.errors import BrokerAway, NotConfigured
from services.runtime.messaging.consumer import Consumer
from services.runtime.messaging.declaring import CONNECT_S, declare_apart
from services.runtime.messaging.incoming import consume_raw
from services.runtime.messaging.lenient_decoding import decode_leniently
from services.runtime.messaging.probe import CLOSE_S, Probe
from services.runtime.messaging.publishing import CONNECTION_ERRORS
from services.runtime.route import Route

RECONNECT_S = 0.5
RESUME_S = 30
URL = "GANCANG_AMQP_URL"


class Broker:
    """One connection with two channels: one consumes, the other publishes with confirms."""

    def __init__(self, url: str, prefetch: int, name: str) -> None:
        decode_leniently()
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
        self._probe = Probe()
        self._halted = False
        self._on_lost: Callable[[str], None] | None = None

    async def connect(self) -> AbstractRobustConnection:
        """Connect and stay connected. Raises `BrokerAway`, and `NotConfigured` for a refused login."""
        try:
            connection = await self._faststream.connect()
        except (ProbableAuthenticationError, AuthenticationError, ConnectionNotAllowed) as error:
            raise NotConfigured(URL, "names a login or virtual host that the broker refuses") from error
        except (OSError, TimeoutError) as error:
            raise BrokerAway("connect") from error
        self._connection = cast("AbstractRobustConnection", connection)
        return self._connection

    async def declare(self) -> None:
        """Declare the topology. Raises `BrokerAway`, and `NotConfigured` when the broker's differs."""
        await declare_apart(self._url, f"{self._name}.topology")
        self._declared.set()

    def watch(self, on_lost: Callable[[str], None]) -> None:
        """Call `on_lost` when the connection, the consuming channel or a consumer closes unexpectedly."""
        self._on_lost = on_lost
        if self._connection is not None:
            self._connection.close_callbacks.add(self._on_connection_closed)

    def subscribe(self, route: Route, consumer: Consumer) -> None:
        """Register the consumer of a declared queue; `start_consuming` starts it."""
        subscriber = self._faststream.subscriber(
            RabbitQueue(route.queue, declare=False),
            channel=self._consuming,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )
        subscriber(consumer.consume)  # FastStream starts only subscribers with a handler
        subscriber.consume = consumer.consume  # type: ignore[assignment, method-assign]  # the short cut
        self._subscribers.append(subscriber)

    @property
    def is_connected(self) -> bool:
        """Whether the connection is up at this moment."""
        return self._connection is not None and self._connection.connected.is_set()

    async def start_consuming(self) -> None:
        """Start every consumer. Raises `BrokerAway`."""
        try:
            await self._faststream.start()
            await self._watch_consumers()
        except CONNECTION_ERRORS as error:
            raise BrokerAway("start") from error

    async def stop_delivery(self) -> None:
        """Cancel every consumer; messages delivered before are still handled.

        By the queue objects: FastStream's `stop()` waits for handlers first, and drops deliveries meanwhile.
        """
        self._halted = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):  # a robust channel waits for its connection, maybe for ever
                await asyncio.gather(*(self._cancel(subscriber) for subscriber in self._subscribers))

    async def halt(self) -> None:
        """Close the consuming channel: the broker requeues every unacknowledged message at once."""
        self._halted = True
        with contextlib.suppress(*CONNECTION_ERRORS):
            async with asyncio.timeout(CLOSE_S):
                channel = await self._consuming_channel()
                await channel.close()

    async def resume(self) -> None:
        """Declare again, reopen the consuming channel and start its consumers. Raises `BrokerAway`."""
        try:
            async with asyncio.timeout(RESUME_S):
                await self.declare()
                channel = await self._consuming_channel()
                await channel.close()  # the robust connection may have reopened it meanwhile
                await channel.reopen()
                await self._watch_consumers()
        except CONNECTION_ERRORS as error:
            raise BrokerAway("resume") from error
        if channel.is_closed or not self._declared.is_set():  # lost again meanwhile
            raise BrokerAway("resume")
        self._halted = False

    async def probe(self) -> None:
        """Publish to no queue and wait for the confirm. Raises `BrokerAway`."""
        await self._probe.run(self._publishing_channel, self._connection)

    async def publishing(self) -> UnderlayChannel:
        """The publishing channel of aiormq, which allows many confirms in flight.

        Waits for the topology, again after each loss: the broker confirms events that no queue is bound for.
        """
        await self._declared.wait()
        return await self._publishing_channel()

    async def close(self) -> None:
        """Close everything within `CLOSE_S`; the end of the process closes the rest."""
        self._halted = True
        with contextlib.suppress(*CONNECTION_ERRORS):
            async with asyncio.timeout(CLOSE_S):
                await self._faststream.stop()

    async def _cancel(self, subscriber: Any) -> None:
        queue, tag = subscriber._queue_obj, subscriber._consumer_tag  # noqa: SLF001  FastStream tells neither
        if queue is not None and tag is not None:
            with contextlib.suppress(*CONNECTION_ERRORS):
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
        # The rest of the short cut; what came in before goes through aio-pika to the same consumer.
        for subscriber in self._subscribers:
            underlay.consumers[subscriber._consumer_tag] = partial(consume_raw, subscriber.consume)  # noqa: SLF001

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
