"""`order.requested.v1`: an order comes into being, accepted or refused by policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.codec import digest_of
from contracts.message import Message
from contracts.requests.orders import OrderRequested
from contracts.values import CustomerKind, Payer, PayerKind
from services.orders.domain.intake.details import WrongDetail, require_form
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Facts, OrderRequest, Service
from services.orders.domain.order import Order
from services.orders.domain.route.routes import route_between
from services.orders.handlers.erased_parties import note_late_order
from services.orders.handlers.funding import secure_funds
from services.orders.handlers.purses import payer_of, purse_of
from services.orders.handlers.taking_in import taken_in
from services.orders.ports import Context
from services.runtime.change import Change, cause_of
from services.runtime.errors import Rejected


class OrderRequestedHandler:
    """The same request again changes nothing; another one under the same order id is rejected."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderRequested]) -> None:
        """Take the order in."""
        request = message.data
        service = self._context.catalogue.services.get(request.service)
        if service is None:
            raise Rejected("unknown_service", order_id=request.order_id, pointer="/service")
        _require_own(request)
        _require_details(request, service)
        now = self._context.clock.now()
        payer = await payer_of(self._context, request, service, now)
        wanted = replace(wanted_of(request, message.time), payer=payer)
        facts = await self._facts(request, service, payer, now)

        def decide(present: Order | None) -> Change[Order] | None:
            if present is not None:
                if present.digest != wanted.digest:
                    raise Rejected("id_reused", order_id=request.order_id)
                return None
            catalogue = self._context.catalogue
            return taken_in(take_in(wanted, service, catalogue.area, catalogue.bands, facts), service)

        await self._context.orders.change(request.order_id, cause_of(message), decide, expect_new=True)
        await note_late_order(self._context, request, message.time)
        if payer.kind is not PayerKind.CUSTOMER:
            await secure_funds(self._context, request.order_id, replace(cause_of(message), remembered=False))

    async def _facts(self, request: OrderRequested, service: Service, payer: Payer, now: datetime) -> Facts:
        """What others say, as far as this service asks."""
        merchant_id = request.pickup.merchant_id if service.policy.merchant else None
        merchant = None if merchant_id is None else await self._context.merchants.get(merchant_id)
        route = route_between(self._context.catalogue.area.routes, request.pickup, request.dropoff)
        status = None if route is None else await self._context.route_statuses.get(route.name)
        return Facts(
            now=now,
            purse=await purse_of(self._context, payer, request, now),
            merchant=merchant.state if merchant else None,
            route=route,
            route_status=status.state if status else None,
        )


def wanted_of(request: OrderRequested, asked_at: datetime) -> OrderRequest:
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


def _require_own(request: OrderRequested) -> None:
    """An agency orders in its own name alone."""
    if request.customer.kind is CustomerKind.AGENCY and request.agency_id not in {None, request.customer.id}:
        raise Rejected("wrong_actor", order_id=request.order_id, pointer="/agency_id")


def _require_details(request: OrderRequested, service: Service) -> None:
    try:
        require_form(service.details, request.details)
    except WrongDetail as wrong:
        raise Rejected(wrong.code, order_id=request.order_id, pointer=f"/details/{wrong.key}") from None
