"""`order.requested.v1`: an order comes into being, accepted or rejected by policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.codec import digest_of
from contracts.message import Message
from contracts.requests.orders import OrderRequested
from contracts.values import CustomerKind, Payer, PayerKind
from services.orders.domain.intake.details import WrongDetail, require_form
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups, OrderRequest, Service
from services.orders.domain.order import Order
from services.orders.domain.route.routes import route_between
from services.orders.handlers.erasing import note_late_order
from services.orders.handlers.funding import secure_funds
from services.orders.handlers.payer_lookup import payer_of, payer_record_of
from services.orders.ports import Context
from services.orders.steps.beginnings import taken_in
from services.runtime.change import Change, cause_of
from services.runtime.errors import Rejected


async def order_requested(context: Context, message: Message[OrderRequested]) -> None:
    """Take the order in. The same request again changes nothing.

    Raises `Rejected` for an unknown service, details of another form, another agency's name, and another
    request under a known order id; `DatabaseAway`.
    """
    request, now = message.data, context.clock.now()
    service = _service_of(context, request)
    payer = await payer_of(context, request, service, now)
    asked = replace(order_request_of(request, message.time), payer=payer)
    lookups = await _look_up(context, request, service, payer, now)

    def decide(present: Order | None) -> Change[Order] | None:
        if present is None:
            order = take_in(asked, service, context.catalogue.area, context.catalogue.bands, lookups)
            return taken_in(order, service)
        if present.digest != asked.digest:
            raise Rejected("id_reused", order_id=request.order_id)
        return None

    await context.orders.change(request.order_id, cause_of(message), decide, expect_new=True)
    await note_late_order(context, request, message.time)
    if payer.kind is not PayerKind.CUSTOMER:
        await secure_funds(context, request.order_id, replace(cause_of(message), remembered=False))


def order_request_of(request: OrderRequested, asked_at: datetime) -> OrderRequest:
    """What intake decides on. `asked_at`: when it was sent."""
    return OrderRequest(
        order_id=request.order_id,
        digest=digest_of(request),
        customer=request.customer,
        pickup=request.pickup,
        dropoff=request.dropoff,
        payer=request.payer or Payer(id=request.customer.id),
        recipient_id=request.recipient.id if request.recipient else None,
        agency_id=request.agency_id
        or (request.customer.id if request.customer.kind is CustomerKind.AGENCY else None),
        asked_at=asked_at,
        scheduled_for=request.scheduled_for,
        items=tuple(request.items),
        details=request.details,
        max_fare=request.max_fare,
    )


def _service_of(context: Context, request: OrderRequested) -> Service:
    """The service that the request names; an agency orders in its own name alone. Raises `Rejected`."""
    service = context.catalogue.services.get(request.service)
    if service is None:
        raise Rejected("unknown_service", order_id=request.order_id, pointer="/service")
    if request.customer.kind is CustomerKind.AGENCY and request.agency_id not in {None, request.customer.id}:
        raise Rejected("wrong_actor", order_id=request.order_id, pointer="/agency_id")
    try:
        require_form(service.details, request.details)
    except WrongDetail as wrong:
        raise Rejected(wrong.code, order_id=request.order_id, pointer=f"/details/{wrong.key}") from None
    return service


async def _look_up(
    context: Context, request: OrderRequested, service: Service, payer: Payer, now: datetime
) -> Lookups:
    """What other aggregates say, as far as this service asks."""
    merchant_id = request.pickup.merchant_id if service.policy.merchant else None
    merchant = None if merchant_id is None else await context.merchants.get(merchant_id)
    route = route_between(context.catalogue.area.routes, request.pickup, request.dropoff)
    status = None if route is None else await context.route_statuses.get(route.name)
    return Lookups(
        now=now,
        payer_record=await payer_record_of(context, payer, request, now),
        merchant=merchant.state if merchant else None,
        route=route,
        route_status=status.state if status else None,
    )
