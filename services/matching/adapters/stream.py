"""This process's own queue: positions from the apps, and hints from the other matching processes.

The queue is classic, short-lived and never acknowledged: what is lost comes again. It is not exclusive,
because a client that reconnects would collide with its own old connection.
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
from contracts.requests.drivers import DriverPositionsReported
from contracts.values import Role
from services.matching.adapters.hints import BrokerHints
from services.matching.adapters.positions import FOREIGN, UNREADABLE, Positions
from services.runtime.clock import Clock
from services.runtime.errors import BrokerAway
from services.runtime.messaging.speakers import Speakers

FORGET_EVERY_S = 60.0
ARGUMENTS = {
    "x-queue-type": "classic",
    "x-message-ttl": 30_000,
    "x-max-length": 10_000,
    "x-overflow": "drop-head",
    "x-expires": 60_000,
}
log = structlog.get_logger()


class PositionStream:
    """A worker of the service. `speakers` None: every login may report every driver."""

    def __init__(
        self,
        connection: AbstractRobustConnection,
        positions: Positions,
        hints: BrokerHints,
        clock: Clock,
        speakers: Speakers | None,
    ) -> None:
        self._connection = connection
        self._positions = positions
        self._hints = hints
        self._clock = clock
        self._speakers = speakers
        self._queue = f"matching.positions.{secrets.token_hex(6)}"

    async def run(self) -> None:
        """Consume until cancelled. Raises `BrokerAway`."""
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
            self._hints.received(message.body)
            return
        try:
            envelope = read(message.headers, message.body, message.content_type, self._clock.now())
            report: DriverPositionsReported = parse(envelope).data  # type: ignore[assignment]
        except (Unreadable, WrongSchema) as error:
            UNREADABLE.inc()
            log.info("positions.unreadable", error=type(error).__name__)
            return
        self._positions.reported(self._permitted(message.user_id, report))

    def _permitted(self, login: str | None, report: DriverPositionsReported) -> DriverPositionsReported:
        """The positions of drivers in whose name the login may speak."""
        speakers = self._speakers
        if speakers is None:
            return report
        own = [each for each in report.positions if speakers.may(login, Role.DRIVER, each.driver_id)]
        FOREIGN.inc(len(report.positions) - len(own))
        return report.model_copy(update={"positions": own})
