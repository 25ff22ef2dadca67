"""`order.requested.v1`: an order comes into being, accepted or refused by policy."""

from __future__ import annotations

from datetime import datetime

from contracts.codec import digest_of
from contracts.events.orders import OrderAccepted, OrderHandedOver, OrderRejected
from contracts.message import Message
from contracts.requests.orders import OrderRequested
from contracts.values import CustomerKind, OrderStatus, Payer, Role, Value
from services.orders.domain.details import WrongDetail, require_form
from services.orders.domain.intake import take_in
from services.orders.domain.order import Order
from services.orders.domain.routes import route_between
from services.orders.domain.wanted import Facts, Service, Wanted
from services.orders.handlers import announce
from services.orders.handlers.beginning import begun
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
        wanted = wanted_of(request, message.time)
        _require_own(request)
        _require_details(request, service)
        facts = await self._facts(request, service)

        def decide(present: Order | None) -> Change[Order] | None:
            if present is not None:
                if present.digest != wanted.digest:
                    raise Rejected("id_reused", order_id=request.order_id)
                return None
            catalogue = self._desk.catalogue
            return _announced(take_in(wanted, service, catalogue.area, catalogue.bands, facts), service)

        await self._desk.orders.change(request.order_id, cause_of(message), decide, expect_new=True)

    async def _facts(self, request: OrderRequested, service: Service) -> Facts:
        """What others say, as far as this service asks."""
        merchant_id = request.pickup.merchant_id if service.policy.merchant else None
        merchant = None if merchant_id is None else await self._desk.merchants.get(merchant_id)
        route = route_between(self._desk.catalogue.area.routes, request.pickup, request.dropoff)
        status = None if route is None else await self._desk.route_statuses.get(route.name)
        return Facts(
            now=self._desk.clock.now(),
            merchant=merchant.state if merchant else None,
            route=route,
            route_status=status.state if status else None,
        )


def wanted_of(request: OrderRequested, asked_at: datetime) -> Wanted:
    """What intake decides on. `asked_at`: when it was sent."""
    return Wanted(
        order_id=request.order_id,
        digest=digest_of(request),
        customer=request.customer,
        pickup=request.pickup,
        dropoff=request.dropoff,
        payer=request.payer or Payer(id=request.customer.id),
        recipient_id=request.recipient.id if request.recipient else None,
        agency_id=request.agency_id or (request.customer.id if request.customer.kind is CustomerKind.AGENCY else None),
        asked_at=asked_at,
        scheduled_for=request.scheduled_for,
        items=tuple(request.items),
        details=request.details,
        max_fare=request.max_fare,
    )


def _require_own(request: OrderRequested) -> None:
    """An agency orders in its own name alone."""
    if request.customer.kind is CustomerKind.AGENCY and request.agency_id not in {None, request.customer.id}:
        raise Rejected("wrong_actor", order_id=request.order_id, pointer="/agency_id")


def _require_details(request: OrderRequested, service: Service) -> None:
    try:
        require_form(service.details, request.details)
    except WrongDetail as wrong:
        raise Rejected(wrong.code, order_id=request.order_id, pointer=f"/details/{wrong.key}") from None


def _announced(order: Order, service: Service) -> Change[Order]:
    role = Role.AGENCY if order.customer.kind is CustomerKind.AGENCY else Role.CUSTOMER
    reason = order.ending.reason if order.ending else None
    return Change(order, _events(order, service), Entry(order.status, f"{role}:{order.customer.id}", reason))


def _events(order: Order, service: Service) -> tuple[Value, ...]:
    """What the world hears of an order in its first status."""
    match order.status:
        case OrderStatus.REJECTED:
            return (announce.of(OrderRejected, order, reason=announce.ending(order).reason),)
        case OrderStatus.HANDED_OVER if service.hand_over is not None:
            return (announce.of(OrderHandedOver, order, to=service.hand_over.to),)
        case _:
            return (announce.of(OrderAccepted, order, fare=announce.fare(order)), *begun(order))
