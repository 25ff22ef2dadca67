"""`order.requested.v1`: an order comes into being, accepted or refused by policy."""

from __future__ import annotations

from contracts.codec import digest_of
from contracts.events.orders import OrderAccepted, OrderRejected
from contracts.message import Message
from contracts.requests.orders import OrderRequested
from contracts.values import CustomerKind, Payer, Role
from services.orders.domain.intake import Wanted, take_in
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.ports import Desk
from services.runtime.aggregates import Change, Entry, cause_of
from services.runtime.errors import Rejected


class OrderRequestedHandler:
    """The same request again changes nothing; another one under the same order id is rejected."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, message: Message[OrderRequested]) -> None:
        """Take the order in."""
        request = message.data
        service = self._desk.catalogue.services.get(request.service)
        if service is None:
            raise Rejected("unknown_service", order_id=request.order_id, pointer="/service")
        wanted = _wanted(request)

        def decide(present: Order | None) -> Change[Order] | None:
            if present is not None:
                if present.digest != wanted.digest:
                    raise Rejected("id_reused", order_id=request.order_id)
                return None
            catalogue = self._desk.catalogue
            return _announced(take_in(wanted, service, catalogue.area, catalogue.bands, self._desk.clock.now()))

        await self._desk.orders.change(request.order_id, cause_of(message), decide, expect_new=True)


def _announced(order: Order) -> Change[Order]:
    by = Role.AGENCY if order.customer.kind is CustomerKind.AGENCY else Role.CUSTOMER
    if order.ending is not None:
        reason = order.ending.reason
        rejected = announce.of(OrderRejected, order, reason=reason)
        return Change(order, (rejected,), Entry(order.status, f"{by}:{order.customer.id}", reason))
    accepted = announce.of(OrderAccepted, order, fare=announce.fare(order))
    events = (accepted, announce.search_started(order))
    return Change(order, events, Entry(order.status, f"{by}:{order.customer.id}"))


def _wanted(request: OrderRequested) -> Wanted:
    return Wanted(
        order_id=request.order_id,
        digest=digest_of(request),
        customer=request.customer,
        pickup=request.pickup,
        dropoff=request.dropoff,
        payer=request.payer or Payer(id=request.customer.id),
        recipient_id=request.recipient.id if request.recipient else None,
        agency_id=request.agency_id,
        scheduled=request.scheduled_for is not None,
        max_fare=request.max_fare,
    )
