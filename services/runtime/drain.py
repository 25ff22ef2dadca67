"""Re-parks what the broker set aside by itself: dead letters of a crash loop, and messages that no queue wanted."""

from __future__ import annotations

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection

from contracts.queues import DEAD, QUEUES, UNROUTED, UNROUTED_INTAKE, QueueKind
from services.runtime.consumer import Pause
from services.runtime.delivery import Delivery
from services.runtime.errors import Away
from services.runtime.parking import Parking

PREFETCH = 20


class Drain:
    """Any process of any service may do it: consumers of one queue compete."""

    def __init__(self, parking: Parking, our_users: frozenset[str], pause: Pause) -> None:
        self._parking = parking
        self._our_users = our_users
        self._pause = pause

    async def start(self, connection: AbstractRobustConnection) -> None:
        """Consume both queues on a channel of their own."""
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH)
        for name, handle in ((DEAD, self._dead), (UNROUTED_INTAKE, self._unrouted)):
            queue = await channel.declare_queue(name, passive=True)
            await queue.consume(handle)

    async def _dead(self, message: AbstractIncomingMessage) -> None:
        origin = str(message.headers.get("x-first-death-queue") or "")
        if origin in QUEUES and QUEUES[origin].kind is QueueKind.WORK:
            await self._move(message, origin, QUEUES[origin].parked, "delivery_limit")
        else:
            await self._move(message, DEAD, UNROUTED, "delivery_limit")

    async def _unrouted(self, message: AbstractIncomingMessage) -> None:
        await self._move(message, UNROUTED_INTAKE, UNROUTED, "unrouted")

    async def _move(self, message: AbstractIncomingMessage, queue: str, target: str, reason: str) -> None:
        try:
            await self._parking.move(Delivery.of(queue, message, self._our_users), target, reason)
        except Away as error:
            self._pause(error.what)
            await message.nack(requeue=True)
        else:
            await message.ack()
