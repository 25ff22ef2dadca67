"""Who leads: the process that holds a token of the single-active-consumer queue unacknowledged.

Every process puts a token in when it starts and every few minutes after, so that there always is one; who holds two
acknowledges the older. That also renews the hold before the broker's consumer timeout of half an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection
from aiormq.abc import AbstractChannel as UnderlayChannel
from aiormq.exceptions import AMQPError

from contracts.queues import LEADER
from services.runtime.errors import Away, BrokerAway
from services.runtime.messaging.gate import Gate
from services.runtime.tasks import cancel_and_wait

RENEW_S = 300.0
RETRY_S = 1.0
PREFETCH = 2
PUBLISH_S = 5.0
log = structlog.get_logger()


class Leader:
    """A worker of the service. Leadership ends with the channel that delivered the token. One leads per `queue`."""

    def __init__(
        self,
        connection: AbstractRobustConnection,
        gate: Gate,
        lead: Callable[[], Awaitable[None]],
        leads: Callable[[bool], None],
        queue: str = LEADER,
    ) -> None:
        self._connection = connection
        self._gate = gate
        self._lead = lead
        self._leads = leads
        self._queue = queue
        self._held: tuple[UnderlayChannel, AbstractIncomingMessage] | None = None
        self._reign: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until cancelled. Raises `BrokerAway`."""
        try:
            channel = await self._connection.channel(publisher_confirms=True)
        except (AMQPError, OSError, RuntimeError) as error:
            raise BrokerAway("leader") from error
        try:
            await channel.set_qos(prefetch_count=PREFETCH)
            queue = await channel.get_queue(self._queue)
            await queue.consume(self._crowned)
            while True:
                await self._put_token_in(channel)
                await asyncio.sleep(RENEW_S)
        except (AMQPError, OSError, TimeoutError) as error:
            raise BrokerAway("leader") from error
        finally:
            await self._end_reign()
            self._held = None
            if not channel.is_closed:
                await channel.close()

    async def _put_token_in(self, channel: AbstractChannel) -> None:
        token = Message(b"", delivery_mode=DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(token, self._queue, timeout=PUBLISH_S)

    async def _crowned(self, token: AbstractIncomingMessage) -> None:
        channel = token.channel  # asked for once: a message of a closed channel raises instead of naming it
        older, self._held = self._held, (channel, token)
        if older is not None and older[0] is channel:
            await older[1].ack()
            return
        await self._end_reign()
        self._reign = asyncio.create_task(self._rule(channel), name="leader")

    async def _rule(self, channel: UnderlayChannel) -> None:
        gone = asyncio.ensure_future(channel.closing)
        ruling = asyncio.create_task(self._keep_leading(), name="rounds")
        log.info("leader.began")
        self._leads(True)
        try:
            await asyncio.wait({gone, ruling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leads(False)
            log.info("leader.ended")
            await cancel_and_wait(gone, ruling)

    async def _keep_leading(self) -> None:
        while True:
            await self._gate.wait_until_open()
            try:
                await self._lead()
            except Away as error:
                self._gate.close(error.what)
            except Exception:
                log.exception("leader.failed")
                await asyncio.sleep(RETRY_S)

    async def _end_reign(self) -> None:
        if self._reign is not None:
            await cancel_and_wait(self._reign)
            self._reign = None
