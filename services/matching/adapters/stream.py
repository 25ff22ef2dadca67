"""This process's own queue: positions from the apps, and hints from the other matchers.

Classic, short-lived and never acknowledged: what is lost there comes again. Not exclusive, because a reconnecting
client would meet its own ghost.
"""

from __future__ import annotations

import asyncio
import secrets

import structlog
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection
from aiormq.exceptions import AMQPError

from contracts.codec import Unreadable, WrongSchema, parse, read
from contracts.queues import HINTS, POSITIONS
from contracts.registry import Exchange
from services.matching.adapters.hints import Hints
from services.matching.adapters.positions import UNREADABLE, Positions
from services.runtime.clock import Clock
from services.runtime.errors import BrokerAway

FORGET_EVERY_S = 60.0
ARGUMENTS = {
    "x-queue-type": "classic",
    "x-message-ttl": 30_000,
    "x-max-length": 10_000,
    "x-overflow": "drop-head",
    "x-expires": 60_000,
}
log = structlog.get_logger()


class Stream:
    """A worker of the service."""

    def __init__(self, connection: AbstractRobustConnection, positions: Positions, hints: Hints, clock: Clock) -> None:
        self._connection = connection
        self._positions = positions
        self._hints = hints
        self._clock = clock
        self._queue = f"matching.positions.{secrets.token_hex(6)}"

    async def run(self) -> None:
        """Until cancelled. Raises `BrokerAway`."""
        try:
            channel = await self._connection.channel(publisher_confirms=False)
        except (AMQPError, OSError, RuntimeError) as error:
            raise BrokerAway("positions") from error
        try:
            await self._hints.declare(channel)
            queue = await channel.declare_queue(self._queue, durable=True, arguments=ARGUMENTS)
            await queue.bind(Exchange.REQUESTS.value, POSITIONS)
            await queue.bind(HINTS, "")
            await queue.consume(self._take, no_ack=True)
            self._positions.listening(yes=True)
            while True:
                await asyncio.sleep(FORGET_EVERY_S)
                self._positions.forget_old()
        except (AMQPError, OSError) as error:
            raise BrokerAway("positions") from error
        finally:
            self._positions.listening(yes=False)
            self._hints.stop()
            if not channel.is_closed:
                await channel.close()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        if message.exchange == HINTS:
            self._hints.heard(message.body)
            return
        try:
            envelope = read(message.headers, message.body, message.content_type, self._clock.now())
            report = parse(envelope)
        except (Unreadable, WrongSchema) as error:
            UNREADABLE.inc()
            log.info("positions.unreadable", error=type(error).__name__)
            return
        self._positions.reported(report.data)  # type: ignore[arg-type]
