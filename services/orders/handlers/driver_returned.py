"""`driver.returned.v1`: the courier says that the goods are back where they came from."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.drivers import DriverReturned
from services.orders.domain.custody.returning import brought_back
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.proofs import shown
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of

BACK = "brought_back"


class DriverReturnedHandler:
    """An agency has the last word about its envelope; a sender has his parcel at once."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverReturned]) -> None:
        """Note it."""
        request = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, request.order_id)
            proof = shown(before, request.proof, self._context.codes)
            with refusing(request.order_id):
                order = brought_back(before, request.driver_id, proof, self._context.clock.now())
            if order is None:
                return None
            events = announce.returned(order) if order.ended else ()
            return Change(order, events, Entry(order.status, f"driver:{request.driver_id}", BACK))

        await self._context.orders.change(request.order_id, cause_of(message), decide)
