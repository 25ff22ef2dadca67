"""`recipient.erased.v1`: what orders know of that person becomes blank; a running order still needs it until its end."""

from __future__ import annotations

import asyncio

from contracts.events.recipients import RecipientErased
from contracts.message import Message
from contracts.values import Role
from services.orders.domain.blanking import blanked
from services.orders.domain.emergency import Emergency
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.kitchen import merchant
from services.orders.domain.order import Order
from services.orders.handlers.erased_parties import REASON, cause_of_erasure, forget_beneficiary
from services.orders.ports import Context, PendingErasure
from services.runtime.change import Change, Entry
from services.runtime.clock import real_now

LOOK_AGAIN_S = 10.0  # real seconds between two looks at orders that were still running


class RecipientErasedHandler:
    """The erasure is written down first; every step after that can be made again, wherever one dies, and then finds nothing left."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[RecipientErased]) -> None:
        """Blank what has ended, note what has not."""
        await self._context.erasures.note(message.data)
        await self._forget(message.data)

    async def look_again(self) -> None:
        """Until cancelled: blank the orders that have ended meanwhile, and once more whatever came in late."""
        while True:
            for each in await self._context.erasures.outstanding():
                await self._look_at(each)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _look_at(self, each: PendingErasure) -> None:
        for order_id in each.waiting:
            if await self._blank(order_id, each.erased):
                await self._context.erasures.done(each.erased, order_id)
        if each.again_at is not None and each.again_at <= real_now():
            await self._forget(each.erased)
            await self._context.erasures.looked_again(each)

    async def _forget(self, erased: RecipientErased) -> None:
        kept = await self._context.erasures.kept_of(erased)
        running = [order_id for order_id in kept.orders if not await self._blank(order_id, erased)]
        if running:
            await self._context.erasures.wait_for(erased, running)
        for key in kept.beneficiaries:
            await forget_beneficiary(self._context, key, erased)
        for emergency_id in kept.emergencies:
            await self._forget_emergency(emergency_id, erased)
        if erased.role is Role.MERCHANT:
            await self._forget_merchant(erased)

    async def _blank(self, order_id: str, erased: RecipientErased) -> bool:
        """Whether nothing of him is left in the order; not while it runs."""
        stored = await self._context.orders.get(order_id)
        if stored is None:
            return True
        if not stored.state.ended:
            return False

        def decide(known: Order | None) -> Change[Order] | None:
            left = (
                None if known is None or not known.ended else blanked(known, erased.role, erased.recipient_id)
            )
            return (
                None
                if left is None or left == known
                else Change(left, entry=Entry(left.status.value, "system", REASON), clear_digests=True)
            )

        await self._context.orders.change(
            order_id, cause_of_erasure("order", order_id, erased, self._context.clock), decide
        )
        return True

    async def _forget_merchant(self, erased: RecipientErased) -> None:
        """Also one that is not known: his registration may still be under way."""

        def decide(known: Merchant | None) -> Change[Merchant] | None:
            left = merchant.erased(known, erased.recipient_id, erased.at)
            return (
                None
                if left is None
                else Change(left, entry=Entry("erased", "system", REASON), clear_digests=True)
            )

        about = erased.recipient_id
        await self._context.merchants.change(
            about, cause_of_erasure("merchant", about, erased, self._context.clock), decide
        )

    async def _forget_emergency(self, emergency_id: str, erased: RecipientErased) -> None:
        """It never knew where, but the digest of the message did."""

        def decide(known: Emergency | None) -> Change[Emergency] | None:
            return None if known is None else Change(known, clear_digests=True)

        await self._context.emergencies.change(
            emergency_id, cause_of_erasure("emergency", emergency_id, erased, self._context.clock), decide
        )
