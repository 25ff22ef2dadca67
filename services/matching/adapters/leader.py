"""Elect the leader: the process that holds a token of the single-active-consumer queue unacknowledged.

Every process publishes a token when it starts and every few minutes after, so there always is one. A process
that holds two acknowledges the older one. That also renews the hold before the broker's consumer timeout of
half an hour.
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
    """A worker of the service.

    Leadership ends with the channel that delivered the token. One process leads per `queue`.

    `lead` runs while this process leads; `leads` is called when its leadership begins and ends.
    """

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
        self._leadership: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Stand for election until cancelled. Raises `BrokerAway`."""
        try:
            channel = await self._connection.channel(publisher_confirms=True)
        except (AMQPError, OSError, RuntimeError) as error:
            raise BrokerAway("leader") from error
        try:
            await channel.set_qos(prefetch_count=PREFETCH)
            queue = await channel.get_queue(self._queue)
            await queue.consume(self._token_received)
            while True:
                await self._publish_token(channel)
                await asyncio.sleep(RENEW_S)
        except (AMQPError, OSError, TimeoutError) as error:
            raise BrokerAway("leader") from error
        finally:
            await self._end_leadership()
            self._held = None
            if not channel.is_closed:
                await channel.close()

    async def _publish_token(self, channel: AbstractChannel) -> None:
        token = Message(b"", delivery_mode=DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(token, self._queue, timeout=PUBLISH_S)

    async def _token_received(self, token: AbstractIncomingMessage) -> None:
        channel = token.channel  # read once: a message of a closed channel raises instead of naming it
        older, self._held = self._held, (channel, token)
        if older is not None and older[0] is channel:
            await older[1].ack()
            return
        await self._end_leadership()
        self._leadership = asyncio.create_task(self._lead_on(channel), name="leader")

    async def _lead_on(self, channel: UnderlayChannel) -> None:
        """Lead until the channel closes."""
        closed = asyncio.ensure_future(channel.closing)
        leading = asyncio.create_task(self._keep_leading(), name="rounds")
        log.info("leader.began")
        self._leads(True)
        try:
            await asyncio.wait({closed, leading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leads(False)
            log.info("leader.ended")
            await cancel_and_wait(closed, leading)

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

    async def _end_leadership(self) -> None:
        if self._leadership is not None:
            await cancel_and_wait(self._leadership)
            self._leadership = None
