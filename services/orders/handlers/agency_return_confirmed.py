"""`agency.return_confirmed.v1`: the agency has its envelope back."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.agencies import AgencyReturnConfirmed
from services.orders.domain.custody.returning import return_confirmed
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class AgencyReturnConfirmedHandler:
    """Ends the order and frees the courier, also where he forgot to say that he was there."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[AgencyReturnConfirmed]) -> None:
        """Close the chain of custody."""
        said = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, said.order_id)
            with refusing(said.order_id):
                order = return_confirmed(before, said.agency_id, said.envelope, self._context.clock.now())
            if order is None:
                return None
            return Change(
                order,
                announce.returned(order),
                Entry(order.status, f"agency:{said.agency_id}", order.delivery.reason),
            )

        await self._context.orders.change(said.order_id, cause_of(message), decide)
