"""The probe of the broker: a confirmed publish, and a cut when a connection stays up but is of no use."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from aio_pika.abc import AbstractRobustConnection

from services.runtime.errors import BrokerAway
from services.runtime.messaging.publishing import CONNECTION_ERRORS, GetChannel

CLOSE_S = 5
NO_QUEUE = "gancang.nowhere"  # a routing key without a queue: the broker confirms and drops the message
MAX_FAILURES = 4  # failed probes of a connection that counts as up; then it is cut, and aio-pika reconnects
log = structlog.get_logger()


class Probe:
    """Tests the publishing channel, and counts how often that failed although the connection was up."""

    def __init__(self) -> None:
        self._failures = 0

    async def run(self, get_channel: GetChannel, connection: AbstractRobustConnection | None) -> None:
        """Publish to no queue and wait for the confirm. Raises `BrokerAway`."""
        try:
            async with asyncio.timeout(CLOSE_S):
                channel = await get_channel()
                await channel.basic_publish(b"", exchange="", routing_key=NO_QUEUE, wait=False)
        except CONNECTION_ERRORS as error:
            await self._count_failure(connection)
            raise BrokerAway("probe") from error
        self._failures = 0

    async def _count_failure(self, connection: AbstractRobustConnection | None) -> None:
        if connection is None or connection.transport is None or not connection.connected.is_set():
            return
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            self._failures = 0
            log.warning("broker.connection_cut")
            with contextlib.suppress(*CONNECTION_ERRORS):
                async with asyncio.timeout(CLOSE_S):
                    await connection.transport.connection.close()
