"""`order.change_requested.v1`: another door, or other items."""

from __future__ import annotations

from contracts.message import Message, derived_id
from contracts.requests.orders import OrderChangeRequested
from services.orders.domain.changes.changing import WantedChange, request
from services.orders.domain.order import Order
from services.orders.handlers.changes import changed, proposed
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class OrderChangeRequestedHandler:
    """Done at once where it costs no more and nobody has to agree; proposed otherwise, under an id that follows from the request's."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderChangeRequested]) -> None:
        """Change, or propose."""
        said, area = message.data, self._context.catalogue.area
        items = None if said.items is None else tuple(said.items)
        wish = WantedChange(f"pr-{derived_id(message.source, message.id)}", said.dropoff, items, said.note)

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, said.order_id)
            with refusing(said.order_id):
                order = request(before, said.by, wish, area, self._context.clock.now())
            if order is None:
                return None
            waits = order.proposal is not None and order.proposal != before.proposal
            events = proposed(order) if waits else changed(order, before)
            reason = "change_proposed" if waits else "changed"
            return Change(order, events, Entry(order.status, f"{said.by.role}:{said.by.id}", reason))

        await self._context.orders.change(said.order_id, cause_of(message), decide)
