"""`recipient.erased.v1`: what orders know of where that person was becomes blank; a running order still needs it until its end."""

from __future__ import annotations

import asyncio

from contracts.events.recipients import RecipientErased
from contracts.message import Message, derived_id
from services.orders.domain.blanking import blanked
from services.orders.domain.order import Order
from services.orders.ports import Erasures, Orders
from services.runtime.aggregates import Change, Entry
from services.runtime.clock import Clock
from services.runtime.outbox import Cause

LOOK_AGAIN_S = 10.0  # real seconds between two looks at orders that were still running
SOURCE = "/gancang/orders/erasure"


class RecipientErasedHandler:
    """Repeated, it finds nothing left to blank."""

    def __init__(self, orders: Orders, erasures: Erasures, clock: Clock) -> None:
        self._orders = orders
        self._erasures = erasures
        self._clock = clock

    async def __call__(self, message: Message[RecipientErased]) -> None:
        """Blank what has ended, note what has not."""
        erased = message.data
        running = [order_id for order_id in await self._erasures.orders_of(erased) if not await self._blank(order_id, erased)]
        if running:
            await self._erasures.wait_for(erased, running)

    async def look_again(self) -> None:
        """Until cancelled: blank the orders that have ended meanwhile."""
        while True:
            for erased, waiting in await self._erasures.outstanding():
                for order_id in waiting:
                    if await self._blank(order_id, erased):
                        await self._erasures.done(erased, order_id)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _blank(self, order_id: str, erased: RecipientErased) -> bool:
        """Whether nothing of him is left in the order; not while it runs."""
        stored = await self._orders.get(order_id)
        if stored is None:
            return True
        if not stored.state.ended:
            return False

        def decide(known: Order | None) -> Change[Order] | None:
            left = None if known is None or not known.ended else blanked(known, erased.role, erased.recipient_id)
            return None if left is None or left == known else Change(left, entry=Entry(left.status.value, "system", "recipient_erased"))

        now = self._clock.now()
        cause = Cause(SOURCE, derived_id("erasure", order_id, erased.role, erased.recipient_id), now, remembered=False)
        await self._orders.change(order_id, cause, decide)
        await self._erasures.forget_marks(order_id)
        return True
