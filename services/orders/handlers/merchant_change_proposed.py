"""`merchant.change_proposed.v1`: something is sold out, and the customer may have something else instead."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.merchants import MerchantChangeProposed
from services.orders.domain.changes.changing import WantedChange, propose
from services.orders.domain.order import Order
from services.orders.handlers.changes import proposed
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class MerchantChangeProposedHandler:
    """A newer proposal takes the place of one that nobody has answered."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[MerchantChangeProposed]) -> None:
        """Ask the customer."""
        said = message.data
        wish = WantedChange(said.proposal_id, items=tuple(said.items))

        def decide(present: Order | None) -> Change[Order] | None:
            before, now = known(present, said.order_id), self._context.clock.now()
            with refusing(said.order_id):
                order = propose(before, said.merchant_id, wish, said.until, now)
            if order is None:
                return None
            return Change(
                order, proposed(order), Entry(order.status, f"merchant:{said.merchant_id}", "change_proposed")
            )

        await self._context.orders.change(said.order_id, cause_of(message), decide)
