"""Publishing with confirms in batches: all publishes of one turn of the event loop share one write.

Each write costs a system call; aio-pika's `publish` makes one for each message, and builds each frame again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiormq import Channel
from aiormq.abc import ChannelFrame
from aiormq.exceptions import AMQPError
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.frame import marshal
from pamqp.header import ContentHeader

from services.runtime.errors import BrokerAway

CONFIRM_S = 10.0
LARGEST_FRAME = 100_000  # bytes, below the usual frame_max of 128 KiB; a longer body goes in several frames
# What aiormq and aio-pika raise when the broker cannot be reached.
CONNECTION_ERRORS = (AMQPError, OSError, TimeoutError, RuntimeError)

GetChannel = Callable[[], Awaitable[Channel]]


@dataclass(slots=True)
class Publish:
    """One message to publish; `confirmed` gets the broker's confirm or an error."""

    exchange: str
    routing_key: str
    body: bytes
    properties: Basic.Properties
    confirmed: asyncio.Future[Any]


class Publisher:
    """Publishes on one channel; there is one per process."""

    def __init__(self, get_channel: GetChannel) -> None:
        self._get_channel = get_channel
        self._waiting: list[Publish] = []
        self._sender: asyncio.Task[None] | None = None
        self._watched: Channel | None = None
        self._methods: dict[tuple[int, str, str], bytes] = {}

    async def publish(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        """Publish and wait for the confirm.

        Raises `BrokerAway`, and pamqp's error for what no frame can hold.
        """
        confirmed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(Publish(exchange, routing_key, body, properties, confirmed))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send(), name="publishes")
        try:
            await confirmed
        except AMQPError as error:  # basic.nack
            raise BrokerAway(f"publish {routing_key}") from error

    async def publish_mandatory(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        """Publish by itself, as mandatory, and wait for the confirm.

        Raises `BrokerAway`, also when no queue takes it.
        """
        try:
            async with asyncio.timeout(CONFIRM_S):
                channel = await self._get_channel()
                await channel.basic_publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=properties,
                    mandatory=True,
                    wait=False,
                )
        except CONNECTION_ERRORS as error:
            raise BrokerAway(f"publish {routing_key}") from error

    async def _send(self) -> None:
        """Send until nothing waits. What arrives while the socket is full goes out with the next write."""
        while self._waiting:
            batch: list[Publish] = []
            try:
                async with asyncio.timeout(CONFIRM_S):
                    channel = await self._get_channel()
                    self._watch(channel)
                    async with channel.lock:  # aiormq's own: mandatory publishes use the same counter of tags
                        batch, self._waiting = self._waiting, []
                        await self._write(channel, batch)
            except Exception as error:  # noqa: BLE001  every waiter gets the error
                if not batch:
                    batch, self._waiting = self._waiting, []
                _fail(batch, type(error).__name__)
            else:
                asyncio.get_running_loop().call_later(CONFIRM_S, _fail, batch, "no confirm")

    async def _write(self, channel: Channel, batch: list[Publish]) -> None:
        last = channel.delivery_tag
        frames = self._frames(channel, batch)
        try:
            await channel.write_queue.put(ChannelFrame(frames, should_close=False))
        except BaseException:
            # The broker has not seen these and counts on from the last one that it saw.
            while channel.delivery_tag > last:
                del channel.confirmations[channel.delivery_tag]
                channel.delivery_tag -= 1
            raise

    def _frames(self, channel: Channel, batch: list[Publish]) -> bytes:
        frames: list[bytes] = []
        for publish in batch:
            if publish.confirmed.done():  # given up before it was sent
                continue
            try:
                message = self._message(channel.number, publish)
            except Exception as error:  # noqa: BLE001  the error concerns only this sender
                publish.confirmed.set_exception(error)
                continue
            channel.delivery_tag += 1
            channel.confirmations[channel.delivery_tag] = publish.confirmed
            frames += message
        return b"".join(frames)

    def _message(self, number: int, publish: Publish) -> list[bytes]:
        key = (number, publish.exchange, publish.routing_key)
        method = self._methods.get(key)
        if method is None:
            method = self._methods[key] = marshal(
                Basic.Publish(exchange=publish.exchange, routing_key=publish.routing_key), number
            )
        header = marshal(ContentHeader(properties=publish.properties, body_size=len(publish.body)), number)
        body = publish.body
        parts = [body[at : at + LARGEST_FRAME] for at in range(0, len(body), LARGEST_FRAME)]
        return [method, header, *(marshal(ContentBody(part), number) for part in parts)]

    def _watch(self, channel: Channel) -> None:
        """Fail all waiters when the channel closes: their confirms will not come."""
        if channel is not self._watched:
            self._watched = channel
            channel.closing.add_done_callback(lambda _: _fail_all(channel))


def _fail(batch: list[Publish], why: str) -> None:
    for publish in batch:
        if not publish.confirmed.done():
            publish.confirmed.set_exception(BrokerAway(why))


def _fail_all(channel: Channel) -> None:
    for confirmed in list(channel.confirmations.values()):
        if isinstance(confirmed, asyncio.Future) and not confirmed.done():
            confirmed.set_exception(BrokerAway("channel closed"))
