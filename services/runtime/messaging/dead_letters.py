"""Parks what the broker set aside by itself: dead letters, and messages without a queue."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection

from contracts.queues import DEAD, QUEUES, UNROUTED, UNROUTED_INTAKE, QueueKind
from services.runtime.errors import Away
from services.runtime.messaging.consumer import GIVE_BACK_DELAY_S
from services.runtime.messaging.delivery import Delivery
from services.runtime.messaging.gate import Gate
from services.runtime.messaging.parking import Parking

PREFETCH = 20
DELIVERY_LIMIT = "delivery_limit"
log = structlog.get_logger()


class DeadLetters:
    """The consumer of both queues. Every process of every service runs one; they compete for the messages."""

    def __init__(self, parking: Parking, our_users: frozenset[str], gate: Gate) -> None:
        self._parking = parking
        self._our_users = our_users
        self._gate = gate

    async def start(self, connection: AbstractRobustConnection) -> None:
        """Consume both queues on a separate channel."""
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH)
        for name, handle in ((DEAD, self._dead), (UNROUTED_INTAKE, self._unrouted)):
            queue = await channel.declare_queue(name, passive=True)
            await queue.consume(handle)

    async def _dead(self, message: AbstractIncomingMessage) -> None:
        origin = died_in(message.headers)
        if origin in QUEUES and QUEUES[origin].kind is QueueKind.WORK:
            await self._move(message, origin, QUEUES[origin].parked, DELIVERY_LIMIT)
        else:
            await self._move(message, DEAD, UNROUTED, DELIVERY_LIMIT)

    async def _unrouted(self, message: AbstractIncomingMessage) -> None:
        await self._move(message, UNROUTED_INTAKE, UNROUTED, "unrouted")

    async def _move(self, message: AbstractIncomingMessage, queue: str, target: str, reason: str) -> None:
        try:
            await self._gate.wait_until_open()
            await self._parking.move(Delivery.of(queue, message, self._our_users), target, reason)
            await message.ack()
        except Away as error:
            self._gate.close(error.what)
            await self._give_back(message)
        except Exception as error:  # noqa: BLE001  an unsettled message would occupy the prefetch for ever
            # Only the class: the text of the error may contain values of the message.
            log.error("dead_letters.unsettled", queue=queue, error=type(error).__name__)  # noqa: TRY400
            await self._give_back(message)

    async def _give_back(self, message: AbstractIncomingMessage) -> None:
        """Requeue, but not before the servers are back: the broker would redeliver it at once."""
        await self._gate.wait_until_open()
        await asyncio.sleep(GIVE_BACK_DELAY_S)
        try:
            await message.nack(requeue=True)
        except Exception as error:  # noqa: BLE001  the channel is gone: the broker has requeued the message itself
            log.info("dead_letters.channel_closed", error=type(error).__name__)


def died_in(headers: dict[str, Any]) -> str:
    """The queue where the delivery limit was reached, or an empty name.

    The first entry of `x-death` may be a stay on the retry ladder.
    """
    deaths = headers.get("x-death")
    for death in deaths if isinstance(deaths, list) else ():
        if isinstance(death, dict) and death.get("reason") == DELIVERY_LIMIT:
            return str(death.get("queue") or "")
    return str(headers.get("x-first-death-queue") or "")
